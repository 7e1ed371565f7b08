"""Taking people in, many at once and set-based: the same for API and import."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import identities, repository
from services.intake.commands.people import Person
from services.intake.commands.saying import tell, tell_new
from services.intake.domain.changes import join
from services.intake.domain.households import ALL_NEEDS, Household, Member, Priority, code_of
from services.intake.domain.timeline import people_words
from shared.contracts.intake import HouseholdChanged, HouseholdRegistered, NeedKind
from shared.messaging.unit import Unit
from shared.outcomes import Refused


@dataclass(frozen=True)
class Arrival:
    """A household that is to be taken in. All parts have been checked."""

    region: str
    arrived_on: date
    people: tuple[Person, ...]
    needs: frozenset[NeedKind] = ALL_NEEDS
    priorities: frozenset[Priority] = frozenset()
    register_ref: str | None = field(default=None, repr=False)
    import_id: UUID | None = None


async def register_all(unit: Unit, arrivals: Sequence[Arrival]) -> list[Household | None]:
    """Register households in the order given; None for one whose register reference is there already."""
    numbers = await repository.draw_codes(unit.session, unit.today.year, len(arrivals))
    taken = [_household(unit, *each) for each in zip(range(len(arrivals)), numbers, arrivals, strict=True)]
    added = await repository.insert_households(unit.session, [household for household, _ in taken])
    new = [(household, people) for household, people in taken if household.id in added]
    _write_people(unit, [(household, people, household.import_id) for household, people in new])
    households = [household for household, _ in new]
    tell_new(
        unit, households, HouseholdRegistered, lambda each: f"Registered: {people_words(len(each.members))}."
    )
    return [household if household.id in added else None for household, _ in taken]


async def join_all(
    unit: Unit,
    joining: Sequence[tuple[Household, Sequence[Person]]],
    on: date | None = None,
    import_id: UUID | None = None,
) -> list[Household | Refused]:
    """Add people to households that this unit has locked; they join on `on`, today if it is None."""
    results: list[Household | Refused] = []
    newcomers: list[tuple[Household, dict[UUID, Person]]] = []
    for household, people in joining:
        with_ids = {uuid7(): person for person in people}
        results.append(join(household, *_members(with_ids, on or unit.today, unit.today)))
        if isinstance(after := results[-1], Household):
            newcomers.append((after, with_ids))
    _write_people(unit, [(household, some, import_id) for household, some in newcomers])
    households = [household for household, _ in newcomers]
    tell(unit, households, HouseholdChanged, lambda each: f"Joined; now {people_words(len(each.present))}.")
    return results


def _household(unit: Unit, place: int, number: int, arrival: Arrival) -> tuple[Household, dict[UUID, Person]]:
    people = {uuid7(): person for person in arrival.people}
    household = Household(
        id=uuid7(),
        code=code_of(unit.today.year, number),
        region=arrival.region,
        arrived_on=arrival.arrived_on,
        # Age of registration decides who comes first, so households of one unit must not be equally old.
        registered_at=unit.now + timedelta(microseconds=place),
        registered_on=unit.today,
        members=_members(people, unit.today, unit.today),
        needs=arrival.needs,
        priorities=arrival.priorities,
        register_ref=arrival.register_ref,
        import_id=arrival.import_id,
    )
    return household, people


def _members(people: Mapping[UUID, Person], joined_on: date, today: date) -> tuple[Member, ...]:
    return tuple(
        Member(
            id=member_id,
            sex=each.sex,
            size=each.size,
            relation=each.relation,
            joined_on=joined_on,
            age_band=each.identity.band(today),
            languages=each.languages,
        )
        for member_id, each in people.items()
    )


def _write_people(
    unit: Unit, households: Sequence[tuple[Household, Mapping[UUID, Person], UUID | None]]
) -> None:
    for household, people, import_id in households:
        members = [member for member in household.members if member.id in people]
        rows = {member_id: person.row for member_id, person in people.items()}
        repository.add_members(unit.writes, household.id, members, import_id, rows)
        identities.write(unit.writes, {member_id: person.identity for member_id, person in people.items()})
