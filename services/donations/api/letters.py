"""What receipts and statements have in common: a language, a state, and the PDF, which is shown to whoever says why."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import LOOKING, TREASURER, MoneySettings
from services.donations.commands import letters as commands
from services.donations.domain.letters import LetterState, Reader
from services.donations.printing.words import Language
from services.donations.queries import letters as queries
from shared.web.models import Body
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.papers import PdfResponse, pdf
from shared.web.work import Asking, OpenUnits, Reading, accepted

router = APIRouter(prefix="/letters", tags=["letters"])


class InLanguage(Body):
    """A letter is written in its donor's language if none is named."""

    language: Language | None = None


class LetterOut(BaseModel):
    """A letter in a list. `donor_id` is the donor as merged since; none of an anonymous one."""

    donor_id: UUID | None
    issued_on: date
    state: LetterState
    reason: str = Field(description="why it is no longer valid; empty while it is")
    ended_on: date | None
    actor: str = Field(description="who decided: a principal's id")

    @staticmethod
    def shared_by(row: RowMapping) -> dict[str, Any]:
        names = ("issued_on", "state", "reason", "ended_on", "actor")
        donor_id = None if row["anonymous"] else row["kept_id"]
        return {**{name: row[name] for name in names}, "donor_id": donor_id}


class Looking(Body):
    """Why somebody needs to see a letter. In the body, for addresses are logged on their way."""

    reason: Reader


async def _shown(
    letter_id: UUID, what: str, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.show(unit, settings.office, letter_id, what, looking.reason))
    return pdf(found.pdf, f"{found.letter.kind}-{found.letter.issued_on}-{what}")


@router.post("/{letter_id}/original", response_class=PdfResponse, dependencies=[TREASURER])
async def original(
    letter_id: UUID, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    """A receipt or statement as it was issued, while it is valid; who is shown it, and why, is kept."""
    return await _shown(letter_id, commands.ORIGINAL, looking, units, reader, settings)


@router.post("/{letter_id}/copy", response_class=PdfResponse, dependencies=[TREASURER])
async def copy(
    letter_id: UUID, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    """A copy, which says that it is one, and that it is void if it is; who is shown it, and why, is kept."""
    return await _shown(letter_id, commands.COPY, looking, units, reader, settings)


class ReadingOut(BaseModel):
    """Somebody was shown a letter: the original or a copy."""

    at: datetime = Field(description="UTC")
    actor: str
    letter_id: UUID
    what: str
    reason: Reader


@router.get("/readings", dependencies=[LOOKING])
async def readings(session: Reading, after: After = None, limit: Limit = 100) -> Page[ReadingOut]:
    """Who was shown letters, and why, the oldest first."""
    found = await queries.readings(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
