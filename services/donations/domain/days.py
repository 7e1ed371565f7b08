"""On which day money came, by whatever road that is told and in whatever order.

What is drawn from a bank account by eCheck is pending for days, and came once it cleared. Not each road says that day:
a webhook of a sale does; an IPN comes on it, or later if PayPal sends it again; the list has the day on which the donor
paid. So the surest word counts, and of two that are as sure the earlier day: a hold that is let go is announced as the
same sale once more, under a later day.

Money that was pending for another reason (PayPal looked at it), and a capture, which does not say that it is an eCheck,
is of the day on which the donor paid.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum


class Sure(IntEnum):
    """How sure a word is of the day, the least sure first."""

    LISTED = 1
    """The list: the day on which the donor paid, be it pending since or not."""
    PAID = 2
    """A notice of money that is there at once, or that does not say that it is an eCheck."""
    HEARD = 3
    """An IPN of an eCheck: the day on which the IPN came, which may be later than the money."""
    CLEARED = 4
    """A webhook of an eCheck: the day on which it cleared."""
    BOOKED = 9
    """Of a slip, as staff wrote it, or booked before this was kept: it stays."""


@dataclass(frozen=True)
class CameOn:
    """A day, and how sure the word of it is."""

    on: date
    sure: Sure

    def or_surer(self, other: "CameOn") -> "CameOn":
        """The one of the two that counts; which of them was told first makes no difference."""
        return min(self, other, key=lambda each: (-each.sure, each.on))


def said_by(road: str, *, slow: bool) -> Sure:
    """How sure a notice, or a row of the list, is of the day that it says; `slow` is an eCheck."""
    if road == "list":
        return Sure.LISTED
    if not slow:
        return Sure.PAID
    return Sure.CLEARED if road == "webhook" else Sure.HEARD
