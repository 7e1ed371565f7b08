"""Volunteers: who would help, what was checked of them, and what they answer when they are asked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from uuid_utils.compat import uuid7

from services.events import contacts
from services.events.commands import helping as needs
from services.events.commands.helping import settle
from services.events.contacts import Contact
from services.events.domain.helping import (
    WEEKDAYS,
    Need,
    Rules,
    VolunteerState,
    alone_at_first,
    lacks_always,
    lacks_now,
)
from services.events.domain.lacks import NEVER_OVERLOOKED, WORDS, Lack
from services.events.domain.languages import Skill
from services.events.domain.needs import AssignmentState, Ended, KeptNeed, Source
from services.events.domain.volunteers import refused_step
from services.events.repository import helping, volunteers
from services.events.repository.helping import Assignment
from services.events.tables import CHECKED, SKILL, TIE, VOLUNTEER
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Profile:
    """What somebody would do, in which languages, where and when."""

    tasks: frozenset[str]
    skills: tuple[Skill, ...]
    regions: frozenset[str] = frozenset()
    online: bool = False
    weekdays: frozenset[str] = frozenset(WEEKDAYS)
    gender: str | None = None
    available_from: date | None = None
    available_until: date | None = None
    earlier: int = 0

    def row(self) -> dict[str, Any]:
        """What the volunteer's own row keeps of it."""
        names = ("online", "gender", "available_from", "available_until", "earlier")
        sets = {name: sorted(getattr(self, name)) for name in ("tasks", "regions", "weekdays")}
        return {**sets, **{name: getattr(self, name) for name in names}}


@dataclass(frozen=True)
class Applicant:
    """Somebody who wants to help."""

    contact: Contact
    adult: bool
    profile: Profile = field(default_factory=lambda: Profile(frozenset(), ()))


async def apply(unit: Unit, who: Applicant) -> UUID | Refused:
    """Write down somebody who wants to help; gives the id. Nobody is asked before they are active."""
    (contact_id,) = await contacts.find_or_write(unit, [who.contact])
    await helping.take_desk(unit.session)
    if await volunteers.known(unit.session, contact_id):
        return conflict("This person is a volunteer already.")
    volunteer_id = uuid7()
    row = {"id": volunteer_id, "contact_id": contact_id, "state": VolunteerState.APPLICANT.value}
    more = {"adult": who.adult, "since": unit.today, "actor": unit.actor.id}
    unit.writes.insert(VOLUNTEER, [{**row, **more, **who.profile.row()}])
    volunteers.write_skills(unit.writes, volunteer_id, who.profile.skills)
    return volunteer_id


async def reprofile(unit: Unit, rules: Rules, volunteer_id: UUID, profile: Profile) -> UUID | Refused:
    """A volunteer would do other things, speaks other languages, or has time on other days."""
    if refused := await _take(unit, volunteer_id):
        return refused
    unit.writes.change(VOLUNTEER, [{"id": volunteer_id, **profile.row()}])
    await unit.session.execute(delete(SKILL).where(SKILL.c.volunteer_id == volunteer_id))
    volunteers.write_skills(unit.writes, volunteer_id, profile.skills)
    return await _changed(unit, rules, volunteer_id)


async def check(
    unit: Unit, rules: Rules, volunteer_id: UUID, what: str, until: date | None
) -> UUID | Refused:
    """Something was checked of a volunteer, and counts up to and with a day."""
    if refused := await _take(unit, volunteer_id):
        return refused
    row = {"volunteer_id": volunteer_id, "what": what, "until": until, "seen_on": unit.today}
    unit.writes.replace(CHECKED, [{**row, "actor": unit.actor.id}])
    return await _changed(unit, rules, volunteer_id)


async def tie(unit: Unit, rules: Rules, volunteer_id: UUID, household_id: UUID, why: str) -> UUID | Refused:
    """A volunteer is from the same town as a household, knows it or belongs to it, and so does not help it."""
    if refused := await _take(unit, volunteer_id):
        return refused
    row = {"volunteer_id": volunteer_id, "household_id": household_id, "why": why, "actor": unit.actor.id}
    unit.writes.replace(TIE, [row])
    return await _changed(unit, rules, volunteer_id)


async def step(unit: Unit, rules: Rules, volunteer_id: UUID, to: VolunteerState) -> UUID | Refused:
    """A volunteer is this from now on. Who is no longer active is freed of all open tasks, and these are open again;
    what is done keeps its hours. Who comes back may be asked for the same again.
    """
    await helping.take_desk(unit.session)
    row = await volunteers.find_row(unit.session, volunteer_id)
    if row is None:
        return missing("such volunteer")
    if refused := refused_step(VolunteerState(row["state"]), to, of_age=row["adult"]):
        return refused
    unit.writes.change(VOLUNTEER, [{"id": volunteer_id, "state": to.value}])
    return await _changed(unit, rules, volunteer_id)


async def _take(unit: Unit, volunteer_id: UUID) -> Refused | None:
    await helping.take_desk(unit.session)
    return None if await volunteers.find_row(unit.session, volunteer_id) else missing("such volunteer")


async def _changed(unit: Unit, rules: Rules, volunteer_id: UUID) -> UUID:
    """Look again at what a volunteer has, and for what they may be asked now."""
    await settle(unit, rules, await helping.open_of(unit.session, volunteer_id))
    unit.remind(helping.MATCH)
    return volunteer_id


async def want(unit: Unit, rules: Rules, need: Need) -> UUID | Refused:
    """Staff want helpers for something that no other service asks for; gives the need's id."""
    await helping.take_desk(unit.session)
    time, ends_on = need.time, need.ends_on
    if (time and time.end <= time.start) or (ends_on and ends_on < need.starts_on):
        return invalid("It ends before it begins.", ("ends_on", "lies before its beginning"))
    if ends_on and ends_on < unit.today:
        return invalid("This is over already.", ("ends_on", "lies in the past"))
    helping.add_needs(unit.writes, [(None, KeptNeed(need, Source.STAFF))])
    await settle(unit, rules, [need.id])
    return need.id


async def want_no_longer(unit: Unit, rules: Rules, need_id: UUID) -> UUID | Refused:
    """Helpers whom staff wanted are wanted no longer. What others asked for, they withdraw themselves."""
    await helping.take_desk(unit.session)
    found = (await helping.needs(unit.session, [need_id])).get(need_id)
    if found is None:
        return missing("such need")
    if found[0].source is not Source.STAFF:
        return conflict(f"This need is {found[0].source.value}'s, and is withdrawn there.")
    if found[0].ended is not Ended.NOT_YET:
        return conflict("This need is over already.")
    await needs.end(unit, rules, {need_id: Ended.WITHDRAWN})
    return need_id


async def assign(
    unit: Unit, rules: Rules, offer_days: int, need_id: UUID, volunteer_id: UUID, despite: frozenset[Lack]
) -> UUID | Refused:
    """A person chooses whom to ask, and names all that they lack. What protects people nobody overlooks."""
    await helping.take_desk(unit.session)
    found = (await helping.needs(unit.session, [need_id])).get(need_id)
    who = (await volunteers.found(unit.session, [volunteer_id])).get(volunteer_id)
    if found is None or who is None:
        return missing("such need" if found is None else "such volunteer")
    held = (await helping.assignments(unit.session, [need_id]))[need_id]
    need = helping.with_team(found[0].need, held, await _of(unit, held))
    if found[0].ended is not Ended.NOT_YET or volunteer_id in need.team:
        return conflict("This need is over." if found[0].ended else "This volunteer has this need already.")
    alone = [Lack.ALONE] if alone_at_first(who, need, rules) else []
    lacks = frozenset([*lacks_always(who, need, rules), *lacks_now(who, need, rules), *alone])
    if refused := _not_overlooked(lacks, despite):
        return refused
    until = unit.today + timedelta(days=offer_days)
    helping.offer(unit.writes, [(need_id, volunteer_id)], until, unit.today, unit.actor.id, lacks)
    await settle(unit, rules, [need_id])
    await volunteers.recount(unit.session, [volunteer_id])
    return need_id


async def _of(unit: Unit, held: Collection[Assignment]) -> Any:
    return await volunteers.found(unit.session, {each.volunteer_id for each in held})


def _not_overlooked(lacks: frozenset[Lack], despite: frozenset[Lack]) -> Refused | None:
    """Why somebody who lacks this is not asked by a person who knows of that."""
    if never := lacks & NEVER_OVERLOOKED:
        return conflict(f"This volunteer {WORDS[min(never)]}.")
    if unknown := lacks - despite:
        return conflict(
            f"This volunteer {', '.join(WORDS[each] for each in sorted(unknown))}. Say so in `despite`."
        )
    return None


async def accept(unit: Unit, rules: Rules, assignment_id: UUID) -> UUID | Refused:
    """Somebody who was asked agrees."""
    return await _answer(unit, rules, assignment_id, AssignmentState.OFFERED, AssignmentState.ACCEPTED)


async def decline(unit: Unit, rules: Rules, assignment_id: UUID) -> UUID | Refused:
    """Somebody who was asked, or had agreed, does not do it. They are not asked for it again by themselves."""
    return await _answer(unit, rules, assignment_id, None, AssignmentState.DECLINED)


async def done(unit: Unit, rules: Rules, assignment_id: UUID, minutes: int) -> UUID | Refused:
    """A task was done, in so many minutes."""
    had = AssignmentState.ACCEPTED
    return await _answer(unit, rules, assignment_id, had, AssignmentState.DONE, minutes)


async def _answer(
    unit: Unit,
    rules: Rules,
    assignment_id: UUID,
    had: AssignmentState | None,
    to: AssignmentState,
    minutes: int | None = None,
) -> UUID | Refused:
    await helping.take_desk(unit.session)
    found = await helping.find_assignment(unit.session, assignment_id)
    if found is None:
        return missing("such assignment")
    if not found.open or (had and found.state is not had):
        return conflict(f"This assignment is {found.state.value}.")
    helping.become(unit.writes, {assignment_id: ""}, to, unit.today, minutes)
    await settle(unit, rules, [found.need_id])
    await volunteers.recount(unit.session, [found.volunteer_id])
    return assignment_id
