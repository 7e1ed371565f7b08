"""Letters to donors: how receipts are numbered, and when a letter no longer says what is true."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment

FISCAL_YEAR_BEGINS = 9
"""The group's own year begins in September."""


class LetterState(StrEnum):
    """ISSUED is the only one that is valid. REPLACED: another one is true in its place. VOID: none is."""

    ISSUED = "issued"
    REPLACED = "replaced"
    VOID = "void"


class Numbering(StrEnum):
    """Which years receipts are numbered by: January to December, or September to August."""

    CALENDAR = "calendar"
    FISCAL = "fiscal"


class Reader(StrEnum):
    """Why somebody needs to see a letter: a list, so that nobody's name is typed here."""

    SENDING = "sending"
    DONOR_ASKED = "donor_asked"
    TAX_OFFICE = "tax_office"
    AUDIT = "audit"
    CHECKING = "checking"


@dataclass(frozen=True)
class Receipt:
    """A receipt without names: its number within a series, the payment that it is for, and how much it says.

    What ended it: a `reason`, the `refund_id` if it was a refund, and the receipt that took its place, if it is there.
    """

    id: UUID
    series: str
    number: int
    payment_id: UUID
    donor_id: UUID
    currency: str
    amount: int
    received_on: date
    issued_on: date
    state: LetterState = LetterState.ISSUED
    reason: str = ""
    refund_id: str | None = None
    ended_on: date | None = None
    replaced_by: UUID | None = None

    @property
    def words(self) -> str:
        """Its number as people write it, like 2006-17."""
        return f"{self.series}-{self.number}"


def series_of(day: date, numbering: Numbering) -> str:
    """The series in which a receipt of this day is numbered: 2006, or 2006/07 for September 2006 to August 2007.

    The two are written differently, so numbers stay apart when the group goes over from the one to the other.
    """
    if numbering is Numbering.CALENDAR:
        return str(day.year)
    first = day.year if day.month >= FISCAL_YEAR_BEGINS else day.year - 1
    return f"{first}/{(first + 1) % 100:02}"


def not_stated_yet(year: int, today: date) -> str | None:
    """Why there can be no statement of a calendar year yet; None once it is over.

    Until then more may come, and two statements of one year would be deducted from taxes by whoever has both.
    """
    if year > today.year:
        return f"{year} has not begun."
    if year == today.year:
        return (
            f"{year} is not over. Its statement can be made from {date(year + 1, 1, 1)} on; until then each gift can "
            "have a receipt."
        )
    return None


def told_of(payment: Payment) -> tuple[object, ...]:
    """What letters tell of a payment: if this changes, they are no longer true."""
    return payment.left, payment.currency, payment.purpose, payment.gift_id, payment.happened_on


def not_receivable(payment: Payment) -> str | None:
    """Why there can be no receipt for a payment that has come; None if there can."""
    if payment.left == 0:
        return "Nothing is left of this payment: it was given back."
    if payment.dispute is Dispute.OPEN:
        return "This payment is disputed. It has a receipt once that is over and it was not lost."
    return None


def left_of(payment: Payment) -> Money:
    """What a receipt says: what was not given back."""
    return payment.money(payment.left)
