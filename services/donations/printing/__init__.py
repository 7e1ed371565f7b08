"""Letters as PDF: what they say in Japanese and English, and how they are set. Knows no database."""
