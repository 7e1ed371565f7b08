"""Settlement requests and closed households, as far as lessons follow from them."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.sponsorship.ledger import LessonBook
from services.sponsorship.repository import lessons
from services.sponsorship.tables import CLOSED_HOUSEHOLD, SETTLEMENT
from shared.contracts.intake import GrantStep, HouseholdClosed, SettlementAsked, SettlementWish
from shared.messaging.states import newest
from shared.messaging.unit import Unit

"""The wish that is served here."""


async def follow_requests(unit: Unit, late_days: int, facts: Sequence[SettlementAsked]) -> None:
    """Those who wish for lessons get a place, or wait; those who do so no longer give it back.

    A fact that comes late changes one thing: the day on which it was asked, which is the earliest of all its facts. So
    a learner has waited as long, whichever of them comes first.
    """
    async with LessonBook.open(unit, late_days) as book:
        news = await newest(unit, SETTLEMENT, facts)
        earliest = _earliest(facts)
        told, late = [], []
        for key, row in news.rows.items():
            known = row["asked_on"] if row else None
            asked_on = min(earliest[key], known or earliest[key])
            if fact := news.facts.get(key):
                told.append(_row(fact, asked_on))
                book.touch(fact.member_ids)
            else:
                late.append({"id": key, "asked_on": asked_on})
            book.touch(row["member_ids"] if row else ())
        unit.writes.change(SETTLEMENT, told)
        unit.writes.change(SETTLEMENT, late)


def _earliest(facts: Sequence[SettlementAsked]) -> dict[UUID, date]:
    """The earliest day of the facts of each request."""
    days: dict[UUID, date] = {}
    for fact in facts:
        days[fact.request_id] = min(fact.on, days.get(fact.request_id, fact.on))
    return days


def _row(fact: SettlementAsked, asked_on: date) -> dict[str, Any]:
    return {
        "id": fact.request_id,
        "version": fact.version,
        "household_id": fact.household_id,
        "household_version": fact.household_version or 0,
        "member_ids": list(fact.member_ids),
        "region": fact.region,
        "asked_on": asked_on,
        "wished": SettlementWish.LESSONS in fact.wishes and fact.status != GrantStep.WITHDRAWN,
    }


async def close_households(unit: Unit, late_days: int, facts: Sequence[HouseholdClosed]) -> None:
    """Those of closed households give their places back. A request that is made after the close stands."""
    async with LessonBook.open(unit, late_days) as book:
        news = await newest(unit, CLOSED_HOUSEHOLD, facts)
        unit.writes.change(
            CLOSED_HOUSEHOLD, [{"id": key, "version": fact.version} for key, fact in news.facts.items()]
        )
        book.touch(await lessons.members_of(unit.session, news.facts))
