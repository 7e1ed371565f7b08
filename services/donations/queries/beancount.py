"""The whole ledger as text for beancount, a program that others wrote: it says whether the books are right.

    bean-check ledger.beancount

Each entry is a transaction, and after the last day comes a balance of each account. The balances are read from the
totals that are kept by month, the transactions from the lines themselves, so the file proves one by the other. There is
nobody's name in it, nor a note.
"""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from itertools import groupby

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.ledger import Account, Kind
from services.donations.domain.money import DIGITS
from services.donations.queries.balances import trial_balance
from shared.messaging.day import today_of

ROOTS = {
    **dict.fromkeys((Kind.CASH, Kind.BANK, Kind.PAYPAL, Kind.TRANSIT, Kind.GOODS), "Assets"),
    **dict.fromkeys((Kind.HELD, Kind.ADVANCED, Kind.UNCOVERED), "Assets"),
    **dict.fromkeys((Kind.INCOME, Kind.IN_KIND), "Income"),
    **dict.fromkeys((Kind.FEES, Kind.GRANTS, Kind.PURCHASES, Kind.SPENT), "Expenses"),
    **dict.fromkeys((Kind.MOVED, Kind.EXCHANGE, Kind.OPENING), "Equity"),
}
"""Which of beancount's five trees each kind of account stands in."""
AT_ONCE = 1000
_OPENED = text("""
    SELECT account.code, account.kind, account.currency, account.fund, account.holder, min(entry.on_day) AS first
    FROM account JOIN posting ON posting.account = account.code JOIN entry ON entry.id = posting.entry_id
    WHERE entry.on_day <= :day GROUP BY account.code ORDER BY account.code
""")
_LINES = text("""
    SELECT entry.id, entry.on_day, entry.happened_on, entry.kind, entry.document_id, entry.reverses,
           posting.account, posting.amount
    FROM entry JOIN posting ON posting.entry_id = entry.id
    WHERE entry.on_day <= :day ORDER BY entry.id, posting.line
""")


async def ledger(session: AsyncSession, until: date | None = None) -> AsyncIterator[str]:
    """The ledger to the end of a day, today if none is given, piece by piece, all of one moment (`units.read()`)."""
    day = until or await today_of(session)
    yield 'option "title" "Relief"\n\n'
    accounts: dict[str, Account] = {}
    for row in (await session.execute(_OPENED, {"day": day})).mappings():
        which = Account(Kind(row["kind"]), row["currency"], row["fund"], row["holder"])
        accounts[row["code"]] = which
        yield f"{row['first']} open {name_of(which)} {which.currency}\n"
    async for entry in _entries(session, day):
        yield _transaction(entry, accounts)
    balances = {row["code"]: int(row["amount"]) for row in await trial_balance(session, day)}
    yield "\n"
    for code, which in accounts.items():
        # The tolerance is said: beancount would let an account be off by a cent.
        balance = f"{amount_of(balances.get(code, 0), which.currency)} ~ 0 {which.currency}"
        yield f"{day + timedelta(days=1)} balance {name_of(which)} {balance}\n"


def name_of(account: Account) -> str:
    """What beancount calls an account, like `Assets:Advanced:Protection:Fw-07:JPY`."""
    parts = (account.kind.value, account.fund, account.holder, account.currency)
    names = (f"{each[0].upper()}{each[1:]}".replace("_", "-") for each in parts if each)
    return ":".join((ROOTS[account.kind], *names))


def amount_of(minor: int, currency: str) -> str:
    """An amount as beancount reads it, with the decimals of its currency: 1050 cents are 10.50."""
    digits = DIGITS[currency]
    whole, rest = divmod(abs(minor), 10**digits)
    decimals = f".{rest:0{digits}}" if digits else ""
    return f"{'-' if minor < 0 else ''}{whole}{decimals}"


async def _entries(session: AsyncSession, day: date) -> AsyncIterator[list[RowMapping]]:
    """The lines of each entry. Read by parts, however long the ledger is."""
    found = (await session.stream(_LINES, {"day": day})).mappings()
    last: list[RowMapping] = []
    async for some in found.partitions(AT_ONCE):
        for _, lines in groupby(some, key=lambda row: row["id"]):
            these = list(lines)
            if last and last[0]["id"] != these[0]["id"]:
                yield last
                last = []
            last += these
    if last:
        yield last


def _transaction(lines: list[RowMapping], accounts: dict[str, Account]) -> str:
    head = lines[0]
    link = f" ^{head['document_id']}" if head["document_id"] else ""
    written = [f'\n{head["on_day"]} * "{head["kind"]}"{link}', f'  entry: "{head["id"]}"']
    if head["happened_on"] != head["on_day"]:
        written.append(f"  happened: {head['happened_on']}")
    if head["reverses"]:
        written.append(f'  reverses: "{head["reverses"]}"')
    for line in lines:
        account = accounts[line["account"]]
        written.append(
            f"  {name_of(account)}  {amount_of(line['amount'], account.currency)} {account.currency}"
        )
    return "\n".join(written) + "\n"
