"""A member moves to another household: a child to an aunt, a couple to a household of their own."""

from uuid import UUID

from services.intake import identities, repository
from services.intake.commands import guardians, settling
from services.intake.commands.consents import take_along
from services.intake.commands.people import HOW_TWINS, is_present
from services.intake.commands.saying import tell, who_is_head
from services.intake.domain import changes as rules
from services.intake.domain.households import Household
from services.intake.domain.people import Relation
from shared.contracts.intake import HouseholdChanged
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


async def move(
    unit: Unit, household_id: UUID, member_id: UUID, to: UUID, relation: Relation
) -> Household | Refused:
    """Gives the household to which they moved. `relation` is what they are to its head.

    The member keeps the id, so what was given to them is not given again, and every consent: the others are told in
    which household the member is now. What a guardian agreed to ends if guardian and child part. A request to settle
    goes on without them, and is made anew if they still want to. Refused for an unknown household or member,
    a household that is closed or full, the last member, and where somebody there has the same name, sex and birth date.
    """
    homes = {each.id: each for each in await repository.lock_all(unit.session, {household_id, to})}
    if household_id not in homes or to not in homes:
        return missing("such household")
    here, there = homes[household_id], homes[to]
    moved = rules.move(here, there, member_id, relation, unit.today)
    if isinstance(moved, Refused):
        return moved
    if await _is_there_already(unit, member_id, here, there):
        return conflict(
            f"Somebody of this name, sex and birth date is in that household already; {HOW_TWINS}."
        )
    left, joined = moved
    member = next(each for each in joined.members if each.id == member_id)
    repository.set_moved(unit.writes, member, here.id, there.id)
    words = {
        left.id: f"A member moved to {joined.code}; {len(left.present)} remain.{who_is_head(here, left)}",
        joined.id: f"A member came from {left.code}; now {len(joined.present)}.",
    }
    tell(unit, [left, joined], HouseholdChanged, lambda each: words[each.id])
    await take_along(unit, member_id, there.id)
    await settling.follow(unit, [left])
    await guardians.follow(unit, [left.id, joined.id])
    return joined


async def _is_there_already(unit: Unit, member_id: UUID, here: Household, there: Household) -> bool:
    known = await identities.known(unit.session, [here.id, there.id])
    face = next(each.face for each in known[here.id] if each.member_id == member_id)
    return is_present(face, known[there.id])
