"""What accounts and funds have, on any day. Whole months come from kept totals, the rest from the ledger itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import WHY, Account

# What stands on each account at the end of a day: the months before that day's from what is kept, its own from the
# ledger. So a balance costs the same after ten years.
_AT = """
    SELECT account.code, account.kind, account.currency, account.fund, sum(part.amount) AS amount
    FROM (
        SELECT account, amount FROM account_month WHERE month < CAST(date_trunc('month', CAST(:day AS date)) AS date)
        UNION ALL
        SELECT posting.account, posting.amount FROM entry JOIN posting ON posting.entry_id = entry.id
        WHERE entry.on_day BETWEEN CAST(date_trunc('month', CAST(:day AS date)) AS date) AND :day
    ) part JOIN account ON account.code = part.account
"""
_TRIAL = text(
    f"{_AT} GROUP BY 1, 2, 3, 4 HAVING sum(part.amount) <> 0 ORDER BY account.currency, account.code"
)
_FUND = text(f"""
    SELECT kind, sum(amount) AS amount FROM ({_AT} WHERE account.fund = :fund AND account.currency = :currency
    GROUP BY 1, 2, 3, 4) accounts GROUP BY kind
""")  # noqa: S608, nothing in it comes from outside
_ACCOUNT = text("SELECT coalesce(sum(amount), 0) FROM account_month WHERE account = :code")


async def of_account(session: AsyncSession, account: Account) -> int:
    """What stands on an account now."""
    return int(await session.scalar(_ACCOUNT, {"code": account.code}) or 0)


async def trial_balance(session: AsyncSession, day: date) -> Sequence[RowMapping]:
    """Every account on which something stands at the end of a day; each currency sums to zero."""
    return (await session.execute(_TRIAL, {"day": day})).mappings().all()


@dataclass(frozen=True)
class Statement:
    """A fund in one currency over some days, in minor units: what it had before the first and after the last of them,
    and why it changed, by kind of account. Above 0 came to the fund, below 0 went from it.
    """

    before: int
    changes: dict[str, int]
    after: int
    held: int
    advanced: int
    uncovered: int


async def statement(session: AsyncSession, key: FundKey, first: date, last: date) -> Statement:
    """A fund's statement for the days from `first` to `last`."""
    yesterday = await _kinds(session, key, date.fromordinal(max(1, first.toordinal() - 1)))
    today = await _kinds(session, key, last)
    changes = {
        kind: yesterday.get(kind, 0) - today.get(kind, 0) for kind in sorted(each.value for each in WHY)
    }
    return Statement(
        before=-sum(yesterday.get(kind, 0) for kind in changes),
        changes=changes,
        after=-sum(today.get(kind, 0) for kind in changes),
        held=today.get("held", 0),
        advanced=today.get("advanced", 0),
        uncovered=today.get("uncovered", 0),
    )


async def _kinds(session: AsyncSession, key: FundKey, day: date) -> dict[str, int]:
    found = await session.execute(_FUND, {"day": day, **key._asdict()})
    return {kind: int(amount) for kind, amount in found}
