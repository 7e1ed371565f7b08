"""Lists for the door as PDF: what they say, and how they are set. Knows no database."""
