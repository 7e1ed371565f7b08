"""What some notices need is read and locked before the first of them is booked, and what they book is written at once.

The locks are taken in the order of the README: payers, subscriptions, payments, funds, appeals; each kind by one
statement, in one order. After that the notices are booked one after the other, by the functions that book one alone,
and none of them asks the database for what is at hand (`repository/at_hand.py`).
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

from services.donations.commands.belonging import Came, Whose, whose_is
from services.donations.commands.booking import tells_more
from services.donations.commands.giving_back import WentBack
from services.donations.commands.meaning import PAYPAL, Disputed, Meaning, News
from services.donations.commands.payers import have_donors
from services.donations.commands.restoring import CameBack
from services.donations.domain.funds import UNASSIGNED, FundKey, Purpose
from services.donations.domain.marks import named_by
from services.donations.domain.payments import Dispute, Payment
from services.donations.ledger import MoneyLedger
from services.donations.repository import ahead
from services.donations.repository.at_hand import AtHand, Key
from shared.messaging.unit import Unit


@asynccontextmanager
async def prepared(unit: Unit, meanings: Sequence[Meaning]) -> AsyncIterator[None]:
    """All that these need is at hand and locked within the block; what is booked there is written at its end."""
    came = [each for each in meanings if isinstance(each, Came)]
    once = [each for each in came if not each.subscription_id]
    await have_donors(unit, [each.payer for each in once if each.payer])
    named = [
        (PAYPAL, each.subscription_id, each.custom_id)
        for each in meanings
        if isinstance(each, News | Came) and each.subscription_id
    ]
    await ahead.have_subscriptions(unit.session, named)
    codes = {code for each in once for code in named_by(each.marks) if not isinstance(code, Purpose)}
    await ahead.have_appeals(unit.session, codes)
    about = _by_payment(meanings)
    await ahead.have_payments(unit.session, about)
    if not about:
        yield
        return
    funds, appeals = set[FundKey](), set[UUID | None]()
    for key, some in about.items():
        known = AtHand.of(unit.session).payments[key]
        whose = [await whose_is(unit, _known_here(unit, each)) for each in some if isinstance(each, Came)]
        if its := _funds(unit, known, some, whose):
            funds |= its
            appeals |= {known.appeal_id, *(each.appeal_id for each in whose)}
    async with MoneyLedger.for_many(unit, funds, {each for each in appeals if each}):
        yield


def _by_payment(meanings: Iterable[Meaning]) -> dict[Key, list[Meaning]]:
    about: dict[Key, list[Meaning]] = {}
    for each in meanings:
        match each:
            case Came() | WentBack() | CameBack():
                names: tuple[str, ...] = (each.transaction_id,)
            case Disputed():
                names = each.sale_ids
            case _:
                names = ()
        for name in names:
            about.setdefault((PAYPAL, name), []).append(each)
    return about


def _known_here(unit: Unit, came: Came) -> Came:
    """A payment with its subscription or its donor as we know them."""
    hand = AtHand.of(unit.session)
    if came.subscription_id:
        return replace(came, subscription=hand.subscriptions[came.provider, came.subscription_id])
    return replace(came, donor_id=hand.payers.get(came.payer.payer_id or "")) if came.payer else came


def _funds(unit: Unit, known: Payment, some: Sequence[Meaning], whose: Sequence[Whose]) -> set[FundKey]:
    """The funds that are locked because of what is told of one payment: all from which it may take money.

    Who only adds money locks nothing. So a payment that nobody has spoken of locks its fund only if something else is
    told of it here, or waits for it, or an appeal is to have it at once; and one that is known only if more is told of
    it than is known. Rather one fund too many: what is not locked cannot be taken from, and the notices would have to
    be booked one by one.
    """
    came = [_known_here(unit, each) for each in some if isinstance(each, Came)]
    others = len(came) < len(some)
    if known.version:
        more = any(tells_more(known, each, its) for each, its in zip(came, whose, strict=True))
        if not (others or more):
            return set()
        purposes = {each.purpose for each in whose} if known.purpose == UNASSIGNED else set[str]()
        return {*known.keys, *(FundKey(each, known.currency) for each in purposes)}
    waits = AtHand.of(unit.session).refunds_wait[known.id] or known.dispute is not Dispute.NONE
    differ = any(each != came[0] for each in came)
    if not came or not (others or waits or differ or any(each.appeal_id for each in whose)):
        return set()
    purposes = {UNASSIGNED, *(each.purpose for each in whose)}
    return {FundKey(each, here.gross.currency) for each in purposes for here in came}
