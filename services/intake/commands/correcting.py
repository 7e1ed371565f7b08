"""Something that was kept about a member is wrong, or is no longer so."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.intake import identities, repository
from services.intake.commands import guardians
from services.intake.commands.consents import follow_age
from services.intake.commands.people import HOW_TWINS, is_present
from services.intake.commands.saying import entry, tell, who_is_head
from services.intake.domain.changes import correct
from services.intake.domain.households import Household
from services.intake.identities import Identity, Known, Unfit, identity_of
from shared.contracts.intake import HouseholdChanged
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

CORRECTED = "intake.corrected"
"""What stands for a contract in a timeline where nobody else is told of a correction."""


async def correct_member(
    unit: Unit, household_id: UUID, member_id: UUID, given: Mapping[str, Any]
) -> Household | Refused:
    """Correct what is given, by the names of the columns of a register; the timeline tells what, and no value."""
    household = await repository.find(unit.session, household_id, lock=True)
    if household is None:
        return missing("such household")
    members = {
        each.member_id: each for each in (await identities.known(unit.session, [household_id]))[household_id]
    }
    if member_id not in members:
        return missing("such member in this household")
    identity = _corrected(members[member_id].identity, given, unit)
    if isinstance(identity, Refused):
        return identity
    values = {name: given[name] for name in ("sex", "size", "relation") if name in given}
    if "languages" in given:
        values["languages"] = tuple(given["languages"])
    if identity.birth_date != members[member_id].identity.birth_date and household.helped:
        values["age_band"] = identity.band(unit.today)
    after = correct(household, member_id, **values)
    if isinstance(after, Refused):
        return after
    if _twin(members, member_id, identity, after):
        return conflict(f"Another member has this name, sex and birth date; {HOW_TWINS}.")
    if after != household or identity != members[member_id].identity:
        _keep(unit, household, after, member_id, identity, given)
        await guardians.follow(unit, [household_id])
    if identity.birth_date != members[member_id].identity.birth_date:
        await follow_age(unit, after, member_id, identity.band(unit.today))
    return after


def _corrected(before: Identity, given: Mapping[str, Any], unit: Unit) -> Identity | Refused:
    names = (given.get("given_name", before.given), given.get("family_name", before.family))
    try:
        if "birth_date" in given or "age" in given:
            return identity_of(*names, given.get("birth_date"), given.get("age"), unit.today)
        named = identity_of(*names, before.birth_date, None, unit.today)
    except Unfit as error:
        return invalid("This cannot be taken; nothing was changed.", (error.part, str(error)))
    return Identity(named.given, named.family, before.birth_date, before.estimated)


def _twin(members: Mapping[UUID, Known], member_id: UUID, identity: Identity, after: Household) -> bool:
    mine = next(each for each in after.members if each.id == member_id)
    face = identity.face(mine.sex)
    others = (each for each in members.values() if each.member_id != member_id)
    return mine.left_on is None and is_present(face, others)


def _keep(
    unit: Unit,
    before: Household,
    after: Household,
    member_id: UUID,
    identity: Identity,
    given: Mapping[str, Any],
) -> None:
    identities.change(unit.writes, member_id, identity)
    repository.set_corrected(unit.writes, after, member_id)
    words = f"Corrected of a member: {', '.join(name.replace('_', ' ') for name in given)}.{who_is_head(before, after)}"
    if after.version > before.version:
        tell(unit, [after], HouseholdChanged, lambda _: words)
    else:
        repository.add_entries(unit.writes, [entry(unit, after, CORRECTED, words)])
