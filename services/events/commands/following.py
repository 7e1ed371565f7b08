"""What follows for helpers and speakers when something was decided on gatherings."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.events.commands import helping as helpers
from services.events.commands import slots
from services.events.domain.gatherings import Gathering
from services.events.domain.helping import Rules
from services.events.domain.needs import Ended, KeptNeed, asked_by_gathering, part_of
from services.events.repository import helping
from services.events.repository.gatherings import gathering_in
from services.events.tables import GATHERING
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit

ANNOUNCED = (GatheringStatus.ANNOUNCED.value, GatheringStatus.MOVED.value)


async def follow(unit: Unit, rules: Rules, rest_days: int) -> None:
    """Slots follow their gatherings; helpers are wanted for the languages of what is announced; for what is cancelled
    they are wanted no longer. Who had agreed to another time is asked anew. Doing it again changes nothing.
    """
    await slots.follow(unit, rest_days)
    await helping.take_desk(unit.session)
    before = await helping.of_gatherings(unit.session)
    wanted = await _wanted(unit, unit.today)
    new: dict[tuple[UUID, str], KeptNeed] = {}
    changed = list[KeptNeed]()
    for (gathering, part), each in wanted.items():
        known = before.get((gathering, part))
        if known is None:
            new[gathering, part] = each
        elif known.ended is not Ended.NOT_YET or known.need != replace(each.need, id=known.need.id):
            # A language that was not wanted for a while is the same need, which is open again.
            need = replace(each.need, id=known.need.id)
            changed.append(replace(known, need=need, ended=Ended.NOT_YET, lacking=""))
    helping.add_needs(unit.writes, ((part, each) for (_, part), each in new.items()))
    await helpers.settle(unit, rules, [each.need.id for each in new.values()])
    await helpers.change(unit, rules, changed)
    await helpers.end(unit, rules, await _over(unit, before, set(wanted)))


async def _wanted(unit: Unit, today: date) -> dict[tuple[UUID, str], KeptNeed]:
    """What gatherings that are announced need, by gathering and part."""
    query = select(GATHERING).where(GATHERING.c.status.in_(ANNOUNCED), GATHERING.c.starts_on >= today)
    found = (gathering_in(row) for row in (await unit.session.execute(query)).mappings())
    return {
        (gathering.id, part_of(language)): asked_by_gathering(gathering, language, uuid7())
        for gathering in found
        for language in gathering.languages
    }


async def _over(
    unit: Unit, known: dict[tuple[UUID, str], KeptNeed], wanted: set[tuple[UUID, str]]
) -> dict[UUID, Ended]:
    """The needs whose gathering is cancelled, or no longer needs the language."""
    open_ones = {
        key: each for key, each in known.items() if each.ended is Ended.NOT_YET and key not in wanted
    }
    query = select(GATHERING).where(GATHERING.c.id.in_({gathering for gathering, _ in open_ones}))
    now = {row["id"]: gathering_in(row) for row in (await unit.session.execute(query)).mappings()}
    why = {each.need.id: _why(now[gathering], part) for (gathering, part), each in open_ones.items()}
    return {key: each for key, each in why.items() if each is not Ended.NOT_YET}


def _why(gathering: Gathering, part: str) -> Ended:
    if gathering.status is GatheringStatus.CANCELLED:
        return Ended.CANCELLED
    return Ended.NOT_YET if part in map(part_of, gathering.languages) else Ended.WITHDRAWN
