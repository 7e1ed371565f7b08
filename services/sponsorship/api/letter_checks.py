"""What was found in letters, and who checked them."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlalchemy import RowMapping

from services.sponsorship.api.letters import LetterDone
from services.sponsorship.api.models import LOOKING, SPONSORSHIP
from services.sponsorship.commands import letters as commands
from services.sponsorship.domain.letters import Answer, FindingAnswer, LetterState, Question
from services.sponsorship.queries import letters as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.work import Reading, Work

router = APIRouter(prefix="/letters", tags=["letters"])


class FindingOut(BaseModel):
    """Something that may tell too much: where it is, and not what."""

    finding_id: UUID
    found_in: str
    photo_id: UUID | None
    kind: str
    starts: int
    ends: int
    answer: str
    answered_by: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            finding_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "finding_id"}
        )


@router.get("/{letter_id}/findings", dependencies=[LOOKING])
async def findings(letter_id: UUID, session: Reading) -> list[FindingOut]:
    """What was found in a letter. The hints only help: whoever checks reads the whole letter."""
    return [FindingOut.of(row) for row in await lists.findings(session, letter_id)]


class Answering(Body):
    """What somebody says to a finding."""

    answer: FindingAnswer


@router.post("/findings/{finding_id}/answer", dependencies=[SPONSORSHIP])
async def answer(finding_id: UUID, body: Answering, work: Work) -> LetterDone:
    """It is gone from what would be passed on, or it is harmless."""

    async def do(unit: Unit) -> LetterDone | Refused:
        done = await commands.answer(unit, finding_id, body.answer)
        return shown(done, lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)


class Checking(Body):
    """The whole checklist: `none`, or `doubt` where a second person has to decide."""

    answers: dict[Question, Answer]


class Checked(BaseModel):
    """How far the letter is now."""

    state: LetterState


@router.post("/{letter_id}/check", dependencies=[SPONSORSHIP])
async def check(letter_id: UUID, body: Checking, work: Work) -> Checked:
    """Somebody else than who masked it answers the checklist."""

    async def do(unit: Unit) -> Checked | Refused:
        return shown(await commands.check(unit, letter_id, body.answers), lambda each: Checked(state=each))

    return await work.once(Checked, do)


class CheckOut(BaseModel):
    """Somebody answered the checklist; of the questions in `doubts` they were not sure."""

    round: int
    actor: str
    on_day: date
    doubts: list[Question]


@router.get("/{letter_id}/checks", dependencies=[LOOKING])
async def checks(letter_id: UUID, session: Reading) -> list[CheckOut]:
    """Who checked a letter."""
    return [CheckOut(**row) for row in await lists.checks(session, letter_id)]
