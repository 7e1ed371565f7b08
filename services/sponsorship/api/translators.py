"""Translators of letters, asked of events."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_LETTER
from services.sponsorship.api.letters import LetterDone
from services.sponsorship.api.models import LOOKING, SPONSORSHIP
from services.sponsorship.commands import translators as commands
from services.sponsorship.queries import letters as lists
from shared.contracts.base import Language
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.work import Reading, Work

router = APIRouter(prefix="/letters", tags=["letters"])


class TranslatorOut(BaseModel):
    """What was asked for a letter, and what became of it: `status` and `reason` are what events said last."""

    need_id: UUID
    version: int = Field(description="whoever asks otherwise names it")
    translate_into: str
    asked_on: date
    due_on: date
    open: bool = Field(description="not withdrawn")
    status: str
    found: int
    reason: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = [name for name in cls.model_fields if name not in ("need_id", "version")]
        return cls(need_id=row["id"], version=row["said"], **{name: row[name] for name in names})


@router.get("/{letter_id}/translators", dependencies=[LOOKING, KNOWN_LETTER])
async def translators(letter_id: UUID, session: Reading) -> list[TranslatorOut]:
    """For what translations of a letter somebody was asked, the oldest first."""
    return [TranslatorOut.of(row) for row in await lists.translators(session, letter_id)]


class Translating(Body):
    """Into which language, by its code of ISO 639, and until which day that is of use."""

    into: Language
    due_on: Day = Field(description=f"at most {commands.MOST_DAYS} days from today")
    version: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        default=0, description="of what was asked for until now; 0 if nothing was"
    )

    def wanted(self) -> commands.Wanted:
        return commands.Wanted(self.into, self.due_on, self.version)


class Asked(BaseModel):
    """The need under which events looks for somebody."""

    need_id: UUID


@router.post("/{letter_id}/translator", dependencies=[SPONSORSHIP])
async def ask(letter_id: UUID, body: Translating, work: Work) -> Asked:
    """Somebody is wanted who translates this letter. Asked otherwise later, by who saw what was asked, the newer
    one counts. Events is told the languages and the days, and nothing of the letter.
    """

    async def do(unit: Unit) -> Asked | Refused:
        done = await commands.ask(unit, letter_id, body.wanted())
        return shown(done, lambda each: Asked(need_id=each))

    return await work.once(Asked, do)


@router.post("/{letter_id}/translator/withdraw", dependencies=[SPONSORSHIP])
async def withdraw(letter_id: UUID, work: Work) -> LetterDone:
    """No translator is wanted any more."""

    async def do(unit: Unit) -> LetterDone | Refused:
        return shown(await commands.withdraw(unit, letter_id), lambda each: LetterDone(letter_id=each))

    return await work.once(LetterDone, do)
