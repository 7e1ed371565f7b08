"""What inventory does when intake says something: load, decide, write down, say."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory import repository
from services.inventory.books import Books
from services.inventory.domain.changes import Change, difference
from services.inventory.domain.households import Household
from services.inventory.domain.needs import Need, needs_of
from services.inventory.domain.reservations import Reservation, release
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import ShelfKey
from services.inventory.repository import Known
from shared.contracts.intake import (
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
)
from shared.messaging.consumer import Hears
from shared.messaging.unit import Unit


async def on_household_registered(rules: Rules, facts: Sequence[HouseholdState], unit: Unit) -> None:
    """Reserve what new households need, or write down what is missing.

    A change that overtook the registration is a registration with a higher version; what comes late is ignored.
    """
    known = await repository.lock_households(unit.session, {fact.household_id for fact in facts})
    newest = _newest(facts, known)
    await repository.save_states(unit.session, newest.values())
    books = await Books.open(unit, rules)
    heard_before = [each for each in newest if known[each].version]
    given = await _given(unit, rules, heard_before)

    def change_of(key: UUID) -> Change | tuple[Need, ...]:
        new = repository.household_of(newest[key])
        return _change(books, known[key], new, given.get(key, []))

    changes = {key: change_of(key) for key in newest}
    await books.lock(_touched(changes.values()))
    if heard_before:
        # Until the shelves were locked, what these households have may have been dealt again.
        given = await _given(unit, rules, heard_before)
        changes |= {key: change_of(key) for key in heard_before}
    await _apply(books, changes, {each.id: each for mine in given.values() for each in mine})


async def on_household_closed(rules: Rules, facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Put back what closed households have not fetched, and give it to those who wait."""
    known = await repository.lock_households(unit.session, {fact.household_id for fact in facts})
    closed = {
        fact.household_id: fact.version
        for fact in sorted(facts, key=lambda fact: fact.version)
        if fact.version > known[fact.household_id].version
    }
    await repository.save_closed(unit.session, closed)
    open_ones = await repository.open_of_households(unit.session, closed)
    books = await Books.open(unit, rules)
    await books.lock({each.item for each in open_ones})
    # Until the shelves were locked, it may have been dealt again.
    open_ones = await repository.open_of_households(unit.session, closed)
    words = {fact.household_id: f"Household closed: {fact.outcome.replace('_', ' ')}" for fact in facts}
    books.put_all((release(each, words[each.household_id]), each) for each in open_ones)
    await books.fill({each.key for each in open_ones if each.key})
    await books.close()


def _newest(facts: Sequence[HouseholdState], known: Mapping[UUID, Known]) -> dict[UUID, HouseholdState]:
    """The newest fact of each household that is newer than what is known of it."""
    newest = {fact.household_id: fact for fact in sorted(facts, key=lambda fact: fact.version)}
    return {key: fact for key, fact in newest.items() if fact.version > known[key].version}


async def _given(unit: Unit, rules: Rules, ids: Sequence[UUID]) -> dict[UUID, list[Reservation]]:
    """What households that were known already have open, or were handed in this ration period."""
    if not ids:
        return {}
    first, _ = period_of(unit.today, rules.ration_period)
    rows = await repository.open_of_households(unit.session, ids)
    rows += await repository.given_since(unit.session, ids, first)
    given: dict[UUID, dict[UUID, Reservation]] = {}
    for row in rows:
        given.setdefault(row.household_id, {})[row.id] = row
    return {key: list(mine.values()) for key, mine in given.items()}


def _change(
    books: Books, known: Known, new: Household, given: Sequence[Reservation]
) -> Change | tuple[Need, ...]:
    if not known.version:
        return needs_of(new, books.unit.today, books.catalogue, books.rules)
    return difference(known.household, new, given, books.unit.today, books.catalogue, books.rules, uuid7)


def _touched(changes: Iterable[Change | tuple[Need, ...]]) -> set[str]:
    """The items that the changes ask for or give up."""
    items: set[str] = set()
    for change in changes:
        if isinstance(change, Change):
            items |= {need.item for need in change.add} | {each.item for each in change.changed}
        else:
            items |= {need.item for need in change}
    return items


async def _apply(
    books: Books, changes: Mapping[UUID, Change | tuple[Need, ...]], before: Mapping[UUID, Reservation]
) -> None:
    """Give up before asking anew, and deal what has become free."""
    edits = [change for change in changes.values() if isinstance(change, Change)]
    needs = [
        need for change in changes.values() for need in (change.add if isinstance(change, Change) else change)
    ]
    freed: set[ShelfKey] = set()
    for edit in edits:
        books.put_all((after, before[after.id]) for after in edit.changed)
        books.put_all((after, None) for after in edit.created)
        freed |= set(edit.freed)
    to_deal = books.ask(sorted(needs, key=lambda need: (need.rank, need.since, need.household_id)))
    await books.deal(to_deal - freed)
    await books.fill(freed)
    await books.close()


def hears(rules: Rules) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    registered = partial(on_household_registered, rules)
    return (
        Hears(HouseholdRegistered, registered),
        Hears(HouseholdChanged, registered),
        Hears(HouseholdReopened, registered),
        Hears(HouseholdClosed, partial(on_household_closed, rules)),
    )
