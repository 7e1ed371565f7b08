"""What a bank or PayPal took for its work, of no payment."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.donations.api.models import (
    LOOKING,
    TREASURER,
    Amount,
    AmountOut,
    FundCode,
    Place,
    Reference,
    WithNote,
)
from services.donations.commands import charges as commands
from services.donations.domain.charges import Charge
from services.donations.queries import lists
from services.donations.repository.charges import charge_in
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/charges", tags=["funds"])


class NewCharge(Amount):
    """What a place took for its work, or gave back of that."""

    fund: FundCode = Field(description="the fund that bears it")
    place: Place
    reference: Reference = Field(description="PayPal's id of it, or how the bank's statement calls it")
    happened_on: Day
    back: bool = Field(default=False, description="it was given back")

    def charge(self) -> Charge:
        own = (self.money, self.reference, self.happened_on, self.back)
        return Charge(uuid7(), self.fund, self.place, *own)


class Charged(BaseModel):
    """It is booked: `id` is the charge's own, by which it can be undone."""

    id: UUID
    entry_id: UUID

    @classmethod
    def of(cls, done: commands.Charged) -> Self:
        return cls(id=done.id, entry_id=done.entry_id)


@router.post("", status_code=201, dependencies=[TREASURER])
async def charge(body: NewCharge, work: Work) -> Charged:
    """Book a charge that belongs to no payment and no transfer; PayPal's list finds it by its id."""

    async def do(unit: Unit) -> Charged | Refused:
        return shown(await commands.charge(unit, body.charge()), Charged.of)

    return await work.once(Charged, do)


@router.post("/{charge_id}/undo", dependencies=[TREASURER])
async def undo(charge_id: UUID, body: WithNote, work: Work) -> Charged:
    """A charge was booked by mistake; its reference is free again."""

    async def do(unit: Unit) -> Charged | Refused:
        return shown(await commands.undo(unit, charge_id, body.note), Charged.of)

    return await work.once(Charged, do)


class ChargeOut(BaseModel):
    """A charge, for whoever looks."""

    id: UUID
    fund: str
    place: str
    amount: AmountOut
    back: bool
    reference: str
    happened_on: date
    undone: bool
    entry_id: UUID
    actor: str = Field(description="who booked it, or undid it: a principal's id")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        found = charge_in(row)
        names = ("id", "fund", "place", "back", "reference", "happened_on", "undone")
        own = {name: row[name] for name in ("entry_id", "actor")}
        amount = AmountOut.of(found.amount.minor, found.amount.currency)
        return cls(**{name: getattr(found, name) for name in names}, amount=amount, **own)


@router.get("", dependencies=[LOOKING])
async def charges(session: Reading, after: After = None, limit: Limit = 100) -> Page[ChargeOut]:
    """Charges in the order in which they were booked, undone ones too."""
    found = await lists.charges(session, limit + 1, place_of(after))
    return page_of(found, limit, ChargeOut.of, lambda row: row["id"])
