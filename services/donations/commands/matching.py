"""How a row of PayPal's list and what is booked go together."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.donations.domain.charges import Charge
from services.donations.domain.conversions import Conversion
from services.donations.domain.payments import Dispute, Payment, Provider, RefundState
from services.donations.domain.transfers import Transfer
from services.donations.paypal.transactions import Kind, Row
from services.donations.repository.findings import Refund

LISTED_AFTER = timedelta(days=2)
"""Rows appear hours late, so a day is compared once it has been over for a whole day."""


class Match(StrEnum):
    """MATCHED: it is booked like that. MISSING: it was not, and is now. DIFFERENT: it is booked otherwise. UNKNOWN:
    somebody has to book it. WAITING: it is not final yet, or waits for its payment. FAILED: comparing it raised an
    error, and nothing of it is booked.
    """

    MATCHED = "matched"
    MISSING = "missing"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True)
class Booked:
    """What is booked of the money that a row is about: its payment, or the one that it refers to; the refund; the
    transfer between PayPal and another place of the group's; the charge, or the conversion.
    """

    payment: Payment | None = None
    refund: Refund | None = None
    transfer: Transfer | None = None
    charge: Charge | None = None
    conversion: Conversion | None = None

    @property
    def came(self) -> Payment | None:
        """The payment, if it has come."""
        return self.payment if self.payment and self.payment.version else None


@dataclass(frozen=True)
class Comparing:
    """What rows are compared by: the day, where the group is, and the subscriptions that are known."""

    today: date
    zone: ZoneInfo
    subscriptions: frozenset[str]

    def is_early(self, row: Row) -> bool:
        return row.at.astimezone(self.zone).date() + LISTED_AFTER > self.today


def judged(row: Row, booked: Booked, comparing: Comparing) -> Match:
    """How a row and what is booked go together, before anything is booked because of it."""
    match row.kind:
        case Kind.PAYMENT:
            return _payment(row, booked.came, early=comparing.is_early(row))
        case Kind.REFUND | Kind.REVERSAL:
            return _back(row, booked, early=comparing.is_early(row))
        case Kind.RELEASE:
            return _release(booked.came, early=comparing.is_early(row))
        case Kind.HOLD:
            return _hold(row, booked.came, early=comparing.is_early(row))
        case Kind.WITHDRAWAL | Kind.DEPOSIT:
            return _transfer(row, booked.transfer)
        case _:
            return _by_hand(row, booked)


def _by_hand(row: Row, booked: Booked) -> Match:
    """A charge, or one of the two rows of a conversion: booked by itself (`by_itself.py`), or by the treasurer, under
    an id of PayPal's.
    """
    if not row.moves:
        return Match.WAITING
    told_with_refund = booked.refund and row.gross == (booked.refund.fee_back, booked.refund.currency)
    if booked.charge:
        expected = {(booked.charge.moved, booked.charge.amount.currency)}
    elif booked.conversion:
        expected = set(booked.conversion.moved)
    else:
        return Match.MATCHED if told_with_refund else Match.UNKNOWN
    return Match.MATCHED if tuple(row.gross) in expected else Match.DIFFERENT


def _transfer(row: Row, known: Transfer | None) -> Match:
    """Money that goes to the bank or comes from there is booked by the treasurer, who sees both statements."""
    if not row.moves:
        return Match.WAITING
    if known is None:
        return Match.UNKNOWN
    # What PayPal keeps of it stands in its own column, or not at all: it is of what left, or of what came.
    out = known.from_place == Provider.PAYPAL.value
    amount = -known.amount if out else known.amount - known.fee
    return Match.MATCHED if (amount, known.currency) == row.gross else Match.DIFFERENT


def _payment(row: Row, known: Payment | None, *, early: bool) -> Match:
    if not row.moves:
        # What was refused moved nothing, and nothing may be booked of it.
        nothing = Match.DIFFERENT if known else Match.MATCHED
        return nothing if row.state == "denied" else Match.WAITING
    if row.gross.minor <= 0:
        return Match.UNKNOWN
    if known is None:
        return Match.WAITING if early else Match.MISSING
    same = (known.gross, known.currency) == row.gross
    fee = row.fee and abs(row.fee).minor
    return Match.MATCHED if same and (None in (fee, known.fee) or fee == known.fee) else Match.DIFFERENT


def _back(row: Row, booked: Booked, *, early: bool) -> Match:
    if row.gross.minor >= 0:
        came_back = row.kind is Kind.REVERSAL and row.gross.minor
        return _restored(row, booked, early=early) if came_back else Match.UNKNOWN
    known = booked.refund
    if known is None:
        # A lost dispute may have taken it already: it is kept all the same, and then it is the same money.
        if not row.moves or early:
            return Match.WAITING
        return Match.MISSING if row.refers_to else Match.UNKNOWN
    if (known.amount, known.currency) != abs(row.gross):
        return Match.DIFFERENT
    return _OF_STATES[known.state]


def _restored(row: Row, booked: Booked, *, early: bool) -> Match:
    """What PayPal had reversed comes back. A row of another reversal than a payment's is the treasurer's to book."""
    if booked.came is None:
        return Match.WAITING if booked.payment or early or not row.moves else Match.UNKNOWN
    known = booked.refund
    if known and known.state is RefundState.RETURNED:
        if (known.amount, known.currency) == row.gross:
            return Match.MATCHED
        # A dispute that was won says no amount: the list knows it better.
        if booked.came.restored is not None:
            return Match.DIFFERENT
    if early or not row.moves:
        return Match.WAITING
    fits = known is None or (known.state is not RefundState.DIFFERENT and row.gross.minor <= known.amount)
    return Match.MISSING if fits and row.gross.currency == booked.came.currency else Match.DIFFERENT


_OF_STATES = {
    RefundState.BOOKED: Match.MATCHED,
    RefundState.SAME: Match.MATCHED,
    RefundState.RETURNED: Match.MATCHED,
    RefundState.WAITING: Match.WAITING,
    RefundState.DIFFERENT: Match.DIFFERENT,
}


def _hold(row: Row, known: Payment | None, *, early: bool) -> Match:
    """Money that PayPal holds may not be promised. What a notice said of a hold counts, and so does how a dispute
    stands: this row may be older.
    """
    if known is None:
        return Match.UNKNOWN
    if known.held or known.hold_told or known.dispute is not Dispute.NONE or not known.left:
        return Match.MATCHED
    if early or not row.moves:
        return Match.WAITING
    return Match.MISSING if row.gross.currency == known.currency else Match.DIFFERENT


def _release(known: Payment | None, *, early: bool) -> Match:
    if known is None:
        return Match.UNKNOWN
    if not known.held:
        return Match.MATCHED
    return Match.WAITING if early or known.dispute is Dispute.OPEN else Match.MISSING
