"""The one door to names, mails and phones of people, and to what gatherings are called and where they are: no other
module reads or writes these tables, but for the list of who was shown what.

What goes out of here to lists is masked; whoever needs more says why, and that is kept.
"""

from services.events.contacts.people import (
    Changed,
    Contact,
    Same,
    alike,
    find_or_write,
    lock,
    masks,
    names,
    read,
    rewrite,
    versions,
)
from services.events.contacts.readings import Reading, record
from services.events.contacts.venues import Venue, read_venue, titles, write_venue

__all__ = [
    "Changed",
    "Contact",
    "Reading",
    "Same",
    "Venue",
    "alike",
    "find_or_write",
    "lock",
    "masks",
    "names",
    "read",
    "read_venue",
    "record",
    "rewrite",
    "titles",
    "versions",
    "write_venue",
]
