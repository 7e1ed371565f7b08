"""What PayPal took for its work, or changed, is booked from its list where nobody has to decide anything about it.

It is booked as staff book it, by the same functions, under PayPal's own id of the row. Whatever leaves something open
is left to a treasurer, with the reason: whose money it was, a fund that has too little free, a month that is closed.
"""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.donations.commands.charges import charge
from services.donations.commands.conversions import convert
from services.donations.commands.meaning import PAYPAL
from services.donations.domain.charges import Charge
from services.donations.domain.conversions import Conversion
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.money import DIGITS, MOST, Money
from services.donations.domain.payments import Payment
from services.donations.paypal.amounts import Amount
from services.donations.paypal.pairs import Pair
from services.donations.paypal.transactions import Row
from services.donations.repository import appeals, books, charges, conversions, findings
from shared.messaging.unit import Unit
from shared.outcomes import Refused

OF_ITS_OWN = frozenset({"T0106", "T0114"})
"""Fees for a chargeback and for a dispute: no payment, refund or transfer tells of them too. Any other fee may be one
that is told with its payment, and one that comes back may be told with its refund.
"""
NOBODY_S = "The payment that it is about is not known here, or has no purpose yet."
CLOSED = "Its month is closed. Book it by hand: it will stand under the first open day."
UNDONE = "It was booked, and undone since. Book it by hand, if it is right."
NOT_KEPT = "There are no accounts for it."


async def charged(unit: Unit, zone: ZoneInfo, row: Row) -> str:
    """Book a fee of PayPal's own that it took for a payment. Empty once it is booked, or why not, in words."""
    if row.code not in OF_ITS_OWN or row.gross.minor >= 0:
        return ""
    on, amount = row.at.astimezone(zone).date(), _money(abs(row.gross))
    payment = await _payment(unit, row.refers_to)
    undone = await charges.was_undone(unit.session, row.transaction_id)
    if why_not := await _left_open(unit, payment, on, amount, undone=undone):
        return why_not
    assert payment, "of a payment that is not known it is left open"
    assert amount, "what there are no accounts for is left open"
    wanted = Charge(uuid7(), payment.purpose, PAYPAL, amount, row.transaction_id, on)
    return _words(await charge(unit, wanted))


async def converted(unit: Unit, zone: ZoneInfo, pair: Pair) -> str:
    """Book a conversion of which both rows are there. Empty once it is booked, or why not, in words."""
    on = pair.given.at.astimezone(zone).date()
    given, got = _money(abs(pair.given.gross)), _money(pair.got.gross)
    payment = await _payment(unit, pair.about)
    names = (pair.given.transaction_id, pair.got.transaction_id, pair.about)
    undone = await conversions.was_undone(unit.session, names)
    if why_not := await _left_open(unit, payment, on, given, got, undone=undone):
        return why_not
    assert payment, "of a payment that is not known it is left open"
    assert given, "what there are no accounts for is left open"
    assert got, "what there are no accounts for is left open"
    wanted = Conversion(
        uuid7(),
        payment.purpose,
        PAYPAL,
        given,
        got,
        on,
        reference=pair.reference,
        appeal_id=await _appeal(unit, pair, payment),
    )
    return _words(await convert(unit, wanted, None, names))


async def _appeal(unit: Unit, pair: Pair, payment: Payment) -> UUID | None:
    """The appeal for which a conversion raises money: what the payment itself brought was changed into the currency of
    its appeal. A refund raises nothing, and what was changed back into that currency was raised as it came.
    """
    mine = pair.about == payment.transaction_id and pair.given.gross.currency == payment.currency
    if payment.appeal_id is None or not mine:
        return None
    appeal = await appeals.find(unit.session, payment.appeal_id)
    got = FundKey(payment.purpose, pair.got.gross.currency)
    return appeal.id if appeal and appeal.key == got else None


async def conversion_of(unit: Unit, row: Row, pair: Pair | None) -> Conversion | None:
    """The conversion of which a row is one half. What is booked under the id of a row is that one, and so is what is
    booked under what it is about, whatever its amounts. What bears another name of the same money is it if it fits: one
    payment's money may be changed twice.
    """
    own, about = {row.transaction_id}, row.refers_to
    if pair:
        own, about = {pair.given.transaction_id, pair.got.transaction_id}, pair.about
        names = own | {pair.about}
    else:
        names = set(await conversions.kin(unit.session, row.transaction_id))
        names |= await conversions.kin(unit.session, about) if about else set()
    rows = (pair.given, pair.got) if pair else (row,)
    ranked = []
    for each in await conversions.of_paypal(unit.session, names):
        fits = all(tuple(one.gross) in each.moved for one in rows)
        if fits or each.reference in own or each.reference == about:
            ranked.append((each.reference not in own, not fits, each))
    return min(ranked, key=lambda one: one[:2], default=(True, True, None))[2]


async def _left_open(
    unit: Unit, payment: Payment | None, on: date, *amounts: Money | None, undone: bool
) -> str:
    if payment is None or payment.purpose == UNASSIGNED:
        return NOBODY_S
    if None in amounts:
        return NOT_KEPT
    if undone:
        return UNDONE
    return CLOSED if on < await books.open_from(unit.session) else ""


async def _payment(unit: Unit, named: str | None) -> Payment | None:
    """The payment that has come under this id of PayPal's, or of which the refund of this id is."""
    if named is None:
        return None
    sale = await findings.sale_of_refund(unit.session, named)
    payment, _ = await findings.booked(unit.session, sale or named, None)
    return payment if payment and payment.version else None


def _money(amount: Amount) -> Money | None:
    """As there are accounts for it; None if there are none."""
    return Money(*amount) if amount.currency in DIGITS and 0 < amount.minor <= MOST else None


def _words(done: object) -> str:
    return done.words if isinstance(done, Refused) else ""
