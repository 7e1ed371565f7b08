"""Gifts by bank and in cash; all payments that came, and what somebody has to look at."""

from datetime import date
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping

from services.donations.api.models import (
    LOOKING,
    TREASURER,
    Amount,
    AmountOut,
    FundCode,
    Reference,
    WithNote,
    WithPurpose,
    in_order,
)
from services.donations.commands import gifts as commands
from services.donations.commands import placing, purposes
from services.donations.domain.funds import Purpose
from services.donations.domain.holds import hold_words
from services.donations.domain.payments import Payment
from services.donations.queries import lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(tags=["gifts"])


class NewGift(Amount):
    """A gift as a bank statement or a cash slip has it."""

    donor_id: UUID
    on_behalf_of: UUID | None = Field(default=None, description="another donor in whose name it is given")
    way: Literal["bank", "cash"]
    reference: Reference
    purpose: Purpose
    appeal_id: UUID | None = Field(default=None, description="given for this appeal, in its purpose")
    received_on: Day

    def slip(self) -> commands.Slip:
        return commands.Slip(
            donor_id=self.donor_id,
            way=self.way,
            reference=self.reference,
            amount=self.money,
            purpose=self.purpose.value,
            received_on=self.received_on,
            on_behalf_of=self.on_behalf_of,
            appeal_id=self.appeal_id,
        )


class PaymentKept(BaseModel):
    """A payment as it stands; `counts` is the share that still counts, in ten-thousandths."""

    payment_id: UUID
    version: int
    purpose: str
    gross: AmountOut
    refunded: AmountOut
    counts: int

    @classmethod
    def of(cls, payment: Payment) -> Self:
        return cls(
            payment_id=payment.id,
            version=payment.version,
            purpose=payment.purpose,
            gross=AmountOut.of(payment.gross, payment.currency),
            refunded=AmountOut.of(payment.refunded, payment.currency),
            counts=payment.counts,
        )


@router.post("/gifts", status_code=201, dependencies=[TREASURER])
async def receive(body: NewGift, work: Work) -> PaymentKept:
    """A gift came by bank or in cash. The reference is new for each: one slip is booked once."""

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await commands.receive(unit, body.slip()), PaymentKept.of)

    return await work.once(PaymentKept, do)


class Correction(WithNote):
    """What is right about a gift; what is left out stays."""

    amount: Amount | None = None
    purpose: Purpose | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.amount is None and self.purpose is None:
            raise ValueError("give an amount or a purpose")
        return self


@router.post("/payments/{payment_id}/correct", dependencies=[TREASURER])
async def correct(payment_id: UUID, body: Correction, work: Work) -> PaymentKept:
    """What was booked of a slip was wrong: it is undone today, and booked anew."""
    amount = body.amount.money if body.amount else None
    purpose = body.purpose.value if body.purpose else None

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await commands.correct(unit, payment_id, amount, purpose, body.note), PaymentKept.of)

    return await work.once(PaymentKept, do)


@router.post("/payments/{payment_id}/reverse", dependencies=[TREASURER])
async def reverse(payment_id: UUID, body: WithNote, work: Work) -> PaymentKept:
    """A slip was booked by mistake: nothing of it counts."""

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await commands.reverse(unit, payment_id, body.note), PaymentKept.of)

    return await work.once(PaymentKept, do)


class Assigning(WithPurpose):
    """What money is for."""

    appeal_id: UUID | None = Field(default=None, description="an appeal of this purpose")


@router.post("/payments/{payment_id}/assign", dependencies=[TREASURER])
async def assign(payment_id: UUID, body: Assigning, work: Work) -> PaymentKept:
    """The purpose of money that came without one."""

    async def do(unit: Unit) -> PaymentKept | Refused:
        done = await purposes.give_purpose(unit, payment_id, body.purpose.value, body.appeal_id)
        return shown(done, PaymentKept.of)

    return await work.once(PaymentKept, do)


@router.post("/payments/{payment_id}/unassign", dependencies=[TREASURER])
async def unassign(payment_id: UUID, work: Work) -> PaymentKept:
    """The purpose that was given to a payment of PayPal's is wrong: it waits for the right one."""

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await purposes.take_purpose_back(unit, payment_id), PaymentKept.of)

    return await work.once(PaymentKept, do)


class PaymentOut(BaseModel):
    """Money that came. `donor_id` is the donor as merged since, and `on_behalf_of` the one in whose name it was given;
    none of an anonymous one.
    """

    payment_id: UUID
    provider: str
    reference: str
    donor_id: UUID | None
    on_behalf_of: UUID | None
    purpose: str
    appeal_id: UUID | None
    happened_on: date
    gross: AmountOut
    fee: AmountOut | None
    refunded: AmountOut
    held: AmountOut
    apart: AmountOut = Field(description="beyond the months that it covers")
    apart_in: str = Field(description="the fund of that; `unassigned` waits for the treasurer")
    dispute: str
    reason: str
    hold_reason: str = Field(description="why PayPal holds it, or held it, as PayPal's code")
    hold_words: str = Field(description="what to do while it is held")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = (
            "hold_reason",
            "provider",
            "purpose",
            "appeal_id",
            "happened_on",
            "apart_in",
            "dispute",
            "reason",
        )
        currency = row["currency"]
        return cls(
            **{name: row[name] for name in names},
            payment_id=row["id"],
            reference=row["transaction_id"],
            donor_id=None if row["anonymous"] else row["kept_id"],
            on_behalf_of=row["behalf_id"],
            gross=AmountOut.of(row["gross"], currency),
            fee=None if row["fee"] is None else AmountOut.of(row["fee"], currency),
            refunded=AmountOut.of(row["refunded"], currency),
            held=AmountOut.of(row["held"], currency),
            hold_words=hold_words(row["hold_reason"]) if row["held"] else "",
            apart=AmountOut.of(row["apart"], currency),
        )


class Releasing(Body):
    """How many months a larger payment covers."""

    months: Annotated[int, Field(strict=True, ge=1, le=120)]


@router.post("/payments/{payment_id}/release", dependencies=[TREASURER])
async def release(payment_id: UUID, body: Releasing, work: Work) -> PaymentKept:
    """A payment of a monthly gift that would cover more than three months at once: say how many it covers at most."""

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await placing.release(unit, payment_id, body.months), PaymentKept.of)

    return await work.once(PaymentKept, do)


class Search(BaseModel):
    """Which payments are wanted; what is left out does not matter."""

    purpose: FundCode | None = None
    donor_id: UUID | None = None
    held: bool | None = None
    waiting: bool = Field(default=False, description="larger ones of which something waits for the treasurer")
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    limit: Limit = 100
    after: After = None

    def filter(self) -> lists.PaymentFilter:
        return lists.PaymentFilter(
            self.purpose, self.donor_id, self.held, self.first, self.last, self.waiting
        )


@router.get("/payments", dependencies=[LOOKING])
async def payments(session: Reading, wanted: Annotated[Search, Query()]) -> Page[PaymentOut]:
    """Payments that came, in the order in which they were heard of."""
    in_order(wanted.first, wanted.last)
    found = await lists.payments(session, wanted.filter(), wanted.limit + 1, place_of(wanted.after))
    return page_of(found, wanted.limit, PaymentOut.of, lambda row: row["id"])


class RefundOut(BaseModel):
    """A refund that waits for its payment, or that is different from what its payment can give back."""

    refund_id: str
    payment_id: UUID
    amount: AmountOut
    happened_on: date
    state: str

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names: dict[str, Any] = {
            name: row[name] for name in ("refund_id", "payment_id", "happened_on", "state")
        }
        return cls(**names, amount=AmountOut.of(row["amount"], row["currency"]))


@router.get("/refunds", dependencies=[LOOKING])
async def refunds(session: Reading) -> list[RefundOut]:
    """Refunds that are not booked: somebody has to look at them."""
    return [RefundOut.of(row) for row in await lists.refunds_to_look_at(session)]
