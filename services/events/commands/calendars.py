"""Calendars that programs subscribe to, which cannot sign in: each has a token of its own, which can be revoked."""

import secrets
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.events.domain.days import end_refused
from services.events.queries.calendars import key_of
from services.events.repository import guests
from services.events.tables import CALENDAR
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class Made:
    """A calendar, and its token, which is shown this once."""

    id: UUID
    token: str


async def make(unit: Unit, holder: UUID | None, ends_on: date) -> Made | Refused:
    """A calendar of one guest's gatherings, or of all for staff, until a day."""
    if ends_on < unit.today:
        return invalid("A calendar ends on a day to come.", ("ends_on", "lies in the past"))
    if refused := end_refused("A calendar", "ends_on", ends_on, unit.today):
        return refused
    if holder and holder not in await guests.members(unit.session, [holder]):
        return missing("such guest")
    made = Made(uuid7(), secrets.token_urlsafe(32))
    row = {"id": made.id, "token_key": key_of(made.token), "holder": holder, "ends_on": ends_on}
    unit.writes.insert(CALENDAR, [{**row, "actor": unit.actor.id}])
    return made


async def revoke(unit: Unit, calendar_id: UUID) -> UUID | Refused:
    """The token opens nothing any more."""
    query = select(CALENDAR.c.revoked_at).where(CALENDAR.c.id == calendar_id).with_for_update()
    found = (await unit.session.execute(query)).one_or_none()
    if found is None:
        return missing("such calendar")
    if found.revoked_at is not None:
        return conflict("This calendar is revoked already.")
    unit.writes.change(CALENDAR, [{"id": calendar_id, "revoked_at": unit.now}])
    return calendar_id
