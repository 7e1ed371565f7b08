"""Grants: who waits for money, agreeing, paying in parts, settling. Intake asks for them; nobody asks here."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import (
    TREASURER,
    Amount,
    AmountOut,
    MoneySettings,
    Place,
    Reference,
    WithNote,
)
from services.donations.commands import grants as commands
from services.donations.commands import payout_receipts
from services.donations.domain.deciding import approvals_needed
from services.donations.domain.grants import Grant
from services.donations.domain.payouts import NoReceipt
from services.donations.queries import lists
from services.donations.repository import payouts as repository
from services.donations.repository.grants import find as find_one
from services.donations.repository.grants import grant_in
from services.donations.settings import Settings
from shared.contracts.donations import GrantStatus, NotPaid
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/grants", tags=["grants"])
LOOKING = allows(Role.TREASURER, Role.CASEWORKER, Role.AUDITOR)
Payee = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="a code of your own; never a name",
        examples=["clinic-02"],
    ),
]

ReceiptNumber = Annotated[
    str,
    Field(
        max_length=40,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9./-]*$",
        description="a number or code; never a name",
        examples=["R-2006-17"],
    ),
]
Country = Annotated[
    str, Field(pattern=r"^[A-Z]{2}$", description="of the payee, by its code of ISO 3166", examples=["JP"])
]


class GrantOut(BaseModel):
    """A grant as it stands: `missing` is what it waits for, and be it that somebody agrees."""

    grant_id: UUID
    version: int = Field(description="of the request; whoever agrees says to which one")
    household_id: UUID | None
    case_id: UUID | None
    kind: str
    fund: str
    urgency: int
    asked_on: date
    status: GrantStatus
    wanted: AmountOut
    agreed_to: AmountOut = Field(
        description="so much may be set aside for it, by the limit or because people agreed"
    )
    set_aside: AmountOut
    carried: AmountOut = Field(description="promised to it too; a fieldworker has it")
    paid: AmountOut
    missing: AmountOut
    reason: str

    @classmethod
    def of(cls, grant: Grant) -> Self:
        return cls(**cls.values_of(grant))

    @classmethod
    def values_of(cls, grant: Grant) -> dict[str, object]:
        names = ("version", "household_id", "case_id", "kind", "urgency", "asked_on", "status", "reason")
        amounts = {
            name: AmountOut.of(getattr(grant, name), grant.currency)
            for name in ("wanted", "agreed_to", "set_aside", "carried", "paid", "missing")
        }
        same = {name: getattr(grant, name) for name in names}
        return {**same, **amounts, "grant_id": grant.id, "fund": grant.key.fund}


class GrantInList(GrantOut):
    """With how many have agreed, and how many have to."""

    agreed: int
    have_to_agree: int
    asked_by: str = Field(description="a principal's id; empty if nobody knows")
    raised_by: list[str] = Field(description="who asked for more since, by id; they do not decide either")

    @classmethod
    def in_list(cls, row: RowMapping, settings: Settings) -> Self:
        grant = grant_in(row)
        needed = approvals_needed(grant, settings.limits(grant.currency))
        return cls(
            **cls.values_of(grant),
            agreed=row["agreed"],
            have_to_agree=needed,
            asked_by=grant.asked_by,
            raised_by=[*grant.raised_by],
        )


class Search(BaseModel):
    """Which grants are wanted; what is left out does not matter."""

    kind: Annotated[str | None, Field(max_length=40)] = None
    household_id: UUID | None = None
    case_id: UUID | None = None
    short: bool | None = None
    ended: bool | None = None
    undecided: bool | None = None
    limit: Limit = 100
    after: After = None

    def filter(self) -> lists.GrantFilter:
        return lists.GrantFilter(
            self.kind, self.household_id, self.case_id, self.short, self.ended, self.undecided
        )


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, settings: MoneySettings, wanted: Annotated[Search, Query()]
) -> Page[GrantInList]:
    """Grants in the order of their requests; `short=true` are those that wait for money. Those that wait for somebody
    to agree, `undecided=true`, come by urgency, then age.
    """
    limit = wanted.limit
    found = await lists.grants(session, wanted.filter(), limit + 1, place_of(wanted.after))
    return page_of(found, limit, lambda row: GrantInList.in_list(row, settings), lambda row: row["id"])


class Agreeing(Body):
    """To which version of the request; 409 if it has changed since."""

    version: Annotated[int, Field(ge=1, le=2**31 - 1, description="as the list shows it", examples=[1])]


@router.post("/{grant_id}/approve", dependencies=[TREASURER])
async def approve(grant_id: UUID, body: Agreeing, work: Work, settings: MoneySettings) -> GrantOut:
    """Agree to a grant above the limit; above the higher limit two people do, and never who asked for it or for more.
    Money is set aside once enough have.

    So somebody has to be named who agrees, by a code of the group's own in the header `X-Relief-As`.
    """

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.approve(unit, settings.limits, grant_id, body.version), GrantOut.of)

    return await work.once(GrantOut, do)


class Refusing(Body):
    """Why."""

    reason: NotPaid


@router.post("/{grant_id}/refuse", dependencies=[TREASURER])
async def refuse(grant_id: UUID, body: Refusing, work: Work) -> GrantOut:
    """It is not paid; what was set aside goes to those who wait."""

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.refuse(unit, grant_id, body.reason.value), GrantOut.of)

    return await work.once(GrantOut, do)


class CameBack(Amount):
    """A part of a grant that comes back; in the grant's currency."""

    place: Place
    payee: Payee
    reference: Reference

    def payout(self) -> commands.Payout:
        return commands.Payout(self.money, self.place, self.payee, self.reference)


class Paying(CameBack):
    """A part of a grant that is paid, in the grant's currency, to somebody in this country."""

    country: Country

    def payout(self) -> commands.Payout:
        return replace(super().payout(), country=self.country)


@router.post("/{grant_id}/pay", dependencies=[TREASURER])
async def pay(grant_id: UUID, body: Paying, work: Work, settings: MoneySettings) -> GrantOut:
    """Pay a part of what is set aside, or all of it."""

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.pay(unit, settings.limits, grant_id, body.payout()), GrantOut.of)

    return await work.once(GrantOut, do)


@router.post("/{grant_id}/take-back", dependencies=[TREASURER])
async def take_back(grant_id: UUID, body: CameBack, work: Work) -> GrantOut:
    """Money that was paid came back, because less was needed."""

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.take_back(unit, grant_id, body.payout()), GrantOut.of)

    return await work.once(GrantOut, do)


class Settling(Body):
    """Why receipts are missing, if some are: `not_given`, `lost`, or because one would endanger somebody."""

    no_receipt: Literal["not_given", "lost", "endangers"] | None = None


@router.post("/{grant_id}/settle", dependencies=[TREASURER])
async def settle(grant_id: UUID, work: Work, body: Settling | None = None) -> GrantOut:
    """All that is going to be paid was paid; what is left over goes to those who wait.

    Refused (409) while the receipt of a payment is missing and nobody says why.
    """
    why = NoReceipt(body.no_receipt) if body and body.no_receipt else None

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.settle(unit, grant_id, why), GrantOut.of)

    return await work.once(GrantOut, do)


@router.post("/{grant_id}/payouts/{payout_id}/undo", dependencies=[TREASURER])
async def undo_payout(grant_id: UUID, payout_id: UUID, body: WithNote, work: Work) -> GrantOut:
    """A payment, or money that came back, was booked by mistake: the right one can be booked."""

    async def do(unit: Unit) -> GrantOut | Refused:
        return shown(await commands.undo_payout(unit, grant_id, payout_id, body.note), GrantOut.of)

    return await work.once(GrantOut, do)


class NewReceipt(Body):
    """Under which number the payee's receipt is filed."""

    receipt: ReceiptNumber


class ReceiptKept(BaseModel):
    """The receipt of a payment is written down."""

    payout_id: UUID
    receipt: str


@router.post("/{grant_id}/payouts/{payout_id}/receipt", dependencies=[TREASURER])
async def keep_receipt(grant_id: UUID, payout_id: UUID, body: NewReceipt, work: Work) -> ReceiptKept:
    """The payee's receipt of a payment has come."""

    async def do(unit: Unit) -> ReceiptKept | Refused:
        done = await payout_receipts.keep_receipt(unit, grant_id, payout_id, body.receipt)
        return shown(done, lambda _: ReceiptKept(payout_id=payout_id, receipt=body.receipt))

    return await work.once(ReceiptKept, do)


class LackingOut(BaseModel):
    """A payment of which there is no receipt yet."""

    payout_id: UUID
    grant_id: UUID
    amount: AmountOut
    payee: str
    reference: str
    on_day: date

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        same = {name: row[name] for name in ("grant_id", "payee", "reference", "on_day")}
        return cls(**same, payout_id=row["id"], amount=AmountOut.of(row["amount"], row["currency"]))


@router.get("/receipts-missing", dependencies=[LOOKING])
async def receipts_missing(session: Reading) -> list[LackingOut]:
    """Payments of grants of which nobody has written down the receipt, nor why there is none; the oldest first."""
    return [LackingOut.of(row) for row in await repository.without_receipt(session)]


class PayoutOut(BaseModel):
    """A part that was paid; below 0 it came back."""

    payout_id: UUID
    amount: int = Field(description="minor units of the grant's currency")
    place: str
    payee: str
    country: str = Field(description="where the payee is; empty for what a fieldworker paid, or came back")
    reference: str
    on_day: date
    receipt: str = Field(description="the number of the payee's receipt; empty if there is none")
    no_receipt: str = Field(description="why there is none, if somebody said it")
    undone: bool = Field(description="it was a mistake, and counts no more")
    actor: str


@router.get("/{grant_id}/payouts", dependencies=[LOOKING])
async def payouts(grant_id: UUID, session: Reading) -> list[PayoutOut]:
    """What was paid of a grant, and what came back."""
    accepted(await find_one(session, grant_id) or missing("such grant"))
    return [PayoutOut(payout_id=row["id"], **row) for row in await lists.payouts(session, grant_id)]
