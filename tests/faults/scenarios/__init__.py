"""The scenarios, a family a file."""
