"""Imports: each is recorded with its counts, and can be undone as far as nothing was handed out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from services.intake import repository
from services.intake.commands import guardians, settling
from services.intake.commands.saying import entry, tell, tell_closed, who_is_head
from services.intake.domain.changes import undo
from services.intake.domain.households import Household, Outcome
from services.intake.tables import IMPORT, MEMBER
from shared.contracts.intake import HouseholdChanged
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing

HOUSEHOLDS_PER_UNIT = 100
COUNTS = ("rows", "households", "people", "joined", "already_there", "bad_rows")
NO_IMPORT = missing("such import")


@dataclass(frozen=True)
class Kept:
    """A household of which nothing was undone, and why."""

    household_id: UUID
    code: str
    reason: str


@dataclass
class Undone:
    """What became of some households of an import."""

    closed: int = 0
    left: int = 0
    kept: list[Kept] = field(default_factory=list)
    last: UUID | None = None
    """The household at which to go on; None when all have been looked at."""


def record(
    unit: Unit, import_id: UUID, counts: Mapping[str, Any], *, begun: bool, finished: bool = False
) -> None:
    """Write how far an import has come, in the unit that does it."""
    values = {"id": import_id, "finished": finished, **{name: counts[name] for name in COUNTS}}
    if begun:
        unit.writes.change(IMPORT, [values])
        return
    more = {"at": unit.now, "on": unit.today, "actor": unit.actor.id, "undone_on": None, "undone_by": None}
    unit.writes.insert(IMPORT, [values | more])


async def undo_some(unit: Unit, import_id: UUID, after: UUID | None) -> Undone | Refused:
    """Undo the next hundred households of an import: those that it alone brought are closed, from others people leave.

    A household to which something was handed out since stays as it is: what was eaten was eaten by somebody.
    """
    row = (await unit.session.execute(select(IMPORT).where(IMPORT.c.id == import_id))).mappings().first()
    if row is None:
        return NO_IMPORT
    brought = await _brought(unit, import_id, after)
    households = await repository.lock_all(unit.session, brought)
    delivered = await repository.delivered(unit.session, list(brought), row["at"]) if brought else set()
    result = Undone(last=max(brought) if len(brought) == HOUSEHOLDS_PER_UNIT else None)
    undone = []
    for household in households:
        if household.id in delivered:
            reason = "something was handed out to it: close it, or let people leave, by hand"
            result.kept.append(Kept(household.id, household.code, reason))
        elif remaining := _undo_one(unit, household, brought[household.id], result):
            undone.append(remaining)
    await settling.follow(unit, undone)
    await guardians.follow(unit, [each.id for each in undone])
    result.closed = sum(not each.helped for each in undone)
    if after is None:
        unit.writes.change(IMPORT, [{"id": import_id, "undone_on": unit.today, "undone_by": unit.actor.id}])
    return result


async def _brought(unit: Unit, import_id: UUID, after: UUID | None) -> dict[UUID, set[UUID]]:
    """Whom the import brought and nobody has undone, by household; of the next households in the order of their ids."""
    mine = (MEMBER.c.import_id == import_id) & ~MEMBER.c.undone
    homes = select(MEMBER.c.household_id).distinct().where(mine).order_by(MEMBER.c.household_id)
    homes = homes.where(MEMBER.c.household_id > after) if after else homes
    ids = list(await unit.session.scalars(homes.limit(HOUSEHOLDS_PER_UNIT)))
    found: dict[UUID, set[UUID]] = {each: set() for each in ids}
    query = select(MEMBER.c.household_id, MEMBER.c.id).where(mine, MEMBER.c.household_id.in_(ids))
    for household_id, member_id in await unit.session.execute(query) if ids else ():
        found[household_id].add(member_id)
    return found


def _undo_one(unit: Unit, household: Household, brought: set[UUID], result: Undone) -> Household | None:
    """One of the households as it is now; None if it was kept as it was."""
    after = undo(household, brought, unit.today)
    if isinstance(after, Refused):
        result.kept.append(Kept(household.id, household.code, after.words))
        return None
    if after.outcome is Outcome.MISTAKEN:
        tell_closed(unit, after, Outcome.MISTAKEN)
    elif after.version > household.version:
        words = f"An import was undone; {len(after.present)} remain.{who_is_head(household, after)}"
        tell(unit, [after], HouseholdChanged, lambda _: words)
        for each, before in zip(after.members, household.members, strict=True):
            if each.left_on != before.left_on and each.left_on:
                repository.set_left(unit.writes, each.id, each.left_on)
    else:
        repository.add_entries(unit.writes, [entry(unit, after, "intake.undone", "An import was undone.")])
    result.left += sum(member.id in brought for member in household.present)
    repository.set_undone(unit.writes, after, brought)
    return after
