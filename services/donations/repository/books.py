"""The ledger's rows: entries, postings, what is kept of them, fund balances, closed months."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.funds import Fund, FundKey
from services.donations.domain.ledger import Account, Entry, EntryKind, Kind, Line
from services.donations.tables import ACCOUNT, CLOSED_MONTH, ENTRY, FUND_BALANCE, POSTING
from shared.database.writes import Writes
from shared.messaging.unit import Unit


async def lock_funds(session: AsyncSession, keys: Collection[FundKey]) -> dict[FundKey, Fund]:
    """Funds in their currencies, locked until the unit ends."""
    row = FUND_BALANCE.c
    query = select(FUND_BALANCE).where(tuple_(row.fund, row.currency).in_(sorted(keys)))
    found = await session.execute(query.order_by(row.fund, row.currency).with_for_update())
    funds = (_fund(each) for each in found.mappings())
    return {each.key: each for each in funds}


async def funds(session: AsyncSession) -> list[Fund]:
    """All funds in all currencies, those with nothing too; nothing is locked."""
    query = select(FUND_BALANCE).order_by(FUND_BALANCE.c.fund, FUND_BALANCE.c.currency)
    return [_fund(each) for each in (await session.execute(query)).mappings()]


def _fund(row: RowMapping) -> Fund:
    key = FundKey(row["fund"], row["currency"])
    return Fund(key, row["balance"], row["held"], row["set_aside"])


def set_aside(writes: Writes, more: Mapping[FundKey, int]) -> None:
    """Add to what is set aside of funds. What they have follows their postings by the database itself."""
    writes.increase(FUND_BALANCE, ({**key._asdict(), "set_aside": amount} for key, amount in more.items()))


def add_entries(unit: Unit, entries: Sequence[Entry]) -> None:
    """Write entries with their lines. What funds and accounts have of them the database adds up."""
    unit.writes.insert(ENTRY, [_entry_row(each, unit) for each in entries])
    unit.writes.insert(POSTING, [row for each in entries for row in _posting_rows(each)])


def _entry_row(entry: Entry, unit: Unit) -> dict[str, Any]:
    return {
        "id": entry.id,
        "at": unit.now,
        "on_day": entry.on_day,
        "happened_on": entry.happened_on,
        "kind": entry.kind.value,
        "document_id": entry.document_id,
        "reverses": entry.reverses,
        "actor": unit.actor.id,
    }


def _posting_rows(entry: Entry) -> Iterable[dict[str, Any]]:
    for number, line in enumerate(entry.lines):
        yield {
            "entry_id": entry.id,
            "line": number,
            "account": line.account.code,
            "amount": line.amount,
        }


async def entry_of(session: AsyncSession, entry_id: UUID) -> Entry | None:
    """An entry with its lines; None if there is none."""
    row = (await session.execute(select(ENTRY).where(ENTRY.c.id == entry_id))).mappings().one_or_none()
    if row is None:
        return None
    columns = (ACCOUNT.c.kind, ACCOUNT.c.currency, ACCOUNT.c.fund, ACCOUNT.c.holder, POSTING.c.amount)
    query = select(*columns).join(ACCOUNT, ACCOUNT.c.code == POSTING.c.account)
    found = await session.execute(query.where(POSTING.c.entry_id == entry_id).order_by(POSTING.c.line))
    lines = tuple(Line(Account(Kind(kind), *which), amount) for kind, *which, amount in found)
    return Entry(
        id=row["id"],
        kind=EntryKind(row["kind"]),
        on_day=row["on_day"],
        happened_on=row["happened_on"],
        lines=lines,
        document_id=row["document_id"],
        reverses=row["reverses"],
    )


async def of_document(session: AsyncSession, document_id: UUID) -> list[Entry]:
    """The entries of a payment, grant, purchase or decision, the oldest first."""
    query = select(ENTRY.c.id).where(ENTRY.c.document_id == document_id).order_by(ENTRY.c.id)
    found = [await entry_of(session, each) for each in await session.scalars(query)]
    return [each for each in found if each]


async def lock_accounts(session: AsyncSession, accounts: Collection[Account]) -> None:
    """Lock accounts until the unit ends; others may still post to them, as those do whom nobody can refuse."""
    codes = sorted(each.code for each in accounts)
    if codes:
        query = select(ACCOUNT.c.code).where(ACCOUNT.c.code.in_(codes)).order_by(ACCOUNT.c.code)
        await session.execute(query.with_for_update(key_share=True))


async def make_account(session: AsyncSession, account: Account) -> None:
    """An account that is made when it is needed first; all others are there from the beginning."""
    row = {**account._asdict(), "code": account.code, "kind": account.kind.value}
    await session.execute(insert(ACCOUNT).values(row).on_conflict_do_nothing())


async def is_reversed(session: AsyncSession, entry_id: UUID) -> bool:
    """Whether another entry undid this one."""
    return await session.scalar(select(ENTRY.c.id).where(ENTRY.c.reverses == entry_id)) is not None


async def open_from(session: AsyncSession) -> date:
    """The first day on which something may still be booked."""
    closed = await session.scalar(select(func.max(CLOSED_MONTH.c.month)))
    return (closed + timedelta(days=31)).replace(day=1) if closed else date.min
