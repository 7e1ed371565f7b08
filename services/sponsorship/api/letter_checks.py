"""What was found in letters, and who checked them."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_LETTER
from services.sponsorship.api.letters import LetterDone
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, OfVersion
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


@router.get("/{letter_id}/findings", dependencies=[LOOKING, KNOWN_LETTER])
async def findings(letter_id: UUID, session: Reading) -> list[FindingOut]:
    """What was found in a letter. The hints only help: whoever checks reads the whole letter."""
    return [FindingOut.of(row) for row in await lists.findings(session, letter_id)]


class Answering(Body):
    """What somebody says to a finding; 409 if somebody said otherwise meanwhile."""

    answer: FindingAnswer
    instead_of: FindingAnswer | None = Field(
        default=None, description="the answer that was seen; none if it had none"
    )


@router.post("/findings/{finding_id}/answer", dependencies=[SPONSORSHIP])
async def answer(finding_id: UUID, body: Answering, work: Work) -> LetterDone:
    """It is gone from what would be passed on, or it is harmless."""

    async def do(unit: Unit) -> LetterDone | Refused:
        done = await commands.answer(unit, finding_id, body.answer, body.instead_of)
        return shown(done, lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)


class Checking(OfVersion):
    """The whole checklist: `none`, or `doubt` where a second person has to decide."""

    answers: dict[Question, Answer]


class Checked(BaseModel):
    """How far the letter is now."""

    state: LetterState


@router.post("/{letter_id}/check", dependencies=[SPONSORSHIP])
async def check(letter_id: UUID, body: Checking, work: Work) -> Checked:
    """Somebody else than who masked it answers the checklist."""

    async def do(unit: Unit) -> Checked | Refused:
        done = await commands.check(unit, letter_id, body.version, body.answers)
        return shown(done, lambda each: Checked(state=each))

    return await work.once(Checked, do)


class CheckOut(BaseModel):
    """Somebody answered the checklist; of the questions in `doubts` they were not sure."""

    round: int
    actor: str
    on_day: date
    doubts: list[Question]


@router.get("/{letter_id}/checks", dependencies=[LOOKING, KNOWN_LETTER])
async def checks(letter_id: UUID, session: Reading) -> list[CheckOut]:
    """Who checked a letter."""
    return [CheckOut(**row) for row in await lists.checks(session, letter_id)]
