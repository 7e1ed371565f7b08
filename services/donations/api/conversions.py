"""Money of funds that a bank or PayPal changed into another currency."""

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
    MoneySettings,
    Note,
    Place,
    Reference,
    WithNote,
)
from services.donations.commands import conversions as commands
from services.donations.domain.conversions import Conversion
from services.donations.queries import lists
from services.donations.repository.conversions import conversion_in
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/conversions", tags=["funds"])


class NewConversion(Body):
    """Money of a fund that a bank or PayPal changed into another currency."""

    fund: FundCode
    place: Place
    given: Amount
    got: Amount
    happened_on: Day
    reference: Reference | None = Field(
        default=None, description="how the place calls it; at PayPal the id that both rows refer to"
    )
    appeal_id: UUID | None = Field(
        default=None,
        description="an appeal of this fund, in the currency that was got: it counts as raised for it",
    )
    note: Note | None = Field(default=None, description="why it is meant, if it is far from the day's rate")

    def conversion(self) -> Conversion:
        amounts = (self.given.money, self.got.money)
        return Conversion(
            uuid7(),
            self.fund,
            self.place,
            *amounts,
            self.happened_on,
            self.note,
            reference=self.reference,
            appeal_id=self.appeal_id,
        )


class Converted(BaseModel):
    """It is booked: `id` is the conversion's own, by which it can be undone."""

    id: UUID
    entry_id: UUID

    @classmethod
    def of(cls, done: commands.Converted) -> Self:
        return cls(id=done.id, entry_id=done.entry_id)


@router.post("", status_code=201, dependencies=[TREASURER])
async def convert(body: NewConversion, work: Work, settings: MoneySettings) -> Converted:
    """A conversion, with both amounts as the bank gave them; no rate is reckoned with, but a known one is looked at."""

    async def do(unit: Unit) -> Converted | Refused:
        done = await commands.convert(unit, body.conversion(), settings.conversion_percent)
        return shown(done, Converted.of)

    return await work.once(Converted, do)


@router.post("/{conversion_id}/undo", dependencies=[TREASURER])
async def undo(conversion_id: UUID, body: WithNote, work: Work) -> Converted:
    """A conversion was booked by mistake: the right one can be booked."""

    async def do(unit: Unit) -> Converted | Refused:
        return shown(await commands.undo(unit, conversion_id, body.note), Converted.of)

    return await work.once(Converted, do)


class ConversionOut(BaseModel):
    """Money that was changed."""

    id: UUID
    fund: str
    place: str
    given: AmountOut
    got: AmountOut
    happened_on: date
    reference: str | None
    appeal_id: UUID | None
    note: str | None
    undone: bool
    entry_id: UUID
    actor: str = Field(description="who booked it, or undid it: a principal's id")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        found = conversion_in(row)
        names = ("id", "fund", "place", "happened_on", "reference", "appeal_id", "note", "undone")
        amounts = {
            name: AmountOut.of(each.minor, each.currency)
            for name, each in (("given", found.given), ("got", found.got))
        }
        own = {name: row[name] for name in ("entry_id", "actor")}
        return cls(**{name: getattr(found, name) for name in names}, **amounts, **own)


@router.get("", dependencies=[LOOKING])
async def conversions(session: Reading, after: After = None, limit: Limit = 100) -> Page[ConversionOut]:
    """Conversions in the order in which they were booked, undone ones too."""
    found = await lists.conversions(session, limit + 1, place_of(after))
    return page_of(found, limit, ConversionOut.of, lambda row: row["id"])
