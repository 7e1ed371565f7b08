"""A case's own history, in words: what became of it here, and what donations says of its grants."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from services.intake.domain.cases import CaseRole, Visit
from shared.words import many


@dataclass(frozen=True)
class CaseEntry:
    """One line of a history: `on` is the day it is about, `at` when it was written down, `actor` who did it."""

    case_id: UUID
    at: datetime
    on: date
    contract: str
    actor: str
    summary: str
    data: dict[str, Any] = field(default_factory=dict)


def opened_words(roles: Iterable[CaseRole]) -> str:
    family = sum(each is CaseRole.FAMILY for each in roles)
    return f"Opened: one in prison, {family or 'none'} of the family known."


def topics_words(topics: Iterable[str]) -> str:
    return f"Topics: {', '.join(_plain(each) for each in sorted(topics)) or 'none'}."


def planned_words(visit: Visit) -> str:
    return f"A visit is planned for {visit.planned_for}."


def made_words(visit: Visit) -> str:
    return f"The visit planned for {visit.planned_for} was made on {visit.done_on}."


def cancelled_words(visit: Visit) -> str:
    return f"The visit planned for {visit.planned_for} is cancelled: {_plain(visit.reason or '')}."


def closed_words(why: str, cancelled: int) -> str:
    visits = f"; {many(cancelled, 'planned visit is', 'planned visits are')} cancelled"
    return f"Closed: {_plain(why)}{visits if cancelled else ''}."


def _plain(code: str) -> str:
    return code.replace("_", " ")
