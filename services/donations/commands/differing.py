"""In what a row of PayPal's list and the books differ: each with what the books have and what PayPal says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from services.donations.commands.matching import Booked
from services.donations.domain.money import CURRENCIES, DIGITS, written
from services.donations.domain.payments import Payment, Provider
from services.donations.domain.transfers import Transfer
from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row

AMOUNT, CURRENCY, FEE, DAY, STATE, REFERENCE, LEFT = (
    "amount",
    "currency",
    "fee",
    "day",
    "state",
    "reference",
    "left",
)
"""What can differ. REFERENCE is the subscription or payment that PayPal names; LEFT is what of a payment can still go
back, against the refund that is larger.
"""


@dataclass(frozen=True)
class Difference:
    """One thing in which they differ, as people write it; empty is what one of them does not say."""

    what: str
    ours: str
    theirs: str


def differences(row: Row, booked: Booked, zone: ZoneInfo, subscription: str | None) -> list[Difference]:
    """In what they differ, one at least; `subscription` is PayPal's id of the one that the books have for a payment.

    The day and the reference make no row different by themselves: PayPal lists some payments under a later day. They
    are told of one that is different, because they often say why.
    """
    on = row.at.astimezone(zone).date()
    match row.kind:
        case Kind.REVERSAL if row.gross.minor > 0:
            pairs = _restored(row, booked)
        case Kind.REFUND | Kind.REVERSAL:
            pairs = _back(row, booked)
        case Kind.FEE | Kind.CONVERSION:
            pairs = _by_hand(row, booked)
        case Kind.WITHDRAWAL | Kind.DEPOSIT:
            pairs = _transfer(row, booked.transfer, on)
        case _:
            pairs = _payment(row, booked.came, on, subscription)
    found = [each for each in pairs if each.ours != each.theirs]
    return found or [Difference(STATE, "is not booked like this", row.state)]


def _payment(row: Row, known: Payment | None, on: date, subscription: str | None) -> Iterator[Difference]:
    if known is None:
        yield from _no_account(row)
        return
    if not row.moves:
        yield Difference(STATE, "booked", row.state)
    yield from _money(Amount(known.gross, known.currency), row.gross)
    if row.fee and known.fee is not None:
        yield Difference(FEE, _written(Amount(known.fee, known.currency)), _written(abs(row.fee)))
    yield Difference(DAY, str(known.happened_on), str(on))
    if subscription and row.refers_to:
        yield Difference(REFERENCE, subscription, row.refers_to)


def _back(row: Row, booked: Booked) -> Iterator[Difference]:
    theirs, came = abs(row.gross), booked.came
    if booked.refund:
        yield from _money(Amount(booked.refund.amount, booked.refund.currency), theirs)
    if came is None:
        yield from _no_account(row)
    elif came.currency != theirs.currency:
        yield Difference(CURRENCY, came.currency, theirs.currency)
    elif theirs.minor > came.left:
        yield Difference(LEFT, _written(Amount(came.left, came.currency)), _written(theirs))


def _restored(row: Row, booked: Booked) -> Iterator[Difference]:
    """What came back as the books have it; or what can come back at most, of what was reversed."""
    came, refund = booked.came, booked.refund
    if came is None:
        yield from _no_account(row)
    elif refund is None:
        yield Difference(CURRENCY, came.currency, row.gross.currency)
    else:
        yield from _money(Amount(refund.amount, refund.currency), row.gross)


def _by_hand(row: Row, booked: Booked) -> Iterator[Difference]:
    """A charge; or the side of a conversion that is in the row's currency, else the one that went its way."""
    if booked.charge:
        yield from _money(Amount(booked.charge.moved, booked.charge.amount.currency), row.gross)
    elif booked.conversion:
        given, got = booked.conversion.given, booked.conversion.got
        sides = (Amount(-given.minor, given.currency), Amount(got.minor, got.currency))
        same = [each for each in sides if each.currency == row.gross.currency]
        yield from _money((same or [sides[row.gross.minor > 0]])[0], row.gross)


def _transfer(row: Row, known: Transfer | None, on: date) -> Iterator[Difference]:
    if known is None:
        return
    out = known.from_place == Provider.PAYPAL.value
    ours = Amount(-known.amount if out else known.amount - known.fee, known.currency)
    yield from _money(ours, row.gross)
    if day := known.left_on if out else known.arrived_on:
        yield Difference(DAY, str(day), str(on))


def _money(ours: Amount, theirs: Amount) -> Iterator[Difference]:
    yield Difference(AMOUNT, _written(ours), _written(theirs))
    yield Difference(CURRENCY, ours.currency, theirs.currency)


def _no_account(row: Row) -> Iterator[Difference]:
    if row.gross.currency not in CURRENCIES:
        yield Difference(CURRENCY, f"one of {', '.join(CURRENCIES)}", row.gross.currency)


def _written(amount: Amount) -> str:
    """As people write it; in a currency that the group does not keep, in minor units."""
    if amount.currency in DIGITS:
        return written(amount.minor, amount.currency)
    return f"{amount.currency} {amount.minor} minor units"
