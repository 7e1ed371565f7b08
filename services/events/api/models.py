"""What several routes share: days, moments, codes, reasons, the settings, and showing what a command did."""

import re
from datetime import datetime
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from services.events.contacts import Reading
from services.events.settings import Settings
from shared.dates import in_our_time
from shared.principals import Role
from shared.web.models import Body
from shared.web.roles import allows
from shared.web.work import app_settings

EVENTS = allows(Role.EVENTS)
LOOKING = allows(Role.EVENTS, Role.AUDITOR)
EventsSettings = Annotated[Settings, Depends(app_settings)]
Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
Language = Annotated[str, Field(max_length=10, pattern=r"^[a-z]{2,3}(-[A-Za-z]+)*$", examples=["ja"])]
Note = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        pattern=r"\S",
        description="in your own words; they stay with this decision and no other service is told them",
        examples=["the hall is not free"],
    ),
]


def _only_told(value: object) -> object:
    """A number is no moment, written as text neither; and no zone can push one out of the calendar."""
    if isinstance(value, datetime) or (isinstance(value, str) and _TOLD.fullmatch(value)):
        return value
    raise ValueError("a moment is written like 2007-03-30T18:00:00+02:00")


def _of_our_time(moment: datetime) -> datetime:
    in_our_time(moment.date())
    return moment


def _is_a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("is no time zone; one is written like Asia/Tokyo or Europe/Brussels") from None
    return name


_TOLD = re.compile(r"(19|20|21)\d{2}-\d{2}-\d{2}[T ].+", re.ASCII)
Moment = Annotated[AwareDatetime, BeforeValidator(_only_told), AfterValidator(_of_our_time)]
Zone = Annotated[
    str,
    Field(max_length=40, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Brussels"]),
    AfterValidator(_is_a_zone),
]


class WithNote(Body):
    """Why."""

    note: Note


class NoContactBody(Body):
    """Whether somebody is never written to: it holds for them as guest, volunteer and speaker."""

    no_contact: bool = Field(strict=True)


def reading_of(what: str, subject: UUID, route: str, reason: str | None, role: Role) -> Reading:
    """That something behind the door to names and places is shown or changed, in the role that the route is for."""
    return Reading(what, subject, role.value, route, reason)
