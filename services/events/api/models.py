"""What several routes share: days, moments, codes, reasons, the settings, and showing what a command did."""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Depends
from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from services.events.contacts import Reading
from services.events.settings import Settings
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import app_settings

T = TypeVar("T")
M = TypeVar("M")

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


def _only_written(value: object) -> object:
    """A number is no date, though it could be read as seconds since 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise ValueError("a date is written like 2006-11-01")


def _only_told(value: object) -> object:
    """A number is no moment either."""
    if isinstance(value, datetime | str):
        return value
    raise ValueError("a moment is written like 2007-03-30T18:00:00+02:00")


def _is_a_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise ValueError("is no time zone; one is written like Asia/Tokyo or Europe/Brussels") from None
    return name


_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Day = Annotated[date, BeforeValidator(_only_written)]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_told)]
Zone = Annotated[
    str,
    Field(max_length=40, pattern=r"^[A-Za-z0-9_+/-]+$", examples=["Europe/Brussels"]),
    AfterValidator(_is_a_zone),
]


class Body(BaseModel):
    """A request: a field that is not known is an error, not a surprise."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class WithNote(Body):
    """Why."""

    note: Note


def reading_of(what: str, subject: UUID, route: str, reason: str) -> Reading:
    """That something behind the door to names and places is shown, to the role that these routes are for."""
    return Reading(what, subject, Role.EVENTS.value, route, reason)


def shown(outcome: T | Refused, show: Callable[[T], M]) -> M | Refused:
    """What a command did as the answer shows it; what it refused as it is."""
    return outcome if isinstance(outcome, Refused) else show(outcome)
