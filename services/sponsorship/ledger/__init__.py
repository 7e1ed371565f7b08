"""Where it is kept which child waits and who supports it.

`book.py` is the block in which a unit changes that: one unit at a time, so that no two give one child away. `pages.py`
loads what is known and writes what has changed; `placing.py` gives gifts that have room the next children;
`school.py` asks the education fund for what no gift covers. `lessons.py` is the same for those who learn, and for
places in courses.
"""

from services.sponsorship.ledger.book import MANY, Book
from services.sponsorship.ledger.lessons import LessonBook
from services.sponsorship.ledger.pages import LET_GO, status_of

__all__ = ["LET_GO", "MANY", "Book", "LessonBook", "status_of"]
