"""PayPal's transaction list is compared with what is booked, row by row; what is missing is booked, once.

A list may be compared as often as one likes: each row in a unit of its own, by the same function as a notice, so what
the notices told meanwhile is booked once too. A row that raises an error is kept as one that failed, with the reason,
and the rows after it go on. Rows of others are not kept (`paypal/transactions.py`).
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import partial
from zoneinfo import ZoneInfo

from services.donations import contacts
from services.donations.commands import by_itself
from services.donations.commands.booking import Came, book_payment
from services.donations.commands.differing import Difference, differences
from services.donations.commands.matching import Booked, Comparing, Match, judged
from services.donations.commands.meaning import PAYPAL, id_of_back
from services.donations.commands.notices import effect
from services.donations.commands.restoring import stands
from services.donations.domain.days import Sure
from services.donations.domain.marks import named_by
from services.donations.domain.money import Money
from services.donations.domain.notices import Became
from services.donations.domain.payments import Dispute, Payment, RefundState
from services.donations.paypal.listed import said_by
from services.donations.paypal.pairs import NoPair, Pair, pairs_of
from services.donations.paypal.said import BackSaid, SaleSaid
from services.donations.paypal.transactions import Kept, Kind, Known, Row, kept
from services.donations.repository import charges, findings, notices, transfers
from services.donations.repository.findings import Refund
from shared.database.errors import is_outage
from shared.database.trying import tried
from shared.messaging.failures import describe
from shared.messaging.unit import Unit, Units
from shared.observability import log
from shared.outcomes import Refused
from shared.principals import Principal

_TRANSFERS = (Kind.WITHDRAWAL, Kind.DEPOSIT)
_BY_HAND = (Kind.FEE, Kind.CONVERSION)
_HOLDS = (Kind.HOLD, Kind.RELEASE)
_ORDER = (Kind.PAYMENT, Kind.REFUND, Kind.REVERSAL)
"""Money that came is booked before what went back of it, so that fewer rows wait."""
_AGREED = (Match.MATCHED, Match.MISSING)
"""PayPal and the books say the same now, so nobody needs what the notices said any more: a donor's name is in them."""
_OF_NOTICES = {Became.LOOK: Match.DIFFERENT, Became.WAITING: Match.WAITING, Became.KEPT: Match.MATCHED}
"""How a row is found once it was told as a notice would have been; KEPT is money that a lost dispute took before."""
LONGEST_REASON = 200


async def ours(units: Units, rows: Sequence[Row], receivers: frozenset[str]) -> Kept:
    """The rows of the group's gifts, and the sums of the rest. What bears a mark of ours is a gift: the API names no
    receiver.
    """
    ids = {row.transaction_id for row in rows} | {row.refers_to for row in rows if row.refers_to}
    async with units.read() as session:
        subscriptions, transactions = await findings.known(session, ids)
    marked = {row.transaction_id for row in rows if row.custom_id and named_by([row.custom_id])}
    return kept(rows, Known(receivers, subscriptions, transactions | marked))


async def reconcile(
    units: Units, actor: Principal, zone: ZoneInfo, rows: Sequence[Row]
) -> list[tuple[Row, Match]]:
    """Compare rows with what is booked, and book what is missing; each row with how it was found."""
    named = {row.refers_to for row in rows if row.refers_to}
    async with units.read() as session:
        subscriptions, _ = await findings.known(session, named)
    pairs, found = pairs_of(rows), []
    for row in sorted(rows, key=lambda each: (each.kind not in _ORDER[:1], each.kind not in _ORDER, each.at)):
        try:
            pair = pairs.get(row.transaction_id)
            match = await tried(partial(_in_unit, units, actor, zone, subscriptions, row, pair))
        except Exception as error:
            if is_outage(error):
                raise
            match = await _failed(units, actor, zone, row, describe(error))
        found.append((row, match))
    return found


async def _in_unit(
    units: Units,
    actor: Principal,
    zone: ZoneInfo,
    subscriptions: frozenset[str],
    row: Row,
    pair: Pair | NoPair | None,
) -> Match:
    async with units.open(actor=actor) as unit:
        return await _compared(unit, Comparing(unit.today, zone, subscriptions), row, pair)


async def _failed(units: Units, actor: Principal, zone: ZoneInfo, row: Row, reason: str) -> Match:
    """Keep that a row could not be compared, and why; the unit that raised the error has left nothing behind."""
    log().error("a row of PayPal's list could not be compared", transaction=row.transaction_id, reason=reason)
    async with units.open(actor=actor) as unit:
        _keep(unit, zone, row, Match.FAILED, reason[:LONGEST_REASON])
    return Match.FAILED


async def _compared(unit: Unit, comparing: Comparing, row: Row, paired: Pair | NoPair | None) -> Match:
    if row.kind is Kind.REVERSAL and row.gross.minor > 0:
        # PayPal names the reversal that it takes back, or its payment.
        sale = await findings.sale_of_refund(unit.session, row.refers_to) if row.refers_to else None
        row = replace(row, refers_to=sale or row.refers_to)
    said, pair = said_by(row, comparing.subscriptions), paired if isinstance(paired, Pair) else None
    own = row.transaction_id if row.kind is Kind.PAYMENT else row.refers_to
    booked = await _booked(unit, row, said, own, pair)
    match = judged(row, booked, comparing)
    if match is Match.MISSING or (match is Match.MATCHED and _says_more(row, said, booked)):
        match = await _book(unit, comparing.zone, row, said, booked, match)
    reason = ""
    if match is Match.UNKNOWN and row.kind in _BY_HAND and not comparing.is_early(row):
        match, reason = await _by_itself(unit, comparing, row, paired)
    if match in _AGREED and own and row.kind not in _BY_HAND:
        if isinstance(said, BackSaid) and said.back_id:
            await notices.found(unit.session, said.back_id, own, Became.BOOKED)
        await contacts.forget_notices_of(unit.session, own)
    differs: list[Difference] = []
    if match is Match.DIFFERENT:
        named = booked.came and booked.came.subscription
        reference = await findings.reference_of(unit.session, named) if named else None
        differs = differences(row, booked, comparing.zone, reference)
    _keep(unit, comparing.zone, row, match, reason[:LONGEST_REASON], differs)
    return match


async def _by_itself(
    unit: Unit, comparing: Comparing, row: Row, paired: Pair | NoPair | None
) -> tuple[Match, str]:
    """How a fee, or a row of a conversion, is found once it is booked, if nobody has to decide about it; or why not."""
    pair = paired if isinstance(paired, Pair) else None
    if row.kind is Kind.FEE:
        why_not = await by_itself.charged(unit, comparing.zone, row)
    else:
        why_not = await by_itself.converted(unit, comparing.zone, pair) if pair else str(paired or "")
    booked = await _booked(unit, row, None, row.refers_to, pair)
    match = judged(row, booked, comparing)
    # Another unit may have booked it meanwhile.
    return (Match.MISSING if match is Match.MATCHED else match), why_not if match is Match.UNKNOWN else ""


async def _booked(
    unit: Unit, row: Row, said: SaleSaid | BackSaid | None, own: str | None, pair: Pair | None
) -> Booked:
    """What is booked of the money that a row is about."""
    if row.kind in _TRANSFERS:
        return Booked(transfer=await transfers.of_paypal(unit.session, row.transaction_id))
    if row.kind is Kind.FEE:
        refund = await findings.with_fee_back(unit.session, own, row.gross.minor)
        return Booked(refund=refund, charge=await charges.of_paypal(unit.session, row.transaction_id))
    if row.kind is Kind.CONVERSION:
        return Booked(conversion=await by_itself.conversion_of(unit, row, pair))
    back = id_of_back(said) if isinstance(said, BackSaid) else None
    payment, refund = await findings.booked(unit.session, own, back)
    if payment and payment.version and isinstance(said, BackSaid) and said.what == "reversal_cancelled":
        # Disputes may have taken it without a reversal.
        now = await stands(unit, payment)
        state = RefundState.RETURNED if now.back else RefundState.BOOKED
        refund = Refund(now.back or now.out, payment.currency, state) if now.out else None
    return Booked(payment, refund)


def _keep(
    unit: Unit, zone: ZoneInfo, row: Row, match: Match, reason: str = "", differs: Sequence[Difference] = ()
) -> None:
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
            "happened_on": row.at.astimezone(zone).date(),
            "moved": row.moves,
            "on_day": unit.today,
            "reason": reason,
            "differs": [asdict(each) for each in differs],
        },
    )


def _says_more(row: Row, said: SaleSaid | BackSaid | None, booked: Booked) -> bool:
    """The list says the fee, whose a payment is, or that it was let go, and no notice did."""
    known, back = booked.came, booked.refund
    if known is None:
        return False
    if said is None:
        # A list that says when it was held may come later.
        return row.kind is Kind.RELEASE and not known.hold_told and known.dispute is Dispute.NONE
    if isinstance(said, SaleSaid):
        fee, whose = said.fee is not None, said.subscription_id is not None
        return (fee and known.fee is None) or (whose and known.subscription is None)
    if said.what == "reversal_cancelled":
        # A dispute that was won says no amount: what follows from a later notice goes by what the list says.
        return known.restored is None or (said.fee_taken is not None and known.restored_fee is None)
    return bool(said.fee_back and back and not back.fee_back)


async def _book(
    unit: Unit, zone: ZoneInfo, row: Row, said: SaleSaid | BackSaid | None, booked: Booked, match: Match
) -> Match:
    """Book what a row says; how it is found after that."""
    if row.kind in _HOLDS:
        assert booked.came, "what is held or released is known"
        return match if await _held_or_released(unit, zone, row, booked.came) else Match.DIFFERENT
    assert said, "a row of another kind is never missing"
    became = (await effect(unit, zone, said)).became
    return _OF_NOTICES.get(became, match)


async def _held_or_released(unit: Unit, zone: ZoneInfo, row: Row, known: Payment) -> bool:
    assert known.happened_on, "a payment that has come has a day"
    came = Came(
        PAYPAL,
        known.transaction_id,
        Money(known.gross, known.currency),
        known.happened_on,
        held=row.kind is Kind.HOLD,
        sure=Sure.LISTED,
        turned_on=row.at.astimezone(zone).date(),
    )
    return not isinstance(await book_payment(unit, came), Refused)
