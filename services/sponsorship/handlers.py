"""What sponsorship does when another service says something: load, decide, write down, say.

Whatever is told changes rows of what is known; how children and gifts stand then follows from all rows (`ledger/`).
"""

from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.sponsorship.commands import helpers, school, settlements
from services.sponsorship.domain.children import seen_in
from services.sponsorship.domain.gifts import Days, together
from services.sponsorship.domain.rules import Rules
from services.sponsorship.ledger import Book
from services.sponsorship.repository import children, consents, donors, gifts
from services.sponsorship.settings import Settings
from services.sponsorship.tables import CONSENT, GIFT, HOUSEHOLD, PAYMENT, SPONSOR
from shared.contracts.donations import (
    DonorLinked,
    GiftCorrected,
    GiftReceived,
    GiftState,
    GrantChanged,
    MonthlyGiftChanged,
)
from shared.contracts.events import HelpChanged
from shared.contracts.intake import (
    ConsentChanged,
    ConsentPurpose,
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
    SettlementAsked,
)
from shared.messaging.consumer import Hears
from shared.messaging.states import lock_or_make, newest
from shared.messaging.unit import Unit


async def on_household_state(rules: Rules, facts: Sequence[HouseholdState], unit: Unit) -> None:
    """List the children who need a school place.

    A fact that comes late changes nothing of the household. But since when a child was of school age is looked for in
    all facts: a child waits as long, whichever of them comes first.
    """
    async with Book.open(unit, rules) as book:
        news = await newest(unit, HOUSEHOLD, facts)
        book.touch(await children.save_states(unit.session, unit.writes, news.facts.values()))
        book.touch(await children.seen_at(unit.session, news.facts))
        for fact in facts:
            book.see(seen_in(fact))


async def on_household_closed(rules: Rules, facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Take the children of closed households off the list, and free their sponsors."""
    async with Book.open(unit, rules) as book:
        news = await newest(unit, HOUSEHOLD, facts)
        closed = {key: fact.version for key, fact in news.facts.items()}
        book.touch(await children.save_closed(unit.session, unit.writes, closed))
        book.touch(await children.seen_at(unit.session, closed))


async def on_consent_changed(rules: Rules, facts: Sequence[ConsentChanged], unit: Unit) -> None:
    """Keep which children sponsors may be shown, and what of them.

    Who has a sponsor keeps them when a consent ends, because no help depends on it; the sponsor is shown nothing more.
    Who has none gets none, also none of before, until a guardian agrees again: then it is looked at again.
    """
    async with Book.open(unit, rules) as book:
        mine = [each for each in facts if each.purpose == ConsentPurpose.SPONSORSHIP]
        news = await newest(unit, CONSENT, mine)
        consents.save(unit.writes, news.facts.values())
        book.touch(each.member_id for each in news.facts.values())


async def on_monthly_gift_changed(rules: Rules, facts: Sequence[MonthlyGiftChanged], unit: Unit) -> None:
    """Keep how monthly gifts stand; their children follow.

    A fact that comes late changes one thing: since when a gift is at risk.
    """
    async with Book.open(unit, rules) as book:
        news = await newest(unit, GIFT, facts)
        gifts.save_gifts(unit.writes, news.facts.values())
        await gifts.save_told(unit.session, unit.writes, facts)
        givers = {each.donor_id for each in news.facts.values() if each.donor_id}
        await donors.make_sponsors(unit.session, givers)
        book.touch(gifts=news.rows)


async def on_gift(rules: Rules, facts: Sequence[GiftState], unit: Unit) -> None:
    """Keep which months are covered by payments, and which no longer are; the children of their gifts follow.

    A month that any fact had covered was covered once, also if that fact comes late.
    """
    async with Book.open(unit, rules) as book:
        news = await newest(unit, PAYMENT, facts)
        ever = defaultdict[UUID, list[Days | None]](list)
        for fact in facts:
            ever[fact.payment_id].append(gifts.days_in(fact))
        all_days = {key: days for key, each in ever.items() if (days := together(each))}
        gifts.save_payments(unit.writes, news.rows, news.facts, all_days)
        of_them = {fact.gift_id for fact in facts if fact.gift_id}
        of_them |= {row["gift_id"] for row in news.rows.values() if row and row["gift_id"]}
        await lock_or_make(unit.session, GIFT, of_them)
        await gifts.save_paid(unit.session, unit.writes, of_them)
        book.touch(gifts=of_them)


async def on_donor_linked(rules: Rules, facts: Sequence[DonorLinked], unit: Unit) -> None:
    """Keep which entries of donors are one person; who is declined under one of them is declined under all."""
    async with Book.open(unit, rules) as book:
        news = await newest(unit, SPONSOR, facts)
        linked = {*news.facts, *(each.kept_id for each in news.facts.values() if each.kept_id)}
        # Of who is one person no longer, what was said of the others counts no longer either.
        parted = await donors.gifts_of_people(unit.session, linked)
        rows = [
            {"id": key, "version": each.version, "kept_id": each.kept_id} for key, each in news.facts.items()
        ]
        unit.writes.change(SPONSOR, rows)
        book.touch(gifts=await donors.gifts_of_people(unit.session, linked) | parted)


async def on_closed(rules: Rules, late_days: int, facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Take the children of closed households off the list, and their learners out of the lessons."""
    await on_household_closed(rules, facts, unit)
    await settlements.close_households(unit, late_days, facts)


async def on_settlement_asked(late_days: int, facts: Sequence[SettlementAsked], unit: Unit) -> None:
    """Give those who wish for lessons a place, or put them in line."""
    await settlements.follow_requests(unit, late_days, facts)


async def on_help_changed(facts: Sequence[HelpChanged], unit: Unit) -> None:
    """Keep whether teachers were found."""
    await helpers.hear(unit, facts)


async def on_grant_changed(rules: Rules, facts: Sequence[GrantChanged], unit: Unit) -> None:
    """Keep what became of the payments that the education fund was asked for."""
    await school.hear(unit, rules, facts)


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    rules, late_days = settings.rules, settings.lesson_late_days
    state, gift = partial(on_household_state, rules), partial(on_gift, rules)
    return (
        Hears(HouseholdRegistered, state),
        Hears(HouseholdChanged, state),
        Hears(HouseholdReopened, state),
        Hears(HouseholdClosed, partial(on_closed, rules, late_days)),
        Hears(ConsentChanged, partial(on_consent_changed, rules)),
        Hears(MonthlyGiftChanged, partial(on_monthly_gift_changed, rules)),
        Hears(GiftReceived, gift),
        Hears(GiftCorrected, gift),
        Hears(DonorLinked, partial(on_donor_linked, rules)),
        Hears(GrantChanged, partial(on_grant_changed, rules)),
        Hears(SettlementAsked, partial(on_settlement_asked, late_days)),
        Hears(HelpChanged, on_help_changed),
    )
