"""Children at school: terms and fees, and what became of the payments that the education fund is asked for."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.sponsorship.api.known import KNOWN_CHILD
from services.sponsorship.api.models import LOOKING, SPONSORSHIP, OfVersion, SponsorshipSettings
from services.sponsorship.commands import school as commands
from services.sponsorship.domain.school import Level
from services.sponsorship.queries import school as lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Currency, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/school", tags=["school"])
Fee = Annotated[int, Field(ge=0, le=10**9, description="of each month, in minor units of the currency")]


class NewTerm(Body):
    """A child goes to school. The fee of each month is due on the day of the month on which the term begins."""

    child_id: UUID
    level: Level
    starts_on: Day
    ends_on: Day
    fee: Fee
    currency: Currency

    def wanted(self) -> commands.NewTerm:
        return commands.NewTerm(**{name: getattr(self, name) for name in NewTerm.model_fields})


class TermKept(BaseModel):
    """Which term it was."""

    term_id: UUID


class TermPlanned(TermKept):
    """With what is not as one might expect, in words."""

    warning: str | None = None

    @classmethod
    def of(cls, done: commands.Planned) -> Self:
        first = f"before the child was listed on {done.listed_on}: for them the fund is not asked."
        many = "1 month of it was" if done.too_early == 1 else f"{done.too_early} of its months were"
        words = f"{many} due {first}" if done.too_early else None
        return cls(term_id=done.term_id, warning=words)


@router.post("/terms", status_code=201, dependencies=[SPONSORSHIP])
async def plan(body: NewTerm, work: Work, settings: SponsorshipSettings) -> TermPlanned:
    """Write down a term. As its months come, the education fund is asked for what no gift covers; for months before the
    child was listed, nobody ever is.
    """

    async def do(unit: Unit) -> TermPlanned | Refused:
        return shown(await commands.plan(unit, settings.rules, body.wanted()), TermPlanned.of)

    return await work.once(TermPlanned, do)


class ChangedTerm(OfVersion):
    """Another fee, for all months of the term, or an earlier last day."""

    fee: Fee | None = None
    ends_on: Day | None = None


@router.post("/terms/{term_id}/change", dependencies=[SPONSORSHIP])
async def change(term_id: UUID, body: ChangedTerm, work: Work, settings: SponsorshipSettings) -> TermKept:
    """Change a term; what is asked of the education fund follows."""
    wanted = commands.Change(body.version, body.fee, body.ends_on)

    async def do(unit: Unit) -> TermKept | Refused:
        done = await commands.change(unit, settings.rules, term_id, wanted)
        return shown(done, lambda each: TermKept(term_id=each))

    return await work.once(TermKept, do)


class TermOut(BaseModel):
    """A term of a child; whoever changes it names the version."""

    term_id: UUID
    version: int
    level: Level
    starts_on: date
    ends_on: date
    fee: int
    currency: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(term_id=row["id"], **row)


@router.get("/children/{child_id}/terms", dependencies=[LOOKING, KNOWN_CHILD])
async def terms(child_id: UUID, session: Reading) -> list[TermOut]:
    """The terms of a child, the oldest first."""
    return [TermOut.of(row) for row in await lists.terms(session, child_id)]


class MonthOut(BaseModel):
    """A month of school and what gifts cover of it; nothing is covered before its day."""

    term_id: UUID
    due_on: date
    fee: int
    currency: str
    covered: int = Field(description="by gifts, in ten-thousandths of the fee")
    too_early: bool = Field(
        description="it was due before the child was listed: the fund is never asked for it"
    )


@router.get("/children/{child_id}/months", dependencies=[LOOKING, KNOWN_CHILD])
async def months(child_id: UUID, session: Reading) -> list[MonthOut]:
    """The months of a child's terms, in the order of their days."""
    return [MonthOut(**row) for row in await lists.months(session, child_id)]


class PaymentOut(BaseModel):
    """What the education fund was asked for, and what became of it. All amounts are in minor units of the currency."""

    payment_id: UUID
    child_id: UUID
    due_on: date
    amount: int
    currency: str
    withdrawn: bool = Field(description="it is asked for no longer; what was paid stays paid")
    status: str = Field(description="empty until donations has answered")
    set_aside: int
    paid: int
    missing: int
    reason: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(payment_id=row["id"], **row)


@router.get("/payments", dependencies=[LOOKING])
async def payments(
    session: Reading, child_id: UUID | None = None, after: After = None, limit: Limit = 100
) -> Page[PaymentOut]:
    """What the education fund was asked for, the oldest first."""
    found = await lists.payments(session, child_id, limit + 1, place_of(after))
    return page_of(found, limit, PaymentOut.of, lambda row: row["id"])
