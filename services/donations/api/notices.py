"""What PayPal told us, for whoever has to look: which notices came and what became of them, without what they said; and
the change of the key under which that is kept.
"""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import AmountOut, MoneySettings
from services.donations.commands import notices as commands
from services.donations.commands.sealing import seal_anew
from services.donations.domain.notices import Became
from services.donations.queries import notices as lists
from services.donations.queries import pending
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["paypal"])
LOOKING = allows(Role.TREASURER, Role.OPERATOR, Role.AUDITOR)
Transaction = Annotated[str | None, Query(max_length=64, pattern=r"^[A-Za-z0-9-]+$")]


class NoticeOut(BaseModel):
    """A notice, and what became of it when it came."""

    notice_id: UUID
    way: str
    kind: str = Field(description="in PayPal's words", examples=["PAYMENT.SALE.COMPLETED"])
    received_at: datetime
    outcome: Became
    reference: str | None = Field(description="PayPal's id of the payment that it speaks of")
    event_id: str | None = Field(description="PayPal's id of the event; one that is sent again has the same")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        same = {name: row[name] for name in ("way", "received_at", "outcome", "event_id")}
        return cls(**same, notice_id=row["id"], kind=row["event_type"], reference=row["transaction_id"])


@router.get("/notices", dependencies=[LOOKING])
async def notices(
    session: Reading,
    outcome: Became | None = None,
    way: Literal["webhook", "ipn"] | None = None,
    reference: Transaction = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[NoticeOut]:
    """PayPal's notices in the order in which they came; those with the outcome `look` wait for somebody."""
    which = lists.NoticeFilter(outcome, way, reference)
    found = await lists.notices(session, which, limit + 1, place_of(after))
    return page_of(found, limit, NoticeOut.of, lambda row: row["id"])


class PendingOut(BaseModel):
    """A payment that PayPal says is pending: no gift yet. The reason is PayPal's code, if it says one."""

    reference: str
    amount: AmountOut
    reason: str = Field(examples=["echeck"])
    happened_on: date

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        amount = AmountOut.of(row["amount"], row["currency"])
        same = {name: row[name] for name in ("reason", "happened_on")}
        return cls(**same, reference=row["transaction_id"], amount=amount)


@router.get("/payments/pending", dependencies=[LOOKING])
async def pending_payments(session: Reading) -> list[PendingOut]:
    """Payments that are pending with PayPal, the oldest first; one that comes or is denied is gone from here."""
    return [PendingOut.of(row) for row in await pending.pending(session)]


class Seen(BaseModel):
    """It is over."""

    notice_id: UUID
    outcome: Became


@router.post("/notices/{notice_id}/seen", dependencies=[allows(Role.TREASURER)])
async def see(notice_id: UUID, work: Work) -> Seen:
    """A notice with the outcome `look` was looked at, and what it told of is booked by hand, or nothing was to be."""

    async def do(unit: Unit) -> Seen | Refused:
        return shown(
            await commands.see(unit, notice_id), lambda became: Seen(notice_id=notice_id, outcome=became)
        )

    return await work.once(Seen, do)


class SealedAnew(BaseModel):
    """How far the change of the key is."""

    sealed: int = Field(description="notices that were sealed anew now")
    left: int = Field(
        description="notices that still need the older key; send the request again until it is 0"
    )


@router.post("/notices/seal-anew", dependencies=[allows(Role.OPERATOR)])
async def seal_notices_anew(work: Work, settings: MoneySettings) -> SealedAnew:
    """Seal what PayPal sent with the newer of the two keys, 500 notices at a time."""

    async def do(unit: Unit) -> SealedAnew:
        return SealedAnew(**vars(await seal_anew(unit, settings.seal)))

    return await work.once(SealedAnew, do)
