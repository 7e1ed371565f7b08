"""Pledges: promised, kept by payments, cancelled; and what is overdue."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import LOOKING, TREASURER, Amount, AmountOut, Note, WithNote
from services.donations.commands import pledges as commands
from services.donations.domain.funds import Purpose
from services.donations.domain.pledges import Due, Pledge
from services.donations.queries import pledges as lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/pledges", tags=["gifts"])
PART = "/{pledge_id}/parts/{number}"
Number = Annotated[int, Field(ge=1, le=1000)]


class NewPart(Amount):
    """So much is promised for a day."""

    due_on: Day


class NewPledge(Body):
    """What a donor promised."""

    donor_id: UUID
    purpose: Purpose
    parts: Annotated[list[NewPart], Field(min_length=1, max_length=120)]
    note: Note | None = None

    def due(self) -> list[Due]:
        return [Due(each.due_on, each.money) for each in self.parts]


class PledgeKept(BaseModel):
    """The pledge is written down."""

    pledge_id: UUID

    @classmethod
    def of(cls, pledge: Pledge) -> Self:
        return cls(pledge_id=pledge.id)


@router.post("", status_code=201, dependencies=[TREASURER])
async def promise(body: NewPledge, work: Work) -> PledgeKept:
    """A donor promises money for some days. It is expected, and in no fund before it comes."""

    async def do(unit: Unit) -> PledgeKept | Refused:
        done = await commands.promise(unit, body.donor_id, body.purpose.value, body.due(), body.note)
        return shown(done, PledgeKept.of)

    return await work.once(PledgeKept, do)


class Keeping(Body):
    """The payment that keeps it."""

    payment_id: UUID


@router.post(f"{PART}/keep", dependencies=[TREASURER])
async def keep(pledge_id: UUID, number: int, body: Keeping, work: Work) -> PledgeKept:
    """A payment of this donor keeps a part; one payment may keep several, as far as it goes."""

    async def do(unit: Unit) -> PledgeKept | Refused:
        return shown(await commands.keep(unit, pledge_id, number, body.payment_id), PledgeKept.of)

    return await work.once(PledgeKept, do)


@router.post(f"{PART}/loosen", dependencies=[TREASURER])
async def loosen(pledge_id: UUID, number: int, work: Work) -> PledgeKept:
    """A payment was linked by mistake, or refunded: the part is expected again."""

    async def do(unit: Unit) -> PledgeKept | Refused:
        return shown(await commands.loosen(unit, pledge_id, number), PledgeKept.of)

    return await work.once(PledgeKept, do)


@router.post("/{pledge_id}/cancel", dependencies=[TREASURER])
async def cancel(pledge_id: UUID, body: WithNote, work: Work) -> PledgeKept:
    """What is not kept is expected no longer."""

    async def do(unit: Unit) -> PledgeKept | Refused:
        return shown(await commands.cancel(unit, pledge_id, body.note), PledgeKept.of)

    return await work.once(PledgeKept, do)


class PartOut(BaseModel):
    """A part of a pledge as it stands today."""

    pledge_id: UUID
    number: int
    due_on: date
    amount: AmountOut
    status: str = Field(examples=["expected"], description="expected, overdue, kept or cancelled")
    payment_id: UUID | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = ("pledge_id", "number", "due_on", "status", "payment_id")
        amount = AmountOut.of(row["amount"], row["currency"])
        return cls(**{name: row[name] for name in names}, amount=amount)


class PledgeOut(BaseModel):
    """A pledge with its parts. `donor_id` is the donor as merged since; none of an anonymous one."""

    pledge_id: UUID
    donor_id: UUID | None
    purpose: str
    on_day: date
    cancelled_on: date | None
    parts: list[PartOut]


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, donor_id: UUID | None = None, limit: Limit = 100, after: After = None
) -> Page[PledgeOut]:
    """Pledges in the order in which they were made; with `donor_id` those of one donor."""
    found = await lists.pledges(session, donor_id, limit + 1, place_of(after))
    parts = await lists.parts(session, await today_of(session), [row["id"] for row in found])

    def show(row: RowMapping) -> PledgeOut:
        return PledgeOut(
            pledge_id=row["id"],
            donor_id=None if row["anonymous"] else row["kept_id"],
            **{name: row[name] for name in ("purpose", "on_day", "cancelled_on")},
            parts=[PartOut.of(each) for each in parts if each["pledge_id"] == row["id"]],
        )

    return page_of(found, limit, show, lambda row: row["id"])


@router.get("/overdue", dependencies=[LOOKING])
async def overdue(session: Reading) -> list[PartOut]:
    """What was due before today and is not kept; the 500 that are due longest."""
    return [PartOut.of(row) for row in await lists.overdue(session, await today_of(session))]
