"""Receipts and statements without names: rows to values and back. What they say lies behind `contacts`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping, Select, extract, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.letters import LetterState, Receipt
from services.donations.domain.money import Money
from services.donations.repository import payments
from services.donations.tables import (
    GIFT,
    PAYMENT,
    RECEIPT,
    RECEIPT_SERIES,
    REFUND,
    STATEMENT,
    STATEMENT_LINE,
)
from shared.messaging.unit import Unit

REPRINT = "reprint_receipts"
"""The reminder that receipts are no longer true, and that others have to take their place."""
_COLUMNS = tuple(field.name for field in fields(Receipt))
_TO_REPLACE = (RECEIPT.c.state == LetterState.REPLACED.value, RECEIPT.c.replaced_by.is_(None))


@dataclass(frozen=True)
class Line:
    """What a statement says of a payment."""

    payment_id: UUID
    received_on: date
    purpose: str
    money: Money


async def take_number(session: AsyncSession, series: str) -> int:
    """The next number of a series, which is locked until the unit ends: if the unit is undone, so is the number."""
    taking = insert(RECEIPT_SERIES).values(series=series, last=1)
    last = RECEIPT_SERIES.c.last + 1
    taking = taking.on_conflict_do_update(index_elements=["series"], set_={"last": last})
    number: int = (await session.execute(taking.returning(RECEIPT_SERIES.c.last))).scalar_one()
    return number


def add_receipt(unit: Unit, receipt: Receipt) -> None:
    """Keep a new receipt; its letter is kept in the same unit."""
    unit.writes.insert(RECEIPT, [_values(receipt, unit)])


def change_receipt(unit: Unit, receipt: Receipt) -> None:
    """Give a receipt new values; its payment is locked."""
    unit.writes.change(RECEIPT, [_values(receipt, unit)])


def _values(receipt: Receipt, unit: Unit) -> dict[str, object]:
    values = {name: getattr(receipt, name) for name in _COLUMNS}
    return {**values, "state": receipt.state.value, "actor": unit.actor.id}


def receipt_in(row: RowMapping) -> Receipt:
    """What a row holds."""
    return Receipt(**{**{name: row[name] for name in _COLUMNS}, "state": LetterState(row["state"])})


async def standing_receipt(session: AsyncSession, payment_id: UUID) -> Receipt | None:
    """The receipt of a locked payment that is valid, or that another one has to take the place of."""
    row = RECEIPT.c
    waits = (row.state == LetterState.REPLACED.value) & row.replaced_by.is_(None)
    query = select(RECEIPT).where(
        row.payment_id == payment_id, (row.state == LetterState.ISSUED.value) | waits
    )
    found = (await session.execute(query)).mappings().one_or_none()
    return receipt_in(found) if found else None


async def next_to_replace(session: AsyncSession) -> UUID | None:
    """A payment whose receipt another one has to take the place of."""
    return await session.scalar(
        select(RECEIPT.c.payment_id).where(*_TO_REPLACE).order_by(RECEIPT.c.id).limit(1)
    )


async def to_replace(session: AsyncSession) -> int:
    """How many receipts wait for the one that takes their place."""
    return await session.scalar(select(func.count()).select_from(RECEIPT).where(*_TO_REPLACE)) or 0


async def newest_refund(session: AsyncSession, payment_id: UUID) -> str | None:
    """The provider's id of the refund that was booked last for a payment."""
    row = REFUND.c
    query = select(row.refund_id).where(row.payment_id == payment_id, row.entry_id.is_not(None))
    return await session.scalar(query.order_by(row.entry_id.desc()).limit(1))


async def lock_lines(session: AsyncSession, donors: Collection[UUID], year: int) -> Sequence[Line]:
    """What is left of each payment that these donors made in a calendar year, by day; their payments are locked.

    Of what is disputed nothing is told.
    """
    row = PAYMENT.c
    query = select(PAYMENT).join(GIFT, GIFT.c.id == row.gift_id)
    query = query.where(GIFT.c.donor_id.in_(donors), extract("year", row.happened_on) == year)
    query = query.order_by(*payments.IN_ORDER)
    found = (await session.execute(query.with_for_update(of=PAYMENT))).mappings().all()
    lines = [
        Line(each["id"], each["happened_on"], each["purpose"], Money(left, each["currency"]))
        for each in found
        if (left := each["gross"] - each["refunded"]) and each["dispute"] != "open"
    ]
    return sorted(lines, key=lambda line: (line.received_on, line.payment_id))


@dataclass(frozen=True)
class ValidStatement:
    """To whom a statement was made out, and what it says."""

    donor_id: UUID
    lines: Sequence[Line]


async def valid_statements(
    session: AsyncSession, donors: Collection[UUID], year: int, lines: Sequence[Line]
) -> dict[UUID, ValidStatement]:
    """The valid statements of these donors for a year, and all others that tell of these payments, locked.

    Others may: a payment's gift was another donor's before, or two donors were merged and parted since.
    """
    row, line = STATEMENT.c, STATEMENT_LINE.c
    mine = row.donor_id.in_(donors) & (row.year == year)
    telling = select(line.statement_id).where(line.payment_id.in_([each.payment_id for each in lines]))
    query = select(row.id, row.donor_id).where(
        row.state == LetterState.ISSUED.value, mine | row.id.in_(telling)
    )
    found = (await session.execute(query.order_by(row.id).with_for_update())).all()
    return {each.id: ValidStatement(each.donor_id, await _lines(session, each.id)) for each in found}


async def _lines(session: AsyncSession, statement_id: UUID) -> Sequence[Line]:
    row = STATEMENT_LINE.c
    query = select(STATEMENT_LINE).where(row.statement_id == statement_id)
    found = (await session.execute(query.order_by(row.received_on, row.payment_id))).mappings()
    return [
        Line(
            each["payment_id"], each["received_on"], each["purpose"], Money(each["amount"], each["currency"])
        )
        for each in found
    ]


def add_statement(unit: Unit, statement_id: UUID, donor_id: UUID, year: int, lines: Sequence[Line]) -> None:
    """Keep a new statement; its letter is kept in the same unit."""
    row = {"id": statement_id, "donor_id": donor_id, "year": year, "issued_on": unit.today}
    unit.writes.insert(STATEMENT, [{**row, "actor": unit.actor.id}])
    unit.writes.insert(
        STATEMENT_LINE,
        [
            {
                "statement_id": statement_id,
                "payment_id": each.payment_id,
                "currency": each.money.currency,
                "amount": each.money.minor,
                "purpose": each.purpose,
                "received_on": each.received_on,
            }
            for each in lines
        ],
    )


async def end_statements(unit: Unit, statements: Collection[UUID], state: LetterState, reason: str) -> None:
    """These statements are no longer valid."""
    mine = (STATEMENT.c.id.in_(statements), STATEMENT.c.state == LetterState.ISSUED.value)
    ended = {"state": state.value, "reason": reason, "ended_on": unit.today}
    await unit.session.execute(update(STATEMENT).where(*mine).values(**ended))


async def receipts_to_another(session: AsyncSession, donor_id: UUID, other: UUID) -> Sequence[UUID]:
    """Payments of this donor whose valid receipt was made out to another one."""
    row = RECEIPT.c
    mine = (
        row.donor_id == other,
        row.state == LetterState.ISSUED.value,
        row.payment_id.in_(_given_by(donor_id)),
    )
    return (await session.scalars(select(row.payment_id).where(*mine))).all()


async def statements_to_another(session: AsyncSession, donor_id: UUID, other: UUID) -> Sequence[UUID]:
    """Valid statements that were made out to another donor and tell of payments of this one."""
    row, line = STATEMENT.c, STATEMENT_LINE.c
    telling = select(line.statement_id).where(line.payment_id.in_(_given_by(donor_id)))
    mine = (row.donor_id == other, row.state == LetterState.ISSUED.value, row.id.in_(telling))
    return (await session.scalars(select(row.id).where(*mine).order_by(row.id))).all()


def _given_by(donor_id: UUID) -> Select[tuple[UUID]]:
    return select(PAYMENT.c.id).join(GIFT, GIFT.c.id == PAYMENT.c.gift_id).where(GIFT.c.donor_id == donor_id)


async def statements_of(session: AsyncSession, payment_id: UUID) -> Sequence[UUID]:
    """Valid statements that tell of a payment."""
    query = select(STATEMENT.c.id).join(STATEMENT_LINE, STATEMENT_LINE.c.statement_id == STATEMENT.c.id)
    mine = (STATEMENT_LINE.c.payment_id == payment_id, STATEMENT.c.state == LetterState.ISSUED.value)
    return (await session.scalars(query.where(*mine).order_by(STATEMENT.c.id))).all()


async def state_of(session: AsyncSession, letter_id: UUID) -> LetterState | None:
    """Whether a letter is valid; None if there is none of this id."""
    receipts = select(RECEIPT.c.state).where(RECEIPT.c.id == letter_id)
    statements = select(STATEMENT.c.state).where(STATEMENT.c.id == letter_id)
    found = await session.scalar(receipts.union_all(statements))
    return LetterState(found) if found else None
