"""Money that a provider tells of is booked: once for each id of the money, whatever brings the news and how often.

Nothing is assumed of the order. A refund may come before its payment, a payment's second notice before its first, the
end of a dispute before its beginning. The payment's row is locked first, and made if it is not there; so what is told
twice at once is told one after the other here.
"""

from dataclasses import replace

from services.donations.commands.belonging import Came, Whose, one_off, whose_is
from services.donations.commands.disputes import catch_up, take_hold
from services.donations.commands.giving_back import WentBack, give_back, say
from services.donations.commands.holding import hold_or_release, release
from services.donations.commands.keeping import keep
from services.donations.commands.parting import gather
from services.donations.commands.payers import donor_of
from services.donations.commands.redating import redate
from services.donations.domain import entries
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.ledger import EntryKind
from services.donations.domain.money import Money
from services.donations.domain.payments import OVER, Dispute, Payment, booked
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments, subscriptions
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict

__all__ = ["Came", "assign", "book_payment", "movable", "tells_more"]


async def book_payment(unit: Unit, came: Came) -> Payment | Refused:
    """Book a payment, or add to a known one what was not known of it: its fee, its release, whose it is.

    Money of an unknown subscription is booked without a purpose, and never refused. Refused if the payment is known
    with another amount: somebody has to look.
    """
    if came.subscription_id:
        # Before the payment is locked: who makes one under the same id waits for this unit.
        named = (came.provider, came.subscription_id, came.custom_id)
        came = replace(came, subscription=await subscriptions.make(unit.session, *named))
    elif came.payer:
        # Before the payment is locked, for donors are.
        came = replace(came, donor_id=await donor_of(unit, came.payer))
    known = await payments.lock_or_make(unit.session, came.provider, came.transaction_id)
    if known.version == 0:
        payment = await _book_new(unit, known, came)
    elif (known.gross, known.currency) == (came.gross.minor, came.gross.currency):
        payment = await _complete(unit, known, came)
    else:
        return conflict(f"This payment is booked with {known.money(known.gross)}, and not {came.gross}.")
    return payment


async def _book_new(unit: Unit, known: Payment, came: Came) -> Payment:
    whose = await whose_is(unit, came)
    fee = came.fee or Money(0, came.gross.currency)
    payment = replace(
        known,
        subscription=came.subscription,
        gift_id=whose.gift_id or one_off(unit, came, whose.purpose),
        appeal_id=whose.appeal_id,
        purpose=whose.purpose,
        place=came.place,
        currency=came.gross.currency,
        gross=came.gross.minor,
        fee=came.fee.minor if came.fee else None,
        hold_told=came.held is not None,
        hold_reason=came.hold_reason or "",
        happened_on=came.happened_on,
        day_sure=came.sure,
    )
    waiting = await _waiting(unit, payment)
    # Who only adds money locks nothing; what came before the payment takes some away again, and an appeal's money is
    # promised to the appeal at once.
    locks = waiting or known.dispute is not Dispute.NONE or payment.appeal_id
    lock = {payment.key} if locks else set[FundKey]()
    async with MoneyLedger.open(unit, lock) as ledger:
        lines = entries.gift(payment.where, payment.purpose, came.gross, fee, held=bool(came.held))
        entry = ledger.book(EntryKind.GIFT, lines, payment.id, came.happened_on)
        payment = replace(booked(payment, lines), entry_id=entry.id)
        payment = await say(unit, payment, GiftWhy.RECEIVED)
        payment = await _catch_up(ledger, payment, waiting)
        await keep(ledger, known, payment)
    return payment


async def _waiting(unit: Unit, payment: Payment) -> list[WentBack]:
    return [
        WentBack(
            provider=row["provider"],
            refund_id=row["refund_id"],
            transaction_id=payment.transaction_id,
            amount=Money(row["amount"], row["currency"]),
            happened_on=row["happened_on"],
            fee_back=row["fee_back"],
        )
        for row in await payments.waiting_refunds(unit.session, payment.id)
    ]


async def _catch_up(ledger: MoneyLedger, payment: Payment, waiting: list[WentBack]) -> Payment:
    """What was told of a payment before it came. What a dispute took goes first: a refund may be the same money."""
    on = payment.happened_on or ledger.unit.today
    if payment.dispute in OVER:
        payment = await catch_up(ledger, payment, on)
    for each in waiting:
        payment, _ = await give_back(ledger, payment, each)
    return await take_hold(ledger, payment, on) if payment.dispute is Dispute.OPEN else payment


async def _complete(unit: Unit, known: Payment, came: Came) -> Payment:
    """The payment with what a second notice knows more; the same payment if that is nothing."""
    whose = await whose_is(unit, came)
    if not tells_more(known, came, whose):
        return known
    payment = known
    if came.subscription and not known.subscription:
        payment = replace(known, subscription=came.subscription)
    if came.hold_reason and not known.hold_reason:
        payment = replace(payment, hold_reason=came.hold_reason)
    keys = known.keys | ({FundKey(whose.purpose, known.currency)} if known.purpose == UNASSIGNED else set())
    async with MoneyLedger.open(unit, keys) as ledger:
        payment = await redate(ledger, payment, came.came_on)
        if known.fee is None and came.fee is not None:
            payment = _learn_fee(ledger, payment, came.fee)
        if came.held is not None:
            payment = gather(ledger, payment) if came.held and not payment.hold_told else payment
            payment = hold_or_release(ledger, payment, came.turned_on or came.happened_on, held=came.held)
        after = _found_out(ledger, payment, came, whose)
        if after != payment:
            payment = await say(unit, after, GiftWhy.ASSIGNED)
        elif payment.happened_on != known.happened_on:
            # Its letters end with the reason that was told last.
            payment = await say(unit, payment, GiftWhy.CORRECTED)
        if payment is not known:
            await keep(ledger, known, payment)
    return payment


def tells_more(known: Payment, came: Came, whose: Whose) -> bool:
    """Whether a second notice may know more of a payment that has come. If not, nothing is locked for it."""
    unsaid = known.fee is None and came.fee is not None
    holds = came.held is not None and (not known.hold_told or (bool(known.held) and not came.held))
    belongs = _finds_purpose(known, whose)
    gives = known.gift_id is None and bool(whose.gift_id or came.donor_id)
    why = bool(came.hold_reason) and not known.hold_reason
    whose_it_is = known.subscription is None and bool(came.subscription)
    surer = known.came_on.or_surer(came.came_on) != known.came_on
    return surer or unsaid or holds or why or belongs or gives or whose_it_is


def _finds_purpose(known: Payment, whose: Whose) -> bool:
    """Whether a notice says what a payment without a purpose is for. If staff took its purpose away, the payer's marks
    say nothing any more; the gift of its subscription does.
    """
    decided = known.purpose_decided and whose.gift_id is None
    return known.purpose == UNASSIGNED and whose.purpose != UNASSIGNED and not decided


def _found_out(ledger: MoneyLedger, payment: Payment, came: Came, whose: Whose) -> Payment:
    """The payment with what a second notice knows more of whose it is: its gift, its donor, what it is for."""
    after, unknown = payment, payment.purpose == UNASSIGNED
    stays = payment.dispute is Dispute.OPEN or (unknown and not movable(ledger, payment))
    once = payment.subscription is None
    if not stays and _finds_purpose(payment, whose) and (once or not payment.gift_id):
        after = replace(assign(ledger, after, whose.purpose), appeal_id=whose.appeal_id)
    if payment.gift_id is None and whose.gift_id and not stays:
        after = replace(after, gift_id=whose.gift_id)
    if payment.gift_id is None and once and (gift_id := one_off(ledger.unit, came, after.purpose)):
        after = replace(after, gift_id=gift_id)
    return after


def _learn_fee(ledger: MoneyLedger, payment: Payment, fee: Money) -> Payment:
    fund, held = ledger.fund(payment.key), payment.money(payment.held)
    if lines := entries.fee_known(payment.where, fund, fee, held):
        ledger.book(EntryKind.FEE, lines, payment.id, payment.happened_on)
    return replace(booked(payment, lines), fee=fee.minor)


def movable(ledger: MoneyLedger, payment: Payment) -> bool:
    """Whether what its fund has of a payment can be another fund's: not while it is disputed, nor what is spent,
    promised or given back. Its fund is locked.
    """
    if payment.dispute is Dispute.OPEN:
        return False
    there = payment.left and ledger.fund(payment.key).free + payment.held >= payment.net
    # Below 0 the fund bore a fee that PayPal kept: that stays where it was borne.
    return payment.net == 0 or (payment.net > 0 and bool(there))


def assign(ledger: MoneyLedger, payment: Payment, purpose: str) -> Payment:
    """The payment once what its fund has of it is another fund's; what is held of it stays held, for that one.

    Both funds are locked, and the payment is not in dispute.
    """
    held, net = payment.held, payment.net
    if held:
        payment = release(ledger, payment, ledger.unit.today)
    if net > 0:
        lines = entries.moved(payment.purpose, purpose, payment.money(net))
        ledger.book(EntryKind.MOVED, lines, payment.id)
    after = replace(payment, purpose=purpose)
    if held:
        lines = entries.held_again(after.where, purpose, after.money(held))
        ledger.book(EntryKind.HELD, lines, after.id)
        after = booked(after, lines)
    return after
