"""Money that a provider tells of is booked: once for each id of the money, whatever brings the news and how often.

Nothing is assumed of the order. A refund may come before its payment, a payment's second notice before its first, the
end of a dispute before its beginning. The payment's row is locked first, and made if it is not there; so what is told
twice at once is told one after the other here.
"""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.donations.commands.giving_back import WentBack, give_back, let_go, say, take_hold
from services.donations.commands.holding import hold_or_release, release
from services.donations.commands.keeping import keep
from services.donations.domain import entries
from services.donations.domain.funds import UNASSIGNED, FundKey
from services.donations.domain.ledger import EntryKind
from services.donations.domain.money import Money
from services.donations.domain.monthly import belongs
from services.donations.domain.payments import Dispute, Payment, booked
from services.donations.domain.subscriptions import ended_on
from services.donations.ledger import MoneyLedger
from services.donations.repository import payments, subscriptions
from shared.contracts.donations import GiftWhy
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict


@dataclass(frozen=True)
class Came:
    """A payment as one notice tells of it. What the notice does not say is None, and another may say it later.

    `happened_on` is the day of the notice's own time in the group's zone, never the day on which it was handled;
    `released_on` the day on which the provider let go what it held, if that is another one.
    """

    provider: str
    transaction_id: str
    gross: Money
    happened_on: date
    fee: Money | None = None
    held: bool | None = None
    released_on: date | None = None
    subscription_id: str | None = None
    custom_id: str | None = None
    subscription: UUID | None = None
    gift_id: UUID | None = None
    appeal_id: UUID | None = None
    purpose: str = UNASSIGNED
    place: str = "paypal"


async def book_payment(unit: Unit, came: Came) -> Payment | Refused:
    """Book a payment, or add to a known one what was not known of it: its fee, its release, whose it is.

    Money of an unknown subscription is booked without a purpose, and never refused. Refused if the payment is known
    with another amount: somebody has to look.
    """
    if came.subscription_id:
        # Before the payment is locked: who makes one under the same id waits for this unit.
        named = (came.provider, came.subscription_id, came.custom_id)
        came = replace(came, subscription=await subscriptions.make(unit.session, *named))
    known = await payments.lock_or_make(unit.session, came.provider, came.transaction_id)
    if known.version == 0:
        payment = await _book_new(unit, known, came)
    elif (known.gross, known.currency) == (came.gross.minor, came.gross.currency):
        payment = await _complete(unit, known, came)
    else:
        return conflict(f"This payment is booked with {known.money(known.gross)}, and not {came.gross}.")
    if payment is not known:
        await keep(unit, known, payment)
    return payment


async def _book_new(unit: Unit, known: Payment, came: Came) -> Payment:
    gift_id, purpose = await _whose(unit, came)
    fee = came.fee or Money(0, came.gross.currency)
    payment = replace(
        known,
        subscription=came.subscription,
        gift_id=gift_id,
        appeal_id=came.appeal_id,
        purpose=purpose,
        place=came.place,
        currency=came.gross.currency,
        gross=came.gross.minor,
        fee=came.fee.minor if came.fee else None,
        hold_told=came.held is not None,
        happened_on=came.happened_on,
    )
    waiting = await _waiting(unit, payment)
    # Who only adds money locks nothing; what came before the payment takes some away again.
    lock = {payment.key} if waiting or known.dispute is not Dispute.NONE else set[FundKey]()
    async with MoneyLedger.open(unit, lock) as ledger:
        lines = entries.gift(payment.where, purpose, came.gross, fee, held=bool(came.held))
        entry = ledger.book(EntryKind.GIFT, lines, payment.id, came.happened_on)
        payment = replace(booked(payment, lines), entry_id=entry.id)
        payment = await say(unit, payment, GiftWhy.RECEIVED)
        return await _catch_up(ledger, payment, waiting)


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
    """What was told of a payment before it came."""
    for each in waiting:
        payment, _ = await give_back(ledger, payment, each)
    on = payment.happened_on or ledger.unit.today
    if payment.dispute is Dispute.OPEN:
        return await take_hold(ledger, payment, on)
    return await let_go(ledger, payment, payment.dispute, on) if payment.dispute is Dispute.LOST else payment


async def _whose(unit: Unit, came: Came) -> tuple[UUID | None, str]:
    """The gift that a payment belongs to, and its purpose: none for what is charged after the gift's end."""
    if came.gift_id is None and came.subscription_id is not None and came.subscription:
        gift = await payments.gift_of_subscription(unit.session, came.provider, came.subscription_id)
        end = ended_on(await subscriptions.ended(unit.session, came.subscription))
        mine = gift and belongs(came.happened_on, end)
        return (gift["id"], gift["purpose"]) if gift and mine else (None, UNASSIGNED)
    return came.gift_id, came.purpose


async def _complete(unit: Unit, known: Payment, came: Came) -> Payment:
    """The payment with what a second notice knows more; the same payment if that is nothing."""
    payment = known
    if came.subscription and not known.subscription:
        payment = replace(known, subscription=came.subscription)
    gift_id, purpose = await _whose(unit, came)
    keys = {known.key, FundKey(purpose if known.purpose == UNASSIGNED else known.purpose, known.currency)}
    async with MoneyLedger.open(unit, keys) as ledger:
        if known.fee is None and came.fee is not None:
            payment = _learn_fee(ledger, payment, came.fee)
        if came.held is not None:
            payment = hold_or_release(ledger, payment, came.released_on or came.happened_on, held=came.held)
        stays = payment.purpose == UNASSIGNED and not movable(ledger, payment)
        if gift_id and not payment.gift_id and payment.dispute is not Dispute.OPEN and not stays:
            payment = assign(ledger, payment, purpose) if payment.purpose == UNASSIGNED else payment
            payment = await say(unit, replace(payment, gift_id=gift_id), GiftWhy.ASSIGNED)
    return payment


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
    return payment.net <= 0 or bool(there)


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
