"""Calendars in iCalendar's format (RFC 5545): public ones without a token, people's by a token in the path."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from icalendar import Calendar, Event
from pydantic import BaseModel, Field

from services.events import contacts
from services.events.api.models import EVENTS, LOOKING
from services.events.commands import calendars as commands
from services.events.domain.calendars import Entry, entry
from services.events.queries import calendars as queries
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.principals import Role
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/calendars", tags=["calendars"])
ANYBODY = allows(*Role)
"""Calendar programs cannot sign in: what opens a calendar of people is its token."""
ICAL: dict[int | str, Any] = {200: {"content": {"text/calendar": {"schema": {"type": "string"}}}}}
SHOWN_DAYS = 31
"""So long past gatherings stay in a calendar."""
STATUS = {"cancelled": "CANCELLED"}


class NewCalendar(Body):
    """A calendar to be made."""

    holder: UUID | None = Field(
        default=None, description="the guest whose gatherings it shows; all, if left out"
    )
    ends_on: Day


class CalendarMade(BaseModel):
    """The calendar and its token, which is shown this once and kept as a hash."""

    calendar_id: UUID
    token: str


# No Idempotency-Key: kept answers would hold the token. Who did not get the answer makes another calendar.
@router.post("", status_code=201, dependencies=[EVENTS])
async def make(body: NewCalendar, units: OpenUnits, actor: Asking) -> CalendarMade:
    """Make a calendar that a program may subscribe to, until a day."""
    async with units.open(actor=actor) as unit:
        made = accepted(await commands.make(unit, body.holder, body.ends_on))
    return CalendarMade(calendar_id=made.id, token=made.token)


class CalendarId(BaseModel):
    """A calendar."""

    calendar_id: UUID


@router.post("/{calendar_id}/revoke", dependencies=[EVENTS])
async def revoke(calendar_id: UUID, work: Work) -> CalendarId:
    """The token opens nothing any more, as if it had never been."""

    async def do(unit: Unit) -> CalendarId | Refused:
        return shown(await commands.revoke(unit, calendar_id), lambda key: CalendarId(calendar_id=key))

    return await work.once(CalendarId, do)


class CalendarOut(BaseModel):
    """A calendar in a list."""

    calendar_id: UUID
    holder: UUID | None
    ends_on: date
    revoked_at: datetime | None


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[CalendarOut]:
    """Calendars in the order in which they were made."""
    found = await queries.calendars(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: CalendarOut(calendar_id=row["id"], **row), lambda row: row["id"])


@router.get("/public.ics", dependencies=[ANYBODY], response_class=Response, responses=ICAL)
async def public(session: Reading) -> Response:
    """Gatherings that are open to anybody."""
    return await _answer(session, None, public=True)


@router.get("/of/{token}", dependencies=[ANYBODY], response_class=Response, responses=ICAL)
async def of(token: str, session: Reading) -> Response:
    """The calendar of a token. A revoked one, one that is over and one that never was, or could not be, get the same
    answer.
    """
    found = accepted(
        await queries.calendar(session, token, await today_of(session)) or missing("such calendar")
    )
    return await _answer(session, found["holder"], public=False)


async def _answer(session: Reading, holder: UUID | None, *, public: bool) -> Response:
    since = await today_of(session) - timedelta(days=SHOWN_DAYS)
    found = await queries.shown_to(session, holder, since)
    titles = await contacts.titles(session, [each.id for each in found])
    entries = [entry(each, titles.get(each.id, ""), public=public) for each in found]
    headers = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer"}
    content = _calendar(each for each in entries if each)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _calendar(entries: Iterable[Entry]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//relief//events//EN")
    calendar.add("version", "2.0")
    for each in entries:
        event = Event()
        event.add("uid", f"{each.id}@relief")
        event.add("dtstamp", datetime.now(UTC))
        event.add("dtstart", each.starts_at.astimezone(UTC))
        event.add("dtend", each.ends_at.astimezone(UTC))
        event.add("summary", each.title)
        event.add("sequence", each.version)
        event.add("status", STATUS.get(each.status, "CONFIRMED"))
        event.add("class", "PRIVATE" if each.private else "PUBLIC")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
