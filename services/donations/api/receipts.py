"""Receipts: issuing them, and the list of all numbers. No answer holds a name."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.letters import InLanguage, LetterOut
from services.donations.api.models import LOOKING, TREASURER, AmountOut, MoneySettings
from services.donations.commands import receipts as commands
from services.donations.domain.letters import LetterState, Receipt
from services.donations.queries import letters as queries
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(tags=["letters"])
Series = Annotated[
    str | None, Query(max_length=7, pattern=r"^\d{4}(/\d{2})?$", description="like 2006, or 2006/07")
]


class ReceiptKept(BaseModel):
    """A receipt, and the number that people know it by."""

    receipt_id: UUID
    number: str = Field(examples=["2006-17"])
    payment_id: UUID
    amount: AmountOut
    received_on: date
    issued_on: date

    @classmethod
    def of(cls, receipt: Receipt) -> Self:
        return cls(
            receipt_id=receipt.id,
            number=receipt.words,
            payment_id=receipt.payment_id,
            amount=AmountOut.of(receipt.amount, receipt.currency),
            received_on=receipt.received_on,
            issued_on=receipt.issued_on,
        )


@router.post("/payments/{payment_id}/receipt", status_code=201, dependencies=[TREASURER])
async def issue_receipt(
    payment_id: UUID, body: InLanguage, work: Work, settings: MoneySettings
) -> ReceiptKept:
    """The receipt of a payment: a payment has one, however often it is asked for."""

    async def do(unit: Unit) -> ReceiptKept | Refused:
        done = await commands.issue_receipt(unit, settings.office, payment_id, body.language)
        return shown(done, ReceiptKept.of)

    return await work.once(ReceiptKept, do)


class ReceiptOut(LetterOut):
    """A receipt in a list; one that is replaced names the receipt that took its place."""

    receipt_id: UUID
    number: str
    payment_id: UUID
    amount: AmountOut
    received_on: date
    refund_id: str | None
    replaced_by: UUID | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = ("payment_id", "received_on", "refund_id", "replaced_by")
        return cls(
            **cls.shared_by(row),
            **{name: row[name] for name in names},
            receipt_id=row["id"],
            number=f"{row['series']}-{row['number']}",
            amount=AmountOut.of(row["amount"], row["currency"]),
        )


@router.get("/receipts", dependencies=[LOOKING])
async def receipts(
    session: Reading,
    series: Series = None,
    state: LetterState | None = None,
    donor_id: UUID | None = None,
    payment_id: UUID | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[ReceiptOut]:
    """All receipts in the order in which they were asked for, those that are void or replaced with the reason."""
    which = queries.LetterFilter(donor_id, state and state.value)
    found = await queries.receipts(
        session, which, limit + 1, place_of(after), series=series, payment_id=payment_id
    )
    return page_of(found, limit, ReceiptOut.of, lambda row: row["id"])
