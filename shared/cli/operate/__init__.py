"""Commands of those who run the system."""
