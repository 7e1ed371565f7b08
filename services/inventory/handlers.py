"""What inventory does when intake or donations says something: load, decide, write down, say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.commands.proposing import follow_appeal
from services.inventory.domain.changes import difference
from services.inventory.domain.edit import Change, Elsewhere, TakenAlong
from services.inventory.domain.households import Household
from services.inventory.domain.items import Kind
from services.inventory.domain.needs import Need, needs_of
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation, release
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import ShelfKey
from services.inventory.ledger import StockLedger, renewal
from services.inventory.repository import households, purchases, reservations
from services.inventory.settings import Settings
from services.inventory.tables import APPEAL, HOUSEHOLD
from shared.contracts.donations import AppealChanged
from shared.contracts.intake import (
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
)
from shared.contracts.inventory import Why
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit


async def on_household_registered(rules: Rules, facts: Sequence[HouseholdState], unit: Unit) -> None:
    """Reserve what new households need, or write down what is missing; of known ones, what has changed.

    A change that overtook the registration is a registration with a higher version; what comes late is ignored.
    """
    news = await newest(unit, HOUSEHOLD, facts)
    households.save_states(unit.writes, news.facts.values())
    first: list[Household] = []
    again: list[Pair] = []
    for key, fact in news.facts.items():
        row, now = news.rows[key], households.household_of(fact)
        if row is None:
            first.append(now)
        else:
            again.append((households.household_in(row), now))
    await renewal.make_sure(unit, rules, [old for old, _ in again])
    async with StockLedger.open(unit, rules, puts_off=True) as ledger:
        known = await _known_elsewhere(ledger, first, [old for old, _ in again])
        again += [(replace(each, active=False), each) for each in first if each.id in known]
        new = [each for each in first if each.id not in known]
        needs = [need for each in new for need in needs_of(each, unit.today, ledger.catalogue, rules)]
        edits = await ledger.lock_for(partial(_edits, ledger, again), partial(_touched, rules, needs))
        await _apply(ledger, needs, edits)


async def on_household_closed(rules: Rules, facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Put back what closed households have not fetched, and give it to those who wait."""
    news = await newest(unit, HOUSEHOLD, facts)
    closed = news.facts
    known = [households.household_in(row) for row in news.rows.values() if row is not None]
    await renewal.make_sure(unit, rules, [each for each in known if each.id in closed])
    households.save_closed(unit.writes, {key: fact.version for key, fact in closed.items()})
    async with StockLedger.open(unit, rules, puts_off=True) as ledger:

        async def load() -> list[Reservation]:
            return await reservations.open_of_households(unit.session, closed)

        pairs = [(each, replace(each, active=False)) for each in known if each.id in closed and each.active]
        food = {rules.ration_item} if pairs else set()
        left = await ledger.lock_for(load, lambda found: food | {each.item for each in found})
        edits = await _edits(ledger, pairs)
        along = [each for edit in edits for each in edit.change.taken_along]
        await reservations.take_along(unit.session, along)
        ledger.record_all((release(each, Because(Why.HOUSEHOLD_CLOSED)), each) for each in left)
        await _apply(ledger, (), [edit for edit in edits if edit.household_id not in closed])
        await ledger.fill({each.key for each in left if each.key})


async def on_appeal_changed(facts: Sequence[AppealChanged], unit: Unit) -> None:
    """Propose a purchase for each appeal that is funded now; withdraw the proposal of one that no longer is."""
    news = await newest(unit, APPEAL, facts)
    for _, fact in sorted(news.facts.items()):
        await follow_appeal(unit, purchases.save_appeal(unit, fact))


Pair = tuple[Household, Household]
"""A household as it was known, and as it is now."""


@dataclass(frozen=True)
class Edit:
    """What follows from a household's change, and its reservations before it, by id."""

    household_id: UUID
    change: Change
    before: dict[UUID, Reservation]


async def _edits(ledger: StockLedger, pairs: Sequence[Pair]) -> list[Edit]:
    """The changes of households that were known already, and of those in which somebody who left them is present.

    Who moves may have been heard of in the new household before, or is heard of later in this batch: so all are looked
    at once more with what is taken along.
    """
    edits = await _look(ledger, pairs, ())
    gone = [each for edit in edits for each in edit.change.taken_along]
    if not gone:
        return edits
    ids, who = {now.id for _, now in pairs}, {each.member_id for each in gone}
    there = await households.where_present(ledger.unit.session, who, ids)
    return await _look(ledger, [*pairs, *((each, each) for each in there)], gone)


async def _look(ledger: StockLedger, pairs: Sequence[Pair], gone: Sequence[TakenAlong]) -> list[Edit]:
    """What follows from changes; `gone` is taken along from some of these households by the same changes."""
    given = await _given(ledger, [now.id for _, now in pairs])
    worn = await _worn(ledger, [now for _, now in pairs])
    along = await _along(ledger, [now for _, now in pairs])
    edits = []
    for old, now in pairs:
        mine, theirs = given.get(now.id, {}), {member.id for member in now.members}
        others = [each for each in worn if each.member_id in theirs]
        today, catalogue, rules = ledger.unit.today, ledger.catalogue, ledger.rules
        elsewhere = Elsewhere(
            others, _with_news(along, [each for each in gone if each.household_id != now.id])
        )
        change = difference(old, now, mine.values(), today, catalogue, rules, uuid7, elsewhere)
        edits.append(Edit(now.id, change, mine))
    return edits


def _with_news(known: Sequence[TakenAlong], news: Sequence[TakenAlong]) -> list[TakenAlong]:
    """What was taken along, a row per person and day: who left twice took it from where it was fetched last."""
    newer = {(each.member_id, each.day) for each in news}
    return [*(each for each in known if (each.member_id, each.day) not in newer), *news]


async def _known_elsewhere(
    ledger: StockLedger, first: Sequence[Household], changing: Sequence[Household]
) -> frozenset[UUID]:
    """Those of new households in which somebody was given something in another household, or is just leaving one."""
    had = {row.member_id for row in await _worn(ledger, first)}
    had |= {each.member_id for each in await _along(ledger, first)}
    had |= {member.id for each in changing for member in each.members}
    return frozenset(each.id for each in first if had & {member.id for member in each.members})


async def _along(ledger: StockLedger, households: Sequence[Household]) -> list[TakenAlong]:
    """Food that members of these households brought along, or that others took from them."""
    if not households:
        return []
    members = [member.id for each in households for member in each.members]
    unit = ledger.unit
    return await reservations.taken_along(unit.session, [each.id for each in households], members, unit.today)


async def _worn(ledger: StockLedger, households: Sequence[Household]) -> list[Reservation]:
    """The sets that members of these households were given, wherever they lived then."""
    members = [member.id for each in households for member in each.members]
    return await reservations.worn_by(ledger.unit.session, members)


async def _given(ledger: StockLedger, ids: Sequence[UUID]) -> dict[UUID, dict[UUID, Reservation]]:
    """What these households have open, or were handed in this ration period: by household, then by id."""
    if not ids:
        return {}
    session, today = ledger.unit.session, ledger.unit.today
    rows = await reservations.open_of_households(session, ids)
    first = period_of(today, ledger.rules.ration_period)[0]
    rows += await reservations.given_since(session, ids, first)
    rows += await reservations.cancelled_since(session, ids, first)
    given: dict[UUID, dict[UUID, Reservation]] = {}
    for row in rows:
        given.setdefault(row.household_id, {})[row.id] = row
    return given


def _touched(rules: Rules, needs: Sequence[Need], edits: Sequence[Edit]) -> Collection[str]:
    """The items that are asked for, given up or taken along.

    Of two units that hear where somebody left and where somebody joined, the second waits for the shelf, and then sees
    what the first one wrote.
    """
    changes = [edit.change for edit in edits]
    items = {need.item for need in needs} | {need.item for each in changes for need in each.add}
    items |= {rules.ration_item for each in changes if each.taken_along}
    return items | {row.item for each in changes for row in each.changed}


async def _apply(ledger: StockLedger, needs: Sequence[Need], edits: Sequence[Edit]) -> None:
    """Give up before reserving anew, and fill what has become free. Who comes first may have changed too."""
    freed: set[ShelfKey] = set()
    along = [each for edit in edits for each in edit.change.taken_along]
    await reservations.take_along(ledger.unit.session, along)
    for edit in edits:
        ledger.record_all((after, edit.before[after.id]) for after in edit.change.changed)
        ledger.record_all((after, None) for after in edit.change.created)
        freed |= set(edit.change.freed)
        ledger.mark(row.key for row in edit.change.changed if row.key and row.kind is Kind.FOOD)
    asked = [*needs, *(need for edit in edits for need in edit.change.add)]
    in_order = sorted(asked, key=lambda need: (need.rank, need.registered_on, need.household_id))
    ledger.reserve(in_order, await ledger.line_for(freed))
    await ledger.fill(freed)


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    registered = partial(on_household_registered, settings.rules)
    return (
        Hears(HouseholdRegistered, registered),
        Hears(HouseholdChanged, registered),
        Hears(HouseholdReopened, registered),
        Hears(HouseholdClosed, partial(on_household_closed, settings.rules)),
        Hears(AppealChanged, on_appeal_changed),
    )
