"""Commands of those who write the system."""
