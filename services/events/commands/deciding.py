"""Gatherings are moved, held and cancelled, and those who have a seat are asked again."""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.events import contacts
from services.events.commands.seats import NO_GATHERING
from services.events.contacts import Venue
from services.events.domain.days import move_refused
from services.events.domain.gatherings import TAKES_GUESTS, Gathering, Moving, not_now
from services.events.domain.news import News
from services.events.domain.seats import TAKING, SeatRules, SeatState, keeps_until
from services.events.ledger import hall
from services.events.repository import gatherings, seats, speakers
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid

CONFIRM_ENDS = "confirm_ends"
_WHY_NOT_HELD = "what is announced, and neither held nor cancelled yet, is told as held"
_SLOT_NOW = conflict("A slot at this gathering was given to somebody at this moment. Try again.")
WAITED = frozenset({SeatState.WAITING, SeatState.OFFERED, SeatState.INVITED, SeatState.ASKED_AGAIN})


async def move(
    unit: Unit, rules: SeatRules, gathering_id: UUID, to: Moving, venue: Venue | None, note: str
) -> Gathering | Refused:
    """Another time, and perhaps another place. Who has a seat is asked to confirm it, and keeps it for some days; who
    has an offer may use it for as long as a new one would stand. Slots follow, and helpers who had agreed are asked
    again (`following.py`). Whoever else knew of it is to be told (`news.py`).
    """
    speaking = await speakers.lock_at(unit.session, gathering_id)
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        before = found.gathering
        if before.status not in {*TAKES_GUESTS, GatheringStatus.PLANNED}:
            return not_now(before, "it is not moved any more")
        if refused := await _took_place(unit, before, speaking):
            return refused
        times, deadlines = to.of(before)
        if refused := move_refused(before, times, deadlines, unit.today):
            return refused
        if before.status is not GatheringStatus.PLANNED and times.closes_at <= found.now:
            words = "Nobody could confirm a seat: the gathering would be closed for guests by then."
            return invalid(words, ("closes_at", "lies in the past"))
        if venue:
            contacts.write_venue(unit.writes, gathering_id, venue)
        await seats.untell_place(unit, gathering_id)
        gatherings.add_step(unit, before, "moved", note)
        found.gathering = replace(before, times=times, deadlines=deadlines)
        if before.status is not GatheringStatus.PLANNED:
            until = keeps_until(found.gathering, found.now, rules)
            found.gathering = replace(found.gathering, status=GatheringStatus.MOVED, confirm_until=until)
            await seats.ask_again(unit, gathering_id, until)
            await found.offer_anew()
            payload = {"gathering": str(gathering_id), "until": until.isoformat()}
            unit.later(CONFIRM_ENDS, payload, rules.hours.due(until), _key(gathering_id))
        await seats.tell_of_move(unit, gathering_id)
        await speakers.tell_at(unit.session, gathering_id, News.MOVED)
        await found.offer_on()
        found.decide(found.gathering)
        return found.gathering


async def release(unit: Unit, rules: SeatRules, gathering_id: UUID, until: datetime) -> None:
    """The days are over in which seats were to be confirmed until then: what was not is free for others."""
    async with hall(unit, rules, gathering_id) as found:
        if found and found.gathering.confirm_until == until:
            await found.end({SeatState.ASKED_AGAIN}, SeatState.RELEASED)
            found.gathering = replace(found.gathering, status=GatheringStatus.ANNOUNCED, confirm_until=None)
            await found.offer_on()
            found.decide(found.gathering)


async def hold(unit: Unit, rules: SeatRules, gathering_id: UUID) -> Gathering | Refused:
    """The gathering was held. Who still waited or had not confirmed a seat is let go. Whether a guest is a member is
    kept as it is now.
    """

    def wrong(gathering: Gathering) -> str:
        begins = gathering.times.starts_on
        return "" if unit.today >= begins else f"This gathering begins on {begins}: it is held from then on."

    return await _end(unit, rules, gathering_id, GatheringStatus.HELD, None, wrong)


async def cancel(unit: Unit, rules: SeatRules, gathering_id: UUID, note: str) -> Gathering | Refused:
    """The gathering does not take place: all seats, places and offers end, and whoever knew of it is to be told."""
    return await _end(unit, rules, gathering_id, GatheringStatus.CANCELLED, note, lambda _: "")


async def _end(
    unit: Unit,
    rules: SeatRules,
    gathering_id: UUID,
    status: GatheringStatus,
    note: str | None,
    wrong: Callable[[Gathering], str],
) -> Gathering | Refused:
    speaking = await speakers.lock_at(unit.session, gathering_id)
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return NO_GATHERING
        before = found.gathering
        held = status is GatheringStatus.HELD
        if before.status not in (TAKES_GUESTS if held else {*TAKES_GUESTS, GatheringStatus.PLANNED}):
            return not_now(before, _WHY_NOT_HELD if held else "it is not cancelled any more")
        if not held and (refused := await _took_place(unit, before, speaking)):
            return refused
        if words := wrong(before):
            return conflict(words)
        if held:
            await found.end(WAITED, SeatState.MISSED)
            await seats.settle_members(unit, gathering_id)
        else:
            await found.end(WAITED | TAKING, SeatState.CALLED_OFF)
            await speakers.tell_at(unit.session, gathering_id, News.CALLED_OFF)
        await unit.cancel(_key(gathering_id))
        gatherings.add_step(unit, before, status.value, note)
        found.decide(replace(found.gathering, status=status, confirm_until=None))
        return found.gathering


async def _took_place(unit: Unit, gathering: Gathering, speaking: Collection[UUID]) -> Refused | None:
    """Why a gathering is neither moved nor cancelled any more: somebody came to it, or spoke there. Nor is it while a
    speaker is added whom this unit has not locked.
    """
    if await speakers.at(unit.session, gathering.id) - set(speaking):
        return _SLOT_NOW
    if await seats.came(unit.session, gathering.id):
        return conflict("Somebody came to this gathering. Say that it was held, or that nobody came.")
    if await speakers.spoke_at(unit.session, gathering.id):
        return conflict("Somebody spoke at this gathering. Say that it was held.")
    return None


def _key(gathering_id: UUID) -> str:
    return f"{CONFIRM_ENDS} {gathering_id}"
