"""Gatherings are planned and announced."""

import secrets
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events import contacts
from services.events.contacts import Venue
from services.events.domain.days import plan_refused
from services.events.domain.gatherings import (
    NO_DEADLINES,
    Deadlines,
    Gathering,
    Kind,
    Language,
    Safety,
    Times,
    languages_refused,
    not_now,
    told,
)
from services.events.ledger import tell
from services.events.repository import gatherings
from shared.contracts.events import GatheringStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What codes of gatherings are made of: without the letters that are read as digits."""


@dataclass(frozen=True)
class Plan:
    """What is said of a gathering when it is planned."""

    kind: Kind
    safety: Safety
    times: Times
    seats: int
    venue: Venue
    languages: tuple[Language, ...] = ()
    topics: frozenset[str] = frozenset()
    deadlines: Deadlines = NO_DEADLINES
    smaller_may_pass: bool = False


async def plan(unit: Unit, wanted: Plan) -> Gathering | Refused:
    """Write a gathering down. Nobody can ask for a seat before it is announced."""
    wrong = plan_refused(wanted.times, wanted.deadlines, unit.today)
    if refused := wrong or languages_refused(wanted.languages):
        return refused
    new = Gathering(
        id=uuid7(),
        code="G" + "".join(secrets.choice(LETTERS) for _ in range(7)),
        kind=wanted.kind.value,
        safety=wanted.safety,
        times=wanted.times,
        seats=wanted.seats,
        languages=wanted.languages,
        topics=wanted.topics,
        deadlines=wanted.deadlines,
        smaller_may_pass=wanted.smaller_may_pass,
    )
    after, fact = told(new, unit.today)
    gatherings.add(unit, after)
    unit.say(fact)
    contacts.write_venue(unit.writes, after.id, wanted.venue)
    gatherings.add_step(unit, after, "planned")
    return after


async def announce(unit: Unit, gathering_id: UUID) -> Gathering | Refused:
    """From now on seats are given, in the order in which they are asked for."""
    gathering = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if gathering is None:
        return missing("such gathering")
    if gathering.status is not GatheringStatus.PLANNED:
        return not_now(gathering, "only what is planned is announced")
    gatherings.add_step(unit, gathering, "announced")
    return tell(unit, replace(gathering, status=GatheringStatus.ANNOUNCED))
