"""Disputes about payments: which are open, and what those came to of which PayPal does not say it."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.gifts import PaymentKept
from services.donations.api.models import LOOKING, TREASURER, Amount, AmountOut
from services.donations.commands import disputes as commands
from services.donations.queries import lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(tags=["gifts"])


class DisputeOut(BaseModel):
    """A payment that somebody disputes; `left` is what was not given back of it."""

    payment_id: UUID
    reference: str
    purpose: str
    happened_on: date
    left: AmountOut
    held: AmountOut
    unclear: bool = Field(description="it is over, and PayPal does not say for whom: settle it")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        currency = row["currency"]
        return cls(
            payment_id=row["id"],
            reference=row["transaction_id"],
            purpose=row["purpose"],
            happened_on=row["happened_on"],
            left=AmountOut.of(row["gross"] - row["refunded"], currency),
            held=AmountOut.of(row["held"], currency),
            unclear=row["dispute_unclear"],
        )


@router.get("/disputes", dependencies=[LOOKING])
async def disputes(session: Reading, limit: Limit = 100, after: After = None) -> Page[DisputeOut]:
    """Payments of which a dispute is open; their money is held."""
    found = await lists.disputes(session, limit + 1, place_of(after))
    return page_of(found, limit, DisputeOut.of, lambda row: row["id"])


class Settling(Body):
    """What was lost; nothing, if it is left out."""

    lost: Amount | None = None


@router.post("/payments/{payment_id}/settle-dispute", dependencies=[TREASURER])
async def settle(payment_id: UUID, body: Settling, work: Work) -> PaymentKept:
    """Say what a dispute came to, as PayPal's own pages show it: what was lost goes back, the rest is free again."""
    lost = body.lost.money if body.lost else None

    async def do(unit: Unit) -> PaymentKept | Refused:
        return shown(await commands.settle_dispute(unit, payment_id, lost), PaymentKept.of)

    return await work.once(PaymentKept, do)
