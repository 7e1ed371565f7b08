"""The books: trial balance, entries, months that are closed."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse, StreamingResponse
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import LOOKING, TREASURER, AmountOut
from services.donations.commands import funds as commands
from services.donations.queries import balances, beancount, lists
from shared.messaging.day import today_of
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import OpenUnits, Reading, Work

router = APIRouter(tags=["books"])


class AccountOut(BaseModel):
    """An account and what stands on it: above 0 a debit, below 0 a credit."""

    account: str = Field(examples=["income.food.JPY"])
    kind: str
    fund: str
    amount: AmountOut


class TrialBalance(BaseModel):
    """All accounts at the end of a day; `off` is what is out of balance, by currency: nothing, if all is well."""

    day: date
    accounts: list[AccountOut]
    off: dict[str, int]


@router.get("/trial-balance", dependencies=[LOOKING])
async def trial_balance(session: Reading, day: Day | None = None) -> TrialBalance:
    """What stands on each account at the end of a day, today if none is given."""
    at = day or await today_of(session)
    rows = await balances.trial_balance(session, at)
    off: dict[str, int] = {}
    for row in rows:
        off[row["currency"]] = off.get(row["currency"], 0) + int(row["amount"])
    accounts = [
        AccountOut(
            account=row["code"],
            kind=row["kind"],
            fund=row["fund"],
            amount=AmountOut.of(int(row["amount"]), row["currency"]),
        )
        for row in rows
    ]
    return TrialBalance(day=at, accounts=accounts, off={key: minor for key, minor in off.items() if minor})


@router.get(
    "/ledger.beancount",
    dependencies=[LOOKING],
    response_class=PlainTextResponse,
    responses={200: {"description": "the ledger as text for `bean-check`"}},
)
async def ledger(units: OpenUnits, day: Day | None = None) -> StreamingResponse:
    """The whole ledger to the end of a day, for beancount, which proves the kept totals by the lines."""
    return StreamingResponse(_written(units, day), media_type="text/plain; charset=utf-8")


async def _written(units: Units, day: date | None) -> AsyncIterator[str]:
    async with units.read() as session:
        async for piece in beancount.ledger(session, day):
            yield piece


class LineOut(BaseModel):
    """A line of an entry, in minor units of its account's currency."""

    account: str
    amount: int


class EntryOut(BaseModel):
    """Something that happened to money, and under which day it is booked."""

    id: UUID
    at: datetime = Field(description="when it was written down, UTC")
    on_day: date
    happened_on: date
    kind: str
    document_id: UUID | None
    reverses: UUID | None
    actor: str = Field(description="who decided: a principal's id")
    lines: list[LineOut]

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**row)


@router.get("/entries", dependencies=[LOOKING])
async def entries(
    session: Reading, document_id: UUID | None = None, after: After = None, limit: Limit = 100
) -> Page[EntryOut]:
    """The ledger, the oldest entry first; with `document_id` those of one payment, grant or decision."""
    found = await lists.entries(session, limit + 1, place_of(after), document_id)
    return page_of(found, limit, EntryOut.of, lambda row: row["id"])


class Month(Body):
    """A month that is over."""

    month: Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", max_length=7, examples=["2006-10"])]


class MonthClosed(BaseModel):
    """Nothing is booked any more in this month and all before it."""

    month: date


@router.post("/closed-months", status_code=201, dependencies=[TREASURER])
async def close_month(body: Month, work: Work) -> MonthClosed:
    """Close a month and all before it. What becomes known later is booked in the open month."""
    month = date.fromisoformat(f"{body.month}-01")

    async def do(unit: Unit) -> MonthClosed | Refused:
        return shown(await commands.close_month(unit, month), lambda done: MonthClosed(month=done.month))

    return await work.once(MonthClosed, do, alone=True)
