"""Helpers who are asked of events, and what became of that: teachers of courses, and translators of letters
(`translators.py`).
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.sponsorship.commands import translators
from services.sponsorship.repository import lessons
from services.sponsorship.tables import HELPER_NEED
from shared.contracts.events import HelpChanged
from shared.contracts.sponsorship import HelperAsked, HelperStep, LanguageWanted
from shared.messaging.states import newest
from shared.messaging.unit import Unit

TEACH = "teach"
JAPANESE = LanguageWanted(language="ja", level="c1")
"""Whoever teaches a language knows it at least so well."""


async def ask_for_teachers(unit: Unit, course_id: UUID, teachers: int) -> None:
    """Ask for the teachers of a course that is new."""
    need = {"id": uuid7(), "said": 1, "task": TEACH, "course_id": course_id, "wanted": teachers}
    unit.writes.insert(HELPER_NEED, [need])
    await _say(unit, course_id, need, HelperStep.ASKED)


async def change_teachers(unit: Unit, course_id: UUID, *, withdrawn: bool = False) -> None:
    """Something of a course has changed, or no teacher is needed any more."""
    query = select(HELPER_NEED).where(HELPER_NEED.c.course_id == course_id).with_for_update()
    need = (await unit.session.execute(query)).mappings().one()
    now: dict[str, Any] = {**need, "said": need["said"] + 1, "open": not withdrawn}
    unit.writes.change(HELPER_NEED, [{name: now[name] for name in ("id", "said", "open")}])
    await _say(unit, course_id, now, HelperStep.WITHDRAWN if withdrawn else HelperStep.CHANGED)


async def _say(unit: Unit, course_id: UUID, need: dict[str, Any], step: HelperStep) -> None:
    course = await lessons.course(unit.session, course_id)
    assert course is not None, "a need of a course has its course"
    unit.say(
        HelperAsked(
            need_id=need["id"],
            version=need["said"],
            task=need["task"],
            languages=(JAPANESE,),
            starts_on=course["starts_on"],
            ends_on=course["ends_on"],
            region=course["region"],
            online=course["online"],
            people=need["wanted"],
            status=step.value,
            on=unit.today,
        )
    )


async def hear(unit: Unit, facts: Sequence[HelpChanged]) -> None:
    """Keep what became of the needs that were asked here; those of others are told to everybody who listens."""
    ids = {each.need_id for each in facts}
    mine = set(await unit.session.scalars(select(HELPER_NEED.c.id).where(HELPER_NEED.c.id.in_(ids))))
    news = await newest(unit, HELPER_NEED, [each for each in facts if each.need_id in mine])
    unit.writes.change(
        HELPER_NEED,
        [
            {"id": key, "version": fact.version, "found": fact.found}
            | {"status": fact.status, "reason": fact.reason}
            for key, fact in news.facts.items()
        ],
    )
    await translators.let_go(unit, HELPER_NEED.c.id.in_(news.facts.keys()))
