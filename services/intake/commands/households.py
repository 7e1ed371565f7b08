"""What a caseworker asks for one household. Each change is decided under the household's lock."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.intake import identities, repository
from services.intake.commands import guardians, settling
from services.intake.commands.people import HOW_TWINS, Newcomer, Person, is_present, people_of, person_of
from services.intake.commands.registration import Arrival, join_all, register_all
from services.intake.commands.saying import entry, tell, tell_closed, who_is_head
from services.intake.domain import changes as rules
from services.intake.domain.households import Household, Outcome, Priority, checked_arrival
from services.intake.domain.people import Relation
from shared.contracts.intake import HouseholdChanged, HouseholdReopened, NeedKind
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

ALIKE = "intake.alike"
"""What stands for a contract in a timeline where somebody may be present in another household too."""
ALIKE_WORDS = (
    "Somebody of the same name, sex and birth date is present in another household: if it is the same person, let "
    "them leave one of the two."
)


@dataclass(frozen=True)
class Wanted:
    """A household as somebody wants it to be registered."""

    region: str
    arrived_on: date
    members: tuple[Newcomer, ...]
    needs: frozenset[NeedKind]
    priorities: frozenset[Priority]
    register_ref: str | None = field(default=None, repr=False)


async def register(unit: Unit, wanted: Wanted) -> Household | Refused:
    """Take a household in."""
    try:
        checked_arrival(wanted.arrived_on, unit.today)
    except ValueError as error:
        return _unfit("arrived_on", str(error))
    people = people_of(wanted.members, unit.today)
    if isinstance(people, Refused):
        return people
    arrival = Arrival(
        wanted.region, wanted.arrived_on, people, wanted.needs, wanted.priorities, wanted.register_ref
    )
    alike = await _is_elsewhere(unit, None, people)
    (household,) = await register_all(unit, [arrival])
    if household is None:
        return conflict("A household with this register reference is registered already.")
    _tell_alike(unit, household, alike=alike)
    return household


async def add_member(
    unit: Unit, household_id: UUID, newcomer: Newcomer, joined_on: date | None
) -> Household | Refused:
    """A person joins, today if no date is given; the newest member stands last."""
    on = joined_on or unit.today
    if on > unit.today:
        return _unfit("joined_on", "lies in the future")
    household = await _locked(unit, household_id)
    person = person_of(newcomer, unit.today)
    if isinstance(household, Refused):
        return household
    if isinstance(person, Refused):
        return person
    if person.relation is Relation.HEAD and rules.has_head(household):
        return rules.TWO_HEADS
    known = await identities.known(unit.session, [household_id])
    if is_present(person.face, known[household_id]):
        return conflict(
            f"Somebody of this name, sex and birth date is in this household already; {HOW_TWINS}."
        )
    alike = await _is_elsewhere(unit, household_id, [person])
    (after,) = await join_all(unit, [(household, [person])], on)
    if isinstance(after, Household):
        _tell_alike(unit, after, alike=alike)
    return after


async def let_leave(
    unit: Unit, household_id: UUID, member_id: UUID, left_on: date | None
) -> Household | Refused:
    """A member leaves, today if no date is given."""
    on = left_on or unit.today
    if on > unit.today:
        return _unfit("left_on", "lies in the future")
    household = await _locked(unit, household_id)
    if isinstance(household, Refused):
        return household
    after = rules.leave(household, member_id, on)
    if isinstance(after, Refused):
        return after
    repository.set_left(unit.writes, member_id, on)
    words = f"A member left; {len(after.present)} remain.{who_is_head(household, after)}"
    tell(unit, [after], HouseholdChanged, lambda _: words)
    await settling.follow(unit, [after])
    await guardians.follow(unit, [after.id])
    return after


async def change(
    unit: Unit,
    household_id: UUID,
    region: str | None = None,
    needs: frozenset[NeedKind] | None = None,
    priorities: frozenset[Priority] | None = None,
) -> Household | Refused:
    """Another region, other needs or priorities; what is None stays."""
    before = await _locked(unit, household_id)
    if isinstance(before, Refused):
        return before
    after = rules.change(before, region, needs, priorities)
    if isinstance(after, Refused) or after == before:
        return after
    given = {"needs": needs, "priorities": priorities, "region": region}
    parts = ", ".join(name for name, value in given.items() if value is not None)
    tell(unit, [after], HouseholdChanged, lambda _: f"Changed: {parts}.")
    return after


async def close(unit: Unit, household_id: UUID, outcome: Outcome) -> Household | Refused:
    """The household is no longer helped; what it has not fetched is free again."""
    household = await _locked(unit, household_id)
    if isinstance(household, Refused):
        return household
    after = rules.close(household, outcome, unit.today)
    if isinstance(after, Household):
        tell_closed(unit, after, outcome)
        await settling.follow(unit, [after])
    return after


async def reopen(unit: Unit, household_id: UUID) -> Household | Refused:
    """A closed household is helped again; its members may have come into other age bands meanwhile."""
    household = await _locked(unit, household_id)
    if isinstance(household, Refused):
        return household
    if household.outcome is Outcome.MISTAKEN:
        return conflict("The import that brought this household was undone. Register it anew.")
    present = [member.id for member in household.present]
    after = rules.reopen(household, await identities.bands(unit.session, present, unit.today))
    if isinstance(after, Household):
        repository.set_bands(unit.writes, [after])
        tell(unit, [after], HouseholdReopened, lambda _: "Reopened.")
        await guardians.follow(unit, [after.id])
    return after


async def _is_elsewhere(unit: Unit, household_id: UUID | None, people: Sequence[Person]) -> bool:
    """Whether one of these people may be present in another household already."""
    return bool(
        await identities.present_elsewhere(unit.session, {household_id: [each.face for each in people]})
    )


def _tell_alike(unit: Unit, household: Household, *, alike: bool) -> None:
    """A line for whoever looks at the household; of the other one nothing is told."""
    if alike:
        repository.add_entries(unit.writes, [entry(unit, household, ALIKE, ALIKE_WORDS)])


async def _locked(unit: Unit, household_id: UUID) -> Household | Refused:
    household = await repository.find(unit.session, household_id, lock=True)
    return household or missing("such household")


def _unfit(field_name: str, reason: str) -> Refused:
    return invalid("Some fields cannot be taken; nothing was changed.", (field_name, reason))
