"""Volunteers: who would help, what was checked of them, and what they answer when they are asked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from uuid_utils.compat import uuid7

from services.events import contacts
from services.events.commands import guests
from services.events.commands import helping as needs
from services.events.commands.helping import settle
from services.events.contacts import Contact
from services.events.domain.days import availability_refused, end_refused, need_refused
from services.events.domain.helping import (
    WEEKDAYS,
    Need,
    Rules,
    VolunteerState,
    alone_at_first,
    lacks_always,
    lacks_now,
    words_of,
)
from services.events.domain.lacks import NEVER_OVERLOOKED, Lack
from services.events.domain.languages import Skill
from services.events.domain.needs import FOR_GOOD, AssignmentState, Ended, KeptNeed, Source, past
from services.events.domain.news import News
from services.events.domain.volunteers import refused_step
from services.events.repository import assignments, helping, silence, volunteers
from services.events.repository.assignments import Assignment
from services.events.tables import CHECKED, SKILL, TIE, VOLUNTEER
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing

_ENDS_BY = {
    Source.SPONSORSHIP: "sponsorship asked, and withdraws it there",
    Source.SETTLEMENT: "a household asked, and withdraws it at intake",
    Source.GATHERING: "it ends with its gathering",
}
"""How a need ends for which somebody else asked."""
_ANSWERED = {
    AssignmentState.OFFERED: "was asked, and has not agreed to this task yet",
    AssignmentState.ACCEPTED: "has agreed to this task already",
    AssignmentState.DECLINED: "declined this task",
    AssignmentState.EXPIRED: "was asked for this task, and did not answer in time",
    AssignmentState.FREED: "was freed of this task",
    AssignmentState.DONE: "has done this task already",
}


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

    def refused(self, today: date) -> Refused | None:
        """Why nobody can be like this."""
        return availability_refused(self.available_from, self.available_until, today)

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
    if refused := who.profile.refused(unit.today):
        return refused
    (contact_id,) = await contacts.find_or_write(unit, [who.contact])
    await helping.take_desk(unit.session)
    if await volunteers.known(unit.session, contact_id):
        return conflict("This person is a volunteer already.")
    volunteer_id = uuid7()
    row = {"id": volunteer_id, "contact_id": contact_id, "state": VolunteerState.APPLICANT.value}
    silent = bool(await silence.known(unit.session, [contact_id]))
    more = {"adult": who.adult, "no_contact": silent, "since": unit.today, "actor": unit.actor.id}
    unit.writes.insert(VOLUNTEER, [{**row, **more, **who.profile.row()}])
    volunteers.write_skills(unit.writes, volunteer_id, who.profile.skills)
    return volunteer_id


async def reprofile(
    unit: Unit, rules: Rules, volunteer_id: UUID, profile: Profile, adult: bool | None = None
) -> UUID | Refused:
    """A volunteer would do other things, speaks other languages, has time on other days, or is of age by now. Who turns
    out not to be is an applicant again, and has no task.
    """
    if refused := profile.refused(unit.today):
        return refused
    await helping.take_desk(unit.session)
    row = await volunteers.find_row(unit.session, volunteer_id)
    if row is None:
        return missing("such volunteer")
    of_age = row["adult"] if adult is None else adult
    back = not of_age and row["state"] != VolunteerState.LEFT
    state = VolunteerState.APPLICANT.value if back else row["state"]
    unit.writes.change(VOLUNTEER, [{"id": volunteer_id, "adult": of_age, "state": state, **profile.row()}])
    await unit.session.execute(delete(SKILL).where(SKILL.c.volunteer_id == volunteer_id))
    volunteers.write_skills(unit.writes, volunteer_id, profile.skills)
    return await _changed(unit, rules, volunteer_id)


async def check(
    unit: Unit, rules: Rules, volunteer_id: UUID, what: str, until: date | None
) -> UUID | Refused:
    """Something was checked of a volunteer, and counts up to and with a day, which may be over: a slip is corrected."""
    far = end_refused("A check", "until", until, unit.today)
    if refused := far or await _take(unit, volunteer_id):
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


async def set_no_contact(unit: Unit, volunteer_id: UUID, no_contact: bool) -> UUID | Refused:
    """A volunteer is never written to from now on, and so asked for nothing, or may be written to again."""
    row = await volunteers.find_row(unit.session, volunteer_id)
    if row is None:
        return missing("such volunteer")
    await guests.set_no_contact(unit, row["contact_id"], no_contact)
    return volunteer_id


async def _take(unit: Unit, volunteer_id: UUID) -> Refused | None:
    await helping.take_desk(unit.session)
    return None if await volunteers.find_row(unit.session, volunteer_id) else missing("such volunteer")


async def _changed(unit: Unit, rules: Rules, volunteer_id: UUID) -> UUID:
    """Look again at what a volunteer has, and for what they may be asked now."""
    await settle(unit, rules, await assignments.open_of(unit.session, volunteer_id))
    unit.remind(helping.MATCH)
    return volunteer_id


async def want(unit: Unit, rules: Rules, need: Need) -> UUID | Refused:
    """Staff want helpers for something that no other service asks for; gives the need's id."""
    await helping.take_desk(unit.session)
    if refused := need_refused(need, unit.today):
        return refused
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
        return conflict(f"This need is not of staff: {_ENDS_BY[found[0].source]}.")
    if found[0].ended is not Ended.NOT_YET:
        return conflict("This need is over already.")
    await needs.end(unit, rules, {need_id: Ended.WITHDRAWN})
    return need_id


async def assign(
    unit: Unit, rules: Rules, need_id: UUID, volunteer_id: UUID, despite: frozenset[Lack]
) -> UUID | Refused:
    """A person chooses whom to ask, and names all that they lack. What protects people nobody overlooks."""
    await helping.take_desk(unit.session)
    found = (await helping.needs(unit.session, [need_id])).get(need_id)
    who = (await volunteers.found(unit.session, [volunteer_id])).get(volunteer_id)
    if found is None or who is None:
        return missing("such need" if found is None else "such volunteer")
    held = (await assignments.of_needs(unit.session, [need_id]))[need_id]
    need = assignments.with_team(found[0].need, held, await _of(unit, held))
    if found[0].ended is not Ended.NOT_YET or past(need, unit.today):
        return conflict("This need is over: nobody is asked for it any more.")
    if volunteer_id in need.team:
        return conflict("This volunteer was asked for this need already, or has agreed to it.")
    alone = [Lack.ALONE] if alone_at_first(who, need, rules) else []
    lacks = frozenset([*lacks_always(who, need, rules, unit.today), *lacks_now(who, need, rules), *alone])
    if never := lacks & NEVER_OVERLOOKED:
        return conflict(f"This volunteer {'; '.join(words_of(sorted(never), who, need, rules, unit.today))}.")
    if unseen := sorted(lacks - despite):
        words = "; ".join(words_of(unseen, who, need, rules, unit.today))
        return conflict(
            f"This volunteer {words}. To ask all the same, name in `despite`: {', '.join(unseen)}."
        )
    until = needs.answer_by(unit, rules)
    assignments.offer(unit.writes, [(need_id, volunteer_id)], until, unit.today, unit.actor.id, lacks)
    await settle(unit, rules, [need_id])
    await volunteers.recount(unit.session, [volunteer_id])
    return need_id


async def _of(unit: Unit, held: Collection[Assignment]) -> Any:
    return await volunteers.found(unit.session, {each.volunteer_id for each in held})


async def accept(unit: Unit, rules: Rules, assignment_id: UUID) -> UUID | Refused:
    """Somebody who was asked agrees."""
    return await _answer(unit, rules, assignment_id, AssignmentState.OFFERED, AssignmentState.ACCEPTED)


async def decline(unit: Unit, rules: Rules, assignment_id: UUID, *, for_good: bool = False) -> UUID | Refused:
    """Somebody who was asked, or had agreed, does not do it. They are not asked for it again by themselves: as it is
    now, or `for_good`, on whatever days and wherever it is.
    """
    return await _answer(unit, rules, assignment_id, None, AssignmentState.DECLINED, for_good=for_good)


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
    *,
    for_good: bool = False,
) -> UUID | Refused:
    await helping.take_desk(unit.session)
    found = await assignments.find(unit.session, assignment_id)
    if found is None:
        return missing("such assignment")
    if not found.open or (had and found.state is not had):
        return conflict(f"This volunteer {_ANSWERED[found.state]}.")
    need = (await helping.needs(unit.session, [found.need_id]))[found.need_id][0].need
    if minutes is not None and need.starts_on > unit.today:
        return conflict(f"This task begins on {need.starts_on}: it is told as done from then on.")
    assignments.become(unit.writes, {assignment_id: FOR_GOOD if for_good else ""}, to, unit.today, minutes)
    if to is AssignmentState.DECLINED and not for_good:
        assignments.save_declined(unit.writes, [assignment_id], need)
    assignments.save_news(unit.writes, {assignment_id: News.NONE})
    await settle(unit, rules, [found.need_id])
    await volunteers.recount(unit.session, [found.volunteer_id])
    return assignment_id
