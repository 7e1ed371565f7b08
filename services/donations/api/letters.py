"""Receipts and yearly statements: issuing them, listing them, and the PDF itself. No list holds a name."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.models import LOOKING, TREASURER, AmountOut, Body, MoneySettings, shown
from services.donations.commands import letters as commands
from services.donations.domain.letters import LetterState, Reader, Receipt
from services.donations.printing.words import Language
from services.donations.queries import letters as queries
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(tags=["letters"])
Series = Annotated[
    str | None, Query(max_length=7, pattern=r"^\d{4}(/\d{2})?$", description="like 2006, or 2006/07")
]
Year = Annotated[int, Field(ge=1990, le=2100)]


class PdfResponse(Response):
    """A PDF, which nobody keeps on its way."""

    media_type = "application/pdf"


class InLanguage(Body):
    """A letter is written in its donor's language if none is named."""

    language: Language | None = None


class ForYear(InLanguage):
    """A calendar year, as donors' taxes go by it."""

    year: Year


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


class StatementKept(BaseModel):
    """A statement of a year, with a sum for each currency: currencies are never added."""

    statement_id: UUID
    donor_id: UUID
    year: int
    sums: list[AmountOut]

    @classmethod
    def of(cls, statement: commands.Statement) -> Self:
        sums: dict[str, int] = {}
        for each in statement.lines:
            sums[each.money.currency] = sums.get(each.money.currency, 0) + each.money.minor
        return cls(
            statement_id=statement.id,
            donor_id=statement.donor_id,
            year=statement.year,
            sums=_sums(sums),
        )


def _sums(sums: dict[str, int] | None) -> list[AmountOut]:
    return [AmountOut.of(int(minor), currency) for currency, minor in sorted((sums or {}).items())]


@router.post("/donors/{donor_id}/statements", status_code=201, dependencies=[TREASURER])
async def issue_statement(
    donor_id: UUID, body: ForYear, work: Work, settings: MoneySettings
) -> StatementKept:
    """What a donor gave in a calendar year. While nothing is different it is the statement that there is."""

    async def do(unit: Unit) -> StatementKept | Refused:
        done = await commands.issue_statement(unit, settings.office, donor_id, body.year, body.language)
        return shown(done, StatementKept.of)

    return await work.once(StatementKept, do)


class LetterOut(BaseModel):
    """A letter in a list. `donor_id` is the donor as merged since; none of an anonymous one."""

    donor_id: UUID | None
    issued_on: date
    state: LetterState
    reason: str = Field(description="why it is no longer valid; empty while it is")
    ended_on: date | None
    actor: str = Field(description="who decided: a principal's id")

    @staticmethod
    def _shared(row: RowMapping) -> dict[str, Any]:
        names = ("issued_on", "state", "reason", "ended_on", "actor")
        donor_id = None if row["anonymous"] else row["kept_id"]
        return {**{name: row[name] for name in names}, "donor_id": donor_id}


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
            **cls._shared(row),
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


class StatementOut(LetterOut):
    """A statement in a list."""

    statement_id: UUID
    year: int
    sums: list[AmountOut]

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**cls._shared(row), statement_id=row["id"], year=row["year"], sums=_sums(row["sums"]))


@router.get("/statements", dependencies=[LOOKING])
async def statements(
    session: Reading,
    year: Annotated[Year | None, Query()] = None,
    state: LetterState | None = None,
    donor_id: UUID | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[StatementOut]:
    """All yearly statements in the order in which they were issued."""
    which = queries.LetterFilter(donor_id, state and state.value)
    found = await queries.statements(session, which, limit + 1, place_of(after), year)
    return page_of(found, limit, StatementOut.of, lambda row: row["id"])


class Looking(Body):
    """Why somebody needs to see a letter. In the body, for addresses are logged on their way."""

    reason: Reader


async def _shown(
    letter_id: UUID, what: str, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.show(unit, settings.office, letter_id, what, looking.reason))
    name = f"{found.letter.kind}-{found.letter.issued_on}-{what}.pdf"
    headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="{name}"'}
    return PdfResponse(found.pdf, headers=headers)


@router.post("/letters/{letter_id}/original", response_class=PdfResponse, dependencies=[TREASURER])
async def original(
    letter_id: UUID, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    """A receipt or statement as it was issued, while it is valid; who is shown it, and why, is kept."""
    return await _shown(letter_id, commands.ORIGINAL, looking, units, reader, settings)


@router.post("/letters/{letter_id}/copy", response_class=PdfResponse, dependencies=[TREASURER])
async def copy(
    letter_id: UUID, looking: Looking, units: OpenUnits, reader: Asking, settings: MoneySettings
) -> PdfResponse:
    """A copy, which says that it is one, and that it is void if it is; who is shown it, and why, is kept."""
    return await _shown(letter_id, commands.COPY, looking, units, reader, settings)


class ReadingOut(BaseModel):
    """Somebody was shown a letter: the original or a copy."""

    at: datetime = Field(description="UTC")
    actor: str
    letter_id: UUID
    what: str
    reason: Reader


@router.get("/letters/readings", dependencies=[LOOKING])
async def readings(session: Reading, after: After = None, limit: Limit = 100) -> Page[ReadingOut]:
    """Who was shown letters, and why, the oldest first."""
    found = await queries.readings(session, limit + 1, place_of(after))
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
