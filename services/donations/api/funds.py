"""Funds: what they have, their statements, money for another purpose."""

from dataclasses import replace
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
    FundCode,
    Note,
    WithNote,
    in_order,
)
from services.donations.commands import funds as commands
from services.donations.domain.funds import Fund, FundKey
from services.donations.queries import balances, lending, lists
from services.donations.repository import books
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Currency, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["funds"])


class FundOut(BaseModel):
    """What a fund has in one currency: `free` can be promised; PayPal holds the `held`, or fieldworkers do."""

    fund: str
    currency: str
    balance: AmountOut
    held: AmountOut
    set_aside: AmountOut
    free: AmountOut

    @classmethod
    def of(cls, fund: Fund) -> Self:
        name, currency = fund.key
        amounts = {each: getattr(fund, each) for each in ("balance", "held", "set_aside", "free")}
        shown_as = {each: AmountOut.of(minor, currency) for each, minor in amounts.items()}
        return cls(fund=name, currency=currency, **shown_as)


@router.get("/funds", dependencies=[allows(*Role)])
async def funds(session: Reading) -> list[FundOut]:
    """All funds in the currencies in which they have something."""
    return [FundOut.of(each) for each in await books.funds(session) if each.balance]


class StatementOut(BaseModel):
    """A fund in one currency over some days: before the first, why it changed, and after the last of them."""

    fund: str
    currency: str
    first: date
    last: date
    before: AmountOut
    changes: dict[str, AmountOut] = Field(description="by kind of account; above 0 came to the fund")
    after: AmountOut
    held: AmountOut
    advanced: AmountOut = Field(description="fieldworkers carry it")
    uncovered: AmountOut = Field(description="refunded after it was spent, and not covered")


@router.get("/funds/{fund}/statement", dependencies=[LOOKING])
async def statement(
    fund: FundCode,
    session: Reading,
    currency: Currency,
    first: Annotated[Day, Query(alias="from")],
    last: Annotated[Day, Query(alias="to")],
) -> StatementOut:
    """The statement of a fund for any days, past ones too; both are included."""
    in_order(first, last)
    found = await balances.statement(session, FundKey(fund, currency), first, last)
    return StatementOut(
        fund=fund,
        currency=currency,
        first=first,
        last=last,
        before=AmountOut.of(found.before, currency),
        changes={kind: AmountOut.of(minor, currency) for kind, minor in found.changes.items()},
        after=AmountOut.of(found.after, currency),
        held=AmountOut.of(found.held, currency),
        advanced=AmountOut.of(found.advanced, currency),
        uncovered=AmountOut.of(found.uncovered, currency),
    )


class NewMove(Amount):
    """Money of one fund that is to be for another purpose."""

    from_fund: FundCode
    to_fund: FundCode
    note: Note
    pay_back_on: Day | None = Field(default=None, description="of a loan between funds")

    def move(self) -> commands.Move:
        return commands.Move(self.from_fund, self.to_fund, self.money, self.note, self.pay_back_on)


class Decided(BaseModel):
    """It is decided and booked."""

    id: UUID
    entry_id: UUID


class NewDecision(NewMove):
    """The same, or what is paid back of a loan."""

    pays_back: UUID | None = Field(default=None, description="the loan that is paid back, or a part of it")

    def move(self) -> commands.Move:
        return replace(super().move(), pays_back=self.pays_back)


def _decided(done: commands.Decided) -> Decided:
    return Decided(id=done.id, entry_id=done.entry_id)


@router.post("/decisions", status_code=201, dependencies=[TREASURER])
async def decide(body: NewDecision, work: Work) -> Decided:
    """Money of one purpose goes to another one; the decision is kept with who took it."""

    async def do(unit: Unit) -> Decided | Refused:
        return shown(await commands.move(unit, body.move()), _decided)

    return await work.once(Decided, do)


@router.post("/coverings", status_code=201, dependencies=[TREASURER])
async def cover(body: NewMove, work: Work) -> Decided:
    """One fund covers what another one refunded after it had spent it."""

    async def do(unit: Unit) -> Decided | Refused:
        return shown(await commands.cover(unit, body.move()), _decided)

    return await work.once(Decided, do)


@router.post("/decisions/{decision_id}/undo", dependencies=[TREASURER])
async def undo(decision_id: UUID, body: WithNote, work: Work) -> Decided:
    """A decision or a covering was a mistake: the first fund has its money again, if the other one still has it."""

    async def do(unit: Unit) -> Decided | Refused:
        return shown(await commands.undo(unit, decision_id, body.note), _decided)

    return await work.once(Decided, do)


class DecisionOut(BaseModel):
    """Money that went to another purpose."""

    id: UUID
    on_day: date
    from_fund: str
    to_fund: str
    amount: AmountOut
    pay_back_on: date | None
    pays_back: UUID | None
    note: str | None
    undone: bool
    entry_id: UUID
    actor: str = Field(description="who decided, or undid it: a principal's id")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = set(cls.model_fields) - {"amount"}
        return cls(**{name: row[name] for name in names}, amount=AmountOut.of(row["amount"], row["currency"]))


@router.get("/decisions", dependencies=[LOOKING])
async def decisions(session: Reading, after: After = None, limit: Limit = 100) -> Page[DecisionOut]:
    """Decisions about money for another purpose, the oldest first."""
    found = await lists.decisions(session, limit + 1, place_of(after))
    return page_of(found, limit, DecisionOut.of, lambda row: row["id"])


class LoanOut(BaseModel):
    """Money that one fund owes another one."""

    decision_id: UUID
    from_fund: str = Field(description="it lent the money")
    to_fund: str = Field(description="it owes the money")
    amount: AmountOut
    left: AmountOut = Field(description="to be paid back")
    pay_back_on: date
    overdue: bool

    @classmethod
    def of(cls, row: RowMapping, today: date) -> Self:
        amounts = {name: AmountOut.of(int(row[name]), row["currency"]) for name in ("amount", "left")}
        same = {name: row[name] for name in ("from_fund", "to_fund", "pay_back_on")}
        return cls(**same, **amounts, decision_id=row["id"], overdue=row["pay_back_on"] < today)


@router.get("/loans", dependencies=[LOOKING])
async def loans(session: Reading) -> list[LoanOut]:
    """Loans between funds that are not paid back, the first due first. They are paid back by a decision."""
    today = await today_of(session)
    return [LoanOut.of(row, today) for row in await lending.loans(session)]


class UncoveredOut(BaseModel):
    """What a fund refunded after it had spent it."""

    fund: str
    amount: AmountOut


@router.get("/uncovered", dependencies=[LOOKING])
async def uncovered(session: Reading) -> list[UncoveredOut]:
    """What is to be covered from other funds."""
    return [
        UncoveredOut(fund=row["fund"], amount=AmountOut.of(int(row["amount"]), row["currency"]))
        for row in await lists.uncovered(session)
    ]
