"""Taking households in, many at once, and telling of every change: one unit, set-based, the same for API and import."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import identities, repository
from services.intake.domain.households import (
    ALL_NEEDS,
    Household,
    Member,
    Refused,
    closing_of,
    code_of,
    join,
    state_of,
)
from services.intake.domain.people import Relation, Sex
from services.intake.domain.timeline import Entry, closed_words
from services.intake.identities import Identity
from shared.contracts.intake import (
    AgeBand,
    ClothingSize,
    HouseholdChanged,
    HouseholdRegistered,
    HouseholdState,
    NeedKind,
    Outcome,
    Priority,
)
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class Person:
    """Somebody who is to be a member; `key` tells people of one register apart."""

    identity: Identity
    sex: Sex
    size: ClothingSize
    relation: Relation
    languages: tuple[str, ...] = ()
    key: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Arrival:
    """A household that is to be taken in. All parts have been checked."""

    region: str
    arrived_on: date
    people: tuple[Person, ...]
    needs: frozenset[NeedKind] = ALL_NEEDS
    priorities: frozenset[Priority] = frozenset()
    register_ref: str | None = field(default=None, repr=False)


async def register_all(unit: Unit, arrivals: Sequence[Arrival]) -> list[Household | None]:
    """Register households in the order given; None for one whose register reference is there already."""
    numbers = await repository.draw_codes(unit.session, unit.today.year, len(arrivals))
    taken = [_household(unit, *each) for each in zip(range(len(arrivals)), numbers, arrivals, strict=True)]
    added = await repository.insert_households(unit.session, [household for household, _ in taken])
    new = [(household, people) for household, people in taken if household.id in added]
    await _write_people(unit, new)
    for household, people in new:
        bands = {member_id: person.identity.band(unit.today) for member_id, person in people.items()}
        unit.say(state_of(household, bands, unit.today, HouseholdRegistered))
    words = [
        _entry(unit, each, HouseholdRegistered, f"Registered: {_people(len(each.members))}.")
        for each, _ in new
    ]
    await repository.add_entries(unit.session, words)
    return [household if household.id in added else None for household, _ in taken]


async def join_all(
    unit: Unit, joining: Sequence[tuple[Household, Sequence[Person]]], on: date | None = None
) -> list[Household | Refused]:
    """Add people to households that this unit has locked; they join on `on`, today if it is None."""
    results: list[Household | Refused] = []
    newcomers: list[tuple[Household, dict[UUID, Person]]] = []
    for household, people in joining:
        with_ids = {uuid7(): person for person in people}
        results.append(join(household, *_members(with_ids, on or unit.today)))
        if isinstance(after := results[-1], Household):
            newcomers.append((after, with_ids))
    await _write_people(unit, newcomers)
    await tell(
        unit,
        [household for household, _ in newcomers],
        HouseholdChanged,
        lambda household: f"Joined; now {_people(len(household.present))}.",
    )
    return results


async def tell(
    unit: Unit,
    changed: Sequence[Household],
    contract: type[HouseholdState],
    words: Callable[[Household], str],
) -> None:
    """Save households after a change, tell the other services their state and write it to their timelines."""
    if not changed:
        return
    await repository.save(unit.session, changed)
    present = [member.id for household in changed for member in household.present]
    bands: Mapping[UUID, AgeBand] = await identities.bands(unit.session, present, unit.today)
    for household in changed:
        unit.say(state_of(household, bands, unit.today, contract))
    await repository.add_entries(
        unit.session, [_entry(unit, each, contract, words(each)) for each in changed]
    )


async def tell_closed(unit: Unit, household: Household, outcome: Outcome) -> None:
    """Save a household that was closed and tell the other services."""
    await repository.save(unit.session, [household])
    fact = closing_of(household, outcome, unit.today)
    unit.say(fact)
    entry = Entry(household.id, unit.now, unit.today, fact.wire, closed_words(outcome))
    await repository.add_entries(unit.session, [entry])


def _household(unit: Unit, place: int, number: int, arrival: Arrival) -> tuple[Household, dict[UUID, Person]]:
    household_id = uuid7()
    people = {uuid7(): person for person in arrival.people}
    household = Household(
        id=household_id,
        code=code_of(unit.today.year, number),
        region=arrival.region,
        arrived_on=arrival.arrived_on,
        # Age of registration decides who comes first, so households of one unit must not be equally old.
        registered_at=unit.now + timedelta(microseconds=place),
        registered_on=unit.today,
        members=_members(people, unit.today),
        needs=arrival.needs,
        priorities=arrival.priorities,
        register_ref=arrival.register_ref,
    )
    return household, people


def _members(people: Mapping[UUID, Person], on: date) -> tuple[Member, ...]:
    return tuple(
        Member(member_id, each.sex, each.size, each.relation, on, each.languages)
        for member_id, each in people.items()
    )


async def _write_people(unit: Unit, households: Sequence[tuple[Household, Mapping[UUID, Person]]]) -> None:
    people = {member_id: person for _, some in households for member_id, person in some.items()}
    members = [(each.id, member) for each, some in households for member in each.members if member.id in some]
    keys = {member_id: person.key for member_id, person in people.items() if person.key}
    await repository.add_members(unit.session, members, keys)
    await identities.write(unit.session, {member_id: person.identity for member_id, person in people.items()})


def _entry(unit: Unit, household: Household, contract: type[HouseholdState], words: str) -> Entry:
    return Entry(household.id, unit.now, unit.today, contract.wire, words)


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"
