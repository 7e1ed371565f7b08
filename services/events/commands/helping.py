"""Needs for helpers: who asked, who is asked, who has agreed. What a need looks like follows from what was asked last
and from who has it, so the order in which news comes changes nothing (`domain/needs.py`).

Whatever changes takes the desk (`repository.helping.take_desk`), and ends with `settle`: who can no longer have a need
is freed, how it stands is said if that is different, and where people are missing somebody is looked for soon.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.domain.helping import Need, Rules, Volunteer, lacks_always, lacks_now, wanted_people
from services.events.domain.lacks import Lack
from services.events.domain.matching import FOUND, Proposal, match
from services.events.domain.needs import (
    ENOUGH,
    FOR_GOOD,
    AssignmentState,
    Counts,
    Ended,
    KeptNeed,
    Stand,
    news_of,
    over,
    past,
    stand,
    surplus,
)
from services.events.domain.news import when_freed
from services.events.domain.terms import Different, different
from services.events.repository import assignments, helping, volunteers
from services.events.repository.assignments import Assignment
from services.events.repository.helping import Said
from services.events.repository.speakers import households
from services.events.tables import HELPER_APPEAL
from shared.messaging.unit import Unit


async def hear(unit: Unit, rules: Rules, needs: Collection[KeptNeed]) -> None:
    """Others asked, or asked otherwise, or no longer. The desk is taken, and the needs' rows are there."""
    owners = {each.need.household_id for each in needs if each.need.household_id}
    known = await households(unit.session, owners)
    ended = [
        over(each, known[owner]) if (owner := each.need.household_id) in known else each for each in needs
    ]
    await change(unit, rules, ended)


async def change(unit: Unit, rules: Rules, needs: Collection[KeptNeed]) -> None:
    """These needs are like this from now on; their rows are there, and the desk is taken.

    Whoever still fits keeps a need that is little different. Where it is another one (`domain/terms.py`), those who
    were asked or had agreed are asked anew, and the reason stands with it; who declined what it was may be asked again,
    but if they declined for good. Nobody is asked anew for what is over.
    """
    before = await helping.needs(unit.session, [each.need.id for each in needs])
    helping.save_needs(unit.writes, needs)
    anew = dict[UUID, Different]()
    for each in needs:
        known = before.get(each.need.id)
        why = different(known[0].need, each.need) if known else None
        if why and each.ended is Ended.NOT_YET and not past(each.need, unit.today):
            anew[each.need.id] = why
    held = await assignments.of_needs(unit.session, anew)
    for key, some in held.items():
        _keep_what_was_declined(unit, before[key][0].need, some)
    asked = {one: anew[key].value for key, some in held.items() for one in some if one.open}
    assignments.ask_anew(unit.writes, asked, answer_by(unit, rules), unit.today)
    await settle(unit, rules, [each.need.id for each in needs])


def _keep_what_was_declined(unit: Unit, before: Need, held: Iterable[Assignment]) -> None:
    """Of who declined before it was kept what: it was the need as it was until now."""
    some = (each for each in held if each.declines(before) and not each.declined and each.reason != FOR_GOOD)
    assignments.save_declined(unit.writes, [each.id for each in some], before)


def answer_by(unit: Unit, rules: Rules) -> date:
    """The last day on which somebody who is asked today can answer."""
    return unit.today + timedelta(days=rules.offer_days)


async def close(unit: Unit, rules: Rules, owners: Collection[UUID]) -> None:
    """Households were closed: what was asked for them before is over. The desk is taken."""
    ids = await helping.of_households(unit.session, owners)
    known = await households(unit.session, owners)
    kept = [each for each, _ in (await helping.needs(unit.session, ids)).values()]
    ended = [over(each, known[each.need.household_id]) for each in kept if each.need.household_id]
    different = [each for each in ended if each.ended is not Ended.NOT_YET]
    helping.save_needs(unit.writes, different)
    await settle(unit, rules, [each.need.id for each in different])


async def end(unit: Unit, rules: Rules, ended: Mapping[UUID, Ended]) -> None:
    """These needs are over, each for its reason. The desk is taken."""
    kept = await helping.needs(unit.session, list(ended))
    helping.save_needs(unit.writes, [replace(each, ended=ended[key]) for key, (each, _) in kept.items()])
    await settle(unit, rules, list(kept))


async def settle(unit: Unit, rules: Rules, ids: Collection[UUID]) -> None:
    """Free who can no longer have these needs, and keep and say how each stands."""
    kept = await helping.needs(unit.session, ids)
    held = await assignments.of_needs(unit.session, list(kept))
    people = {each.volunteer_id for some in held.values() for each in some if each.open}
    known = await volunteers.found(unit.session, people)
    freed: dict[UUID, str] = {}
    for key, (each, _) in kept.items():
        freed |= _to_free(each, [one for one in held[key] if one.open], known, rules, unit.today)
    assignments.become(unit.writes, freed, AssignmentState.FREED, unit.today)
    had = {one.id: one for some in held.values() for one in some if one.id in freed}
    assignments.save_news(unit.writes, {key: when_freed(freed[key], agreed=had[key].agreed) for key in had})
    left = {key: [one for one in some if one.id not in freed] for key, some in held.items()}
    await _stand(unit, rules, kept, left)
    await volunteers.recount(unit.session, people)


async def look_again(unit: Unit, rules: Rules) -> None:
    """Somebody may be asked no longer, or again: free whoever may not have what they were asked for."""
    await helping.take_desk(unit.session)
    await settle(unit, rules, await assignments.all_open(unit.session))
    unit.remind(helping.MATCH)


def _to_free(
    kept: KeptNeed, team: Sequence[Assignment], known: Mapping[UUID, Volunteer], rules: Rules, today: date
) -> dict[UUID, str]:
    """Which of those who have a need cannot have it any more, and why."""
    if kept.ended is not Ended.NOT_YET:
        return {each.id: kept.ended.value for each in team}
    freed = {}
    for each in team:
        lacks = _lacks(known[each.volunteer_id], kept.need, rules, today)
        # Who has agreed has a task, and need not be written to for it.
        nothing = {*each.despite, *([Lack.NO_CONTACT] if each.state is AssignmentState.ACCEPTED else [])}
        if why := next((lack for lack in lacks if lack not in nothing), None):
            freed[each.id] = why.value
    staying = [each for each in team if each.id not in freed]
    agreed = frozenset(each.id for each in staying if each.state is AssignmentState.ACCEPTED)
    too_many = surplus([each.id for each in staying], agreed, wanted_people(kept.need, rules))
    return {**freed, **dict.fromkeys(too_many, ENOUGH)}


_NOT_AGAIN = frozenset({Lack.ENOUGH, Lack.DECLINED})
"""What counts for whom to ask, and not for who has the need already."""


def _lacks(volunteer: Volunteer, need: Need, rules: Rules, today: date) -> list[Lack]:
    """What somebody who has a need lacks for it; their hours for it are not counted twice."""
    booked = list(volunteer.booked)
    if need.time in booked:
        booked.remove(need.time)
    without = replace(volunteer, booked=tuple(booked))
    lacks = [*lacks_always(volunteer, need, rules, today), *lacks_now(without, need, rules)]
    return [each for each in lacks if each not in _NOT_AGAIN]


async def _stand(
    unit: Unit,
    rules: Rules,
    kept: Mapping[UUID, tuple[KeptNeed, Said]],
    held: Mapping[UUID, Sequence[Assignment]],
    *,
    searched: bool = False,
) -> None:
    """Keep and say how needs stand by who has them, if that is different from what was said. Unless somebody was
    searched for just now, this is done soon where people are missing.
    """
    over_now = []
    for key, (each, said) in kept.items():
        stands = stand(each, counts_of(held[key]), rules, unit.today)
        if not _to_search(stands, each, unit.today):
            over_now.append(key)
        elif not searched:
            unit.remind(helping.MATCH)
        if Said(stands.status.value, *stands[1:]) != said and (each.said or each.ended is Ended.NOT_YET):
            after = replace(each, said=each.said + 1)
            helping.save_stand(unit.writes, after, stands)
            unit.say(news_of(after, stands, unit.today))
    await _close_appeals(unit, over_now)


def _to_search(stands: Stand, kept: KeptNeed, today: date) -> bool:
    return kept.ended is Ended.NOT_YET and stands.found < stands.wanted and not past(kept.need, today)


def counts_of(held: Iterable[Assignment]) -> Counts:
    """How many have a need: asked, agreed and done."""
    states = [each.state for each in held]
    wanted = (AssignmentState.OFFERED, AssignmentState.ACCEPTED, AssignmentState.DONE)
    return Counts(*(states.count(each) for each in wanted))


async def look_for_helpers(unit: Unit, rules: Rules) -> None:
    """Ask for each need for which people are missing, and keep why, where nobody is to be asked."""
    await helping.take_desk(unit.session)
    ids = await helping.short(unit.session, unit.today)
    kept = await helping.needs(unit.session, ids)
    held = await assignments.of_needs(unit.session, ids)
    known = await volunteers.found(unit.session)
    wanted = [assignments.with_team(each.need, held[key], known) for key, (each, _) in kept.items()]
    proposals = match(
        (each for each in wanted if not past(each, unit.today)), known.values(), rules, unit.today
    )
    asked = [(each.need_id, volunteer) for each in proposals for volunteer in each.asked]
    assignments.offer(unit.writes, asked, answer_by(unit, rules), unit.today, unit.actor.id)
    await _explain(unit, kept, proposals)
    fresh, held = await helping.needs(unit.session, ids), await assignments.of_needs(unit.session, ids)
    # What the search leaves open waits for news: a volunteer who comes, an answer, another day.
    await _stand(unit, rules, fresh, held, searched=True)
    await volunteers.recount(unit.session, {volunteer for _, volunteer in asked})


async def _explain(
    unit: Unit, kept: Mapping[UUID, tuple[KeptNeed, Said]], proposals: Iterable[Proposal]
) -> None:
    """Keep why people are missing, and appeal for helpers there."""
    lacking = {each.need_id: "" if each.reason == FOUND else each.reason for each in proposals}
    helping.save_lacking(
        unit.writes, {key: why for key, why in lacking.items() if why != kept[key][0].lacking}
    )
    appeals = await helping.open_appeals(unit.session, list(lacking))
    for each in proposals:
        row = {"missing": each.missing, "reason": each.reason}
        if each.missing and each.need_id not in appeals:
            new = {"id": uuid7(), "need_id": each.need_id, "opened_on": unit.today, "closed_on": None}
            unit.writes.insert(HELPER_APPEAL, [{**new, **row}])
        elif each.missing:
            unit.writes.change(HELPER_APPEAL, [{"id": appeals[each.need_id]["id"], **row}])
    await _close_appeals(unit, [each.need_id for each in proposals if not each.missing])


async def _close_appeals(unit: Unit, needs: Collection[UUID]) -> None:
    if needs:
        appeals = await helping.open_appeals(unit.session, needs)
        closed = [{"id": each["id"], "closed_on": unit.today} for each in appeals.values()]
        unit.writes.change(HELPER_APPEAL, closed)


async def on_day(unit: Unit, rules: Rules) -> None:
    """Offers that nobody answered are over, and so are needs of days that have passed. Whose check has ended is freed,
    and for what is still wanted somebody is looked for again.
    """
    await helping.take_desk(unit.session)
    ended = await assignments.unanswered(unit.session, unit.today)
    late = await helping.over_today(unit.session, unit.today)
    over = {each.id: "not_answered" for each in ended}
    assignments.become(unit.writes, over, AssignmentState.EXPIRED, unit.today)
    for key, (kept, _) in (await helping.needs(unit.session, {each.need_id for each in ended})).items():
        assignments.save_declined(unit.writes, [each.id for each in ended if each.need_id == key], kept.need)
    ids = {each.need_id for each in ended} | set(late) | set(await assignments.all_open(unit.session))
    await settle(unit, rules, ids)
    await volunteers.recount(unit.session, {each.volunteer_id for each in ended})
