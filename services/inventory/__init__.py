"""What there is, who it is for, who got it."""
