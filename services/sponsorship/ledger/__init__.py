"""Where it is kept which child waits and who supports it.

`book.py` is the block in which a unit changes that: one unit at a time, so that no two give one child away.
`lessons.py` is the same for those who learn, and for places in courses.
"""

from services.sponsorship.ledger.book import Book
from services.sponsorship.ledger.lessons import LessonBook

__all__ = ["Book", "LessonBook"]
