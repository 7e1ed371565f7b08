"""Money that fieldworkers carry: given, settled by slips, brought back, and what is open too long."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import (
    LOOKING,
    TREASURER,
    Amount,
    AmountOut,
    MoneySettings,
    Place,
    Reference,
    WithNote,
)
from services.donations.commands import advances as commands
from services.donations.domain.advances import Advance, overdue_before
from services.donations.domain.funds import Purpose
from services.donations.queries import advances as lists
from services.donations.repository.advances import advance_in
from services.donations.repository.advances import find as find_one
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/advances", tags=["advances"])
CODE = r"^[a-z0-9][a-z0-9-]*$"
Fieldworker = Annotated[
    str,
    Field(max_length=20, pattern=CODE, description="a code of your own; never a name", examples=["fw-07"]),
]
What = Annotated[
    str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$", description="a code", examples=["travel"])
]


class AdvanceOut(BaseModel):
    """An advance as it stands: `left` is what the fieldworker still carries of it."""

    advance_id: UUID
    fieldworker: str
    fund: str
    given_on: date
    place: str
    amount: AmountOut
    settled: AmountOut
    returned: AmountOut
    left: AmountOut
    undone: bool
    grant_id: UUID | None = Field(description="the grant whose money it is")

    @classmethod
    def of(cls, advance: Advance) -> Self:
        same = {
            name: getattr(advance, name)
            for name in ("fieldworker", "fund", "given_on", "place", "undone", "grant_id")
        }
        amounts = {
            name: AmountOut.of(getattr(advance, name), advance.currency)
            for name in ("amount", "settled", "returned", "left")
        }
        return cls(advance_id=advance.id, **same, **amounts)


class NewAdvance(Amount):
    """Money that goes out of a fund to a fieldworker."""

    fieldworker: Fieldworker
    fund: Purpose
    place: Place
    reference: Reference
    given_on: Day
    grant_id: UUID | None = Field(default=None, description="of what is set aside for this grant")

    def advance(self) -> commands.NewAdvance:
        return commands.NewAdvance(
            self.fieldworker,
            self.fund.value,
            self.money,
            self.place,
            self.reference,
            self.given_on,
            self.grant_id,
        )


@router.post("", status_code=201, dependencies=[TREASURER])
async def give(body: NewAdvance, work: Work, settings: MoneySettings) -> AdvanceOut:
    """Money goes out to a fieldworker: it stays the fund's until a slip says what it was spent for.

    With `grant_id` it is what is set aside for that grant, and its slips pay the grant.
    """

    async def do(unit: Unit) -> AdvanceOut | Refused:
        return shown(await commands.give(unit, settings.limits, body.advance()), AdvanceOut.of)

    return await work.once(AdvanceOut, do)


class NewSlip(Amount):
    """What a part of an advance was spent for."""

    reference: Reference
    happened_on: Day
    what: What
    grant_id: UUID | None = Field(default=None, description="the grant that it paid, if it paid one")

    def slip(self) -> commands.Slip:
        return commands.Slip(self.reference, self.money, self.happened_on, self.what, self.grant_id)


@router.post("/{advance_id}/slips", status_code=201, dependencies=[TREASURER])
async def settle(advance_id: UUID, body: NewSlip, work: Work, settings: MoneySettings) -> AdvanceOut:
    """A slip of the fieldworker: one reference counts once."""

    async def do(unit: Unit) -> AdvanceOut | Refused:
        return shown(await commands.settle(unit, settings.limits, advance_id, body.slip()), AdvanceOut.of)

    return await work.once(AdvanceOut, do)


class NewRest(Amount):
    """What was not needed of an advance, and where it came back to."""

    reference: Reference
    happened_on: Day
    place: Place

    def rest(self) -> commands.Rest:
        return commands.Rest(self.reference, self.money, self.happened_on, self.place)


@router.post("/{advance_id}/return", status_code=201, dependencies=[TREASURER])
async def bring_back(advance_id: UUID, body: NewRest, work: Work) -> AdvanceOut:
    """What was not needed comes back, and is free for others."""

    async def do(unit: Unit) -> AdvanceOut | Refused:
        return shown(await commands.bring_back(unit, advance_id, body.rest()), AdvanceOut.of)

    return await work.once(AdvanceOut, do)


@router.post("/{advance_id}/undo", dependencies=[TREASURER])
async def undo(advance_id: UUID, body: WithNote, work: Work) -> AdvanceOut:
    """An advance was booked by mistake; its slips are undone first."""

    async def do(unit: Unit) -> AdvanceOut | Refused:
        return shown(await commands.undo(unit, advance_id, body.note), AdvanceOut.of)

    return await work.once(AdvanceOut, do)


@router.post("/slips/{slip_id}/undo", dependencies=[TREASURER])
async def undo_slip(slip_id: UUID, body: WithNote, work: Work) -> AdvanceOut:
    """A slip or a return was booked by mistake; its reference is free again."""

    async def do(unit: Unit) -> AdvanceOut | Refused:
        return shown(await commands.undo_slip(unit, slip_id, body.note), AdvanceOut.of)

    return await work.once(AdvanceOut, do)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading,
    settings: MoneySettings,
    fieldworker: Annotated[Fieldworker | None, Query()] = None,
    open_: Annotated[bool | None, Query(alias="open")] = None,
    overdue: Annotated[bool, Query(description="open for more days than the settings say")] = False,
    limit: Limit = 100,
    after: After = None,
) -> Page[AdvanceOut]:
    """Advances in the order in which they were booked."""
    before = overdue_before(await today_of(session), settings.advance_days) if overdue else None
    which = lists.AdvanceFilter(fieldworker, open_, before)
    found = await lists.advances(session, which, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: AdvanceOut.of(advance_in(row)), lambda row: row["id"])


class SlipOut(BaseModel):
    """What became of a part of an advance: spent, or returned."""

    slip_id: UUID
    kind: str
    amount: int = Field(description="minor units of the advance's currency")
    what: str
    place: str
    grant_id: UUID | None
    reference: str
    happened_on: date
    undone: bool
    actor: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(slip_id=row["id"], **row)


@router.get("/{advance_id}/slips", dependencies=[LOOKING])
async def slips(advance_id: UUID, session: Reading) -> list[SlipOut]:
    """The slips and returns of an advance, undone ones too, in the order in which they were booked."""
    accepted(await find_one(session, advance_id) or missing("such advance"))
    return [SlipOut.of(row) for row in await lists.slips(session, advance_id)]
