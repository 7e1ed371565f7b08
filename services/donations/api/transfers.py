"""Money between the group's own places, and what it had when these books began."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import (
    LOOKING,
    TREASURER,
    Amount,
    AmountOut,
    FundCode,
    Note,
    Place,
    Reference,
    WithNote,
)
from services.donations.commands import transfers as commands
from services.donations.domain.funds import Purpose
from services.donations.domain.transfers import Transfer
from services.donations.queries import lists
from services.donations.repository.transfers import transfer_in
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(tags=["funds"])


class Arriving(Body):
    """When it came, and what was kept of it on the way."""

    arrived_on: Day
    fee: Amount | None = None
    fee_fund: Purpose = Field(default=Purpose.GENERAL, description="the fund that bears the fee")

    def came(self) -> commands.Arrival:
        return commands.Arrival(self.arrived_on, self.fee.money if self.fee else None, self.fee_fund.value)


class NewTransfer(Amount):
    """Money that left a place of the group's for another one; with `arrival` it came, else it is on its way."""

    from_place: Place
    to_place: Place
    reference: Annotated[Reference, Field(description="PayPal's id of it, if one of the places is PayPal")]
    left_on: Day
    arrival: Arriving | None = None

    def transfer(self) -> commands.NewTransfer:
        return commands.NewTransfer(self.from_place, self.to_place, self.money, self.reference, self.left_on)


class TransferOut(BaseModel):
    """A transfer as it stands: without `arrived_on` it is on its way. Answers are kept for repeats, so what somebody
    typed is in none of them.
    """

    transfer_id: UUID
    from_place: str
    to_place: str
    amount: AmountOut
    fee: AmountOut
    fee_fund: str
    left_on: date
    arrived_on: date | None
    undone: bool

    @classmethod
    def of(cls, transfer: Transfer) -> Self:
        names = ("from_place", "to_place", "fee_fund", "left_on", "arrived_on", "undone")
        return cls(
            transfer_id=transfer.id,
            **{name: getattr(transfer, name) for name in names},
            amount=AmountOut.of(transfer.amount, transfer.currency),
            fee=AmountOut.of(transfer.fee, transfer.currency),
        )


class ListedTransfer(TransferOut):
    """A transfer with its reference, for whoever looks."""

    reference: str

    @classmethod
    def listed(cls, transfer: Transfer) -> Self:
        return cls(**TransferOut.of(transfer).model_dump(), reference=transfer.reference)


@router.post("/transfers", status_code=201, dependencies=[TREASURER])
async def send(body: NewTransfer, work: Work) -> TransferOut:
    """Money goes from PayPal to the bank, from the bank to the till, or back; PayPal's list finds it by its id."""
    arrival = body.arrival.came() if body.arrival else None

    async def do(unit: Unit) -> TransferOut | Refused:
        return shown(await commands.send(unit, body.transfer(), arrival), TransferOut.of)

    return await work.once(TransferOut, do)


@router.post("/transfers/{transfer_id}/arrive", dependencies=[TREASURER])
async def arrive(transfer_id: UUID, body: Arriving, work: Work) -> TransferOut:
    """A transfer that was on its way came."""

    async def do(unit: Unit) -> TransferOut | Refused:
        return shown(await commands.arrive(unit, transfer_id, body.came()), TransferOut.of)

    return await work.once(TransferOut, do)


@router.post("/transfers/{transfer_id}/undo", dependencies=[TREASURER])
async def undo(transfer_id: UUID, body: WithNote, work: Work) -> TransferOut:
    """A transfer was booked by mistake; its reference is free again."""

    async def do(unit: Unit) -> TransferOut | Refused:
        return shown(await commands.undo(unit, transfer_id, body.note), TransferOut.of)

    return await work.once(TransferOut, do)


@router.get("/transfers", dependencies=[LOOKING])
async def find(session: Reading, limit: Limit = 100, after: After = None) -> Page[ListedTransfer]:
    """Transfers in the order in which they were booked, undone ones too."""
    found = await lists.transfers(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ListedTransfer.listed(transfer_in(row)), lambda row: row["id"])


class NewOpening(Amount):
    """What a fund had in one place when these books began."""

    fund: FundCode
    place: Place
    on_day: Day
    note: Note

    def opening(self) -> commands.Opening:
        return commands.Opening(self.fund, self.place, self.money, self.on_day, self.note)


class Opened(BaseModel):
    """It is booked."""

    id: UUID
    entry_id: UUID

    @classmethod
    def of(cls, done: commands.Opened) -> Self:
        return cls(id=done.id, entry_id=done.entry_id)


@router.post("/openings", status_code=201, dependencies=[TREASURER])
async def open_balance(body: NewOpening, work: Work) -> Opened:
    """Book what a fund had in one place and currency: once each. It is no gift, and counts as raised nowhere."""

    async def do(unit: Unit) -> Opened | Refused:
        return shown(await commands.open_balance(unit, body.opening()), Opened.of)

    return await work.once(Opened, do)


@router.post("/openings/{opening_id}/undo", dependencies=[TREASURER])
async def undo_opening(opening_id: UUID, body: WithNote, work: Work) -> Opened:
    """An opening balance was wrong: the right one can be booked."""

    async def do(unit: Unit) -> Opened | Refused:
        return shown(await commands.undo_opening(unit, opening_id, body.note), Opened.of)

    return await work.once(Opened, do)


class OpeningOut(BaseModel):
    """What a fund had in one place when these books began."""

    id: UUID
    fund: str
    place: str
    amount: AmountOut
    on_day: date
    note: str | None
    undone: bool
    actor: str = Field(description="who decided: a principal's id")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = ("id", "fund", "place", "on_day", "note", "undone", "actor")
        amount = AmountOut.of(row["amount"], row["currency"])
        return cls(**{name: row[name] for name in names}, amount=amount)


@router.get("/openings", dependencies=[LOOKING])
async def openings(session: Reading) -> list[OpeningOut]:
    """What funds had when these books began, undone ones too."""
    return [OpeningOut.of(row) for row in await lists.openings(session)]
