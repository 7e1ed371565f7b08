"""PayPal's transaction list is compared with what is booked, row by row; what is missing is booked, once.

A list may be compared as often as one likes: each row in a unit of its own, by the same function as a notice, so what
the notices told meanwhile is booked once too. Rows of others are not kept (`paypal/transactions.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from services.donations import contacts
from services.donations.commands.booking import Came, book_payment
from services.donations.commands.notices import PAYPAL, effect, id_of_back
from services.donations.domain.money import Money
from services.donations.domain.notices import Became
from services.donations.domain.payments import Dispute, Payment, RefundState
from services.donations.domain.transfers import Transfer
from services.donations.paypal.listed import said_by
from services.donations.paypal.said import BackSaid, SaleSaid
from services.donations.paypal.transactions import Kept, Kind, Known, Row, kept
from services.donations.repository import findings, transfers
from services.donations.repository.findings import Refund
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import Principal

LISTED_AFTER = timedelta(days=2)
"""Rows appear hours late, so a day is compared once it has been over for a whole day."""
_TRANSFERS = (Kind.WITHDRAWAL, Kind.DEPOSIT)
_ORDER = (Kind.PAYMENT, Kind.REFUND, Kind.REVERSAL)
"""Money that came is booked before what went back of it, so that fewer rows wait."""


class Match(StrEnum):
    """MATCHED: it is booked like that. MISSING: it was not, and is now. DIFFERENT: it is booked otherwise. UNKNOWN:
    somebody has to book it. WAITING: it is not final yet, or waits for its payment.
    """

    MATCHED = "matched"
    MISSING = "missing"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    WAITING = "waiting"


_AGREED = (Match.MATCHED, Match.MISSING)
"""PayPal and the books say the same now, so nobody needs what the notices said any more: a donor's name is in them."""


@dataclass(frozen=True)
class Booked:
    """What is booked of the money that a row is about: its payment, or the one that it refers to; the refund; or the
    transfer between PayPal and another place of the group's.
    """

    payment: Payment | None = None
    refund: Refund | None = None
    transfer: Transfer | None = None

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


async def ours(units: Units, rows: Sequence[Row], receivers: frozenset[str]) -> Kept:
    """The rows of the group's gifts, and the sums of the rest."""
    ids = {row.transaction_id for row in rows} | {row.refers_to for row in rows if row.refers_to}
    async with units.read() as session:
        subscriptions, transactions = await findings.known(session, ids)
    return kept(rows, Known(receivers, subscriptions, transactions))


async def reconcile(
    units: Units, actor: Principal, zone: ZoneInfo, rows: Sequence[Row]
) -> list[tuple[Row, Match]]:
    """Compare rows with what is booked, and book what is missing; each row with how it was found."""
    named = {row.refers_to for row in rows if row.refers_to}
    async with units.read() as session:
        subscriptions, _ = await findings.known(session, named)
    found = []
    for row in sorted(rows, key=lambda each: (each.kind not in _ORDER[:1], each.kind not in _ORDER, each.at)):
        async with units.open(actor=actor) as unit:
            match = await _compared(unit, Comparing(unit.today, zone, subscriptions), row)
        found.append((row, match))
    return found


async def _compared(unit: Unit, comparing: Comparing, row: Row) -> Match:
    said = said_by(row, comparing.subscriptions)
    back = id_of_back(said) if isinstance(said, BackSaid) else None
    own = row.transaction_id if row.kind is Kind.PAYMENT else row.refers_to
    booked = Booked(*await findings.booked(unit.session, own, back))
    if row.kind in _TRANSFERS:
        booked = Booked(transfer=await transfers.of_paypal(unit.session, row.transaction_id))
    match = judged(row, booked, comparing)
    if match is Match.MISSING or (match is Match.MATCHED and _says_more(said, booked.came)):
        match = await _book(unit, comparing.zone, row, said, booked, match)
    if match in _AGREED and own:
        await contacts.forget_notices_of(unit.session, own)
    findings.save(
        unit.writes,
        {
            "provider": PAYPAL,
            "transaction_id": row.transaction_id,
            "kind": row.kind.value,
            "status": match.value,
            "currency": row.gross.currency,
            "amount": row.gross.minor,
            "refers_to": row.refers_to,
            "happened_on": row.at.astimezone(comparing.zone).date(),
            "moved": row.moves,
            "on_day": unit.today,
        },
    )
    return match


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
            return Match.MATCHED if booked.came else Match.UNKNOWN
        case Kind.WITHDRAWAL | Kind.DEPOSIT:
            return _transfer(row, booked.transfer)
    return Match.UNKNOWN


def _transfer(row: Row, known: Transfer | None) -> Match:
    """Money that goes to the bank or comes from there is booked by the treasurer, who sees both statements."""
    if not row.moves:
        return Match.WAITING
    if known is None:
        return Match.UNKNOWN
    # What PayPal keeps of it stands in its own column, or not at all: it is of what left, or of what came.
    out = known.from_place == PAYPAL
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
        return Match.UNKNOWN
    known = booked.refund
    if known is None:
        given_back = booked.came and booked.came.dispute is Dispute.LOST and not booked.came.left
        if given_back:
            return Match.MATCHED
        if not row.moves or early:
            return Match.WAITING
        return Match.MISSING if row.refers_to else Match.UNKNOWN
    if (known.amount, known.currency) != abs(row.gross):
        return Match.DIFFERENT
    return _OF_STATES[known.state]


_OF_STATES = {
    RefundState.BOOKED: Match.MATCHED,
    RefundState.SAME: Match.MATCHED,
    RefundState.WAITING: Match.WAITING,
    RefundState.DIFFERENT: Match.DIFFERENT,
}


def _release(known: Payment | None, *, early: bool) -> Match:
    if known is None:
        return Match.UNKNOWN
    if not known.held:
        return Match.MATCHED
    return Match.WAITING if early or known.dispute is Dispute.OPEN else Match.MISSING


def _says_more(said: SaleSaid | BackSaid | None, known: Payment | None) -> bool:
    """The list says the fee, or whose a payment is, and no notice did."""
    if known is None or not isinstance(said, SaleSaid):
        return False
    fee, whose = said.fee is not None, said.subscription_id is not None
    return (fee and known.fee is None) or (whose and known.subscription is None)


async def _book(
    unit: Unit, zone: ZoneInfo, row: Row, said: SaleSaid | BackSaid | None, booked: Booked, match: Match
) -> Match:
    """Book what a row says; how it is found after that."""
    if row.kind is Kind.RELEASE:
        assert booked.came, "what is released is known"
        return match if await _released(unit, zone, row, booked.came) else Match.DIFFERENT
    assert said, "a row of another kind is never missing"
    became, _ = await effect(unit, zone, said)
    return {Became.LOOK: Match.DIFFERENT, Became.WAITING: Match.WAITING}.get(became, match)


async def _released(unit: Unit, zone: ZoneInfo, row: Row, known: Payment) -> bool:
    assert known.happened_on, "a payment that has come has a day"
    on = row.at.astimezone(zone).date()
    came = Came(
        PAYPAL, known.transaction_id, Money(known.gross, known.currency), known.happened_on, released_on=on
    )
    return not isinstance(await book_payment(unit, replace(came, held=False)), Refused)
