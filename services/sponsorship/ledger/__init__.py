"""Where it is kept which child waits and who supports it.

`book.py` is the block in which a unit changes that: one unit at a time, so that no two give one child away.
"""

from services.sponsorship.ledger.book import Book

__all__ = ["Book"]
