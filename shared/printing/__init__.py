"""Papers as PDF: fonts, the press, and the page that all of them are set on. Knows no database."""
