"""An accountant of other people's making: beancount reads the whole ledger, and says what is wrong with it."""

from decimal import Decimal
from typing import Any

from beancount import loader
from beancount.core import realization
from sqlalchemy import text

from services.donations.domain.ledger import Account, Kind
from services.donations.domain.money import DIGITS
from services.donations.queries.beancount import ledger, name_of
from tests.support.till import Till

_SUMS = text("""
    SELECT account.kind, account.currency, account.fund, account.holder, sum(posting.amount) AS amount
    FROM posting JOIN account ON account.code = posting.account GROUP BY 1, 2, 3, 4 HAVING sum(posting.amount) <> 0
""")
Balances = dict[str, Decimal]


def judged(written: str) -> tuple[list[str], Balances]:
    """What beancount finds wrong with a ledger, and what it says stands on each account."""
    entries, errors, _ = loader.load_string(written)
    balances: Balances = {}
    tree: Any = realization
    for account in tree.iter_children(tree.realize(entries)):
        for position in account.balance:
            assert account.account.endswith(position.units.currency)
            balances[account.account] = position.units.number
    return [each.message for each in errors], balances


async def written_by(till: Till) -> str:
    """The till's ledger as text."""
    async with till.units.read() as session:
        return "".join([piece async for piece in ledger(session)])


async def kept_by(till: Till) -> Balances:
    """What stands on each account by the lines themselves."""
    found: dict[str, Any] = {}
    async with till.units.read() as session:
        for kind, *which, amount in await session.execute(_SUMS):
            account = Account(Kind(kind), *which)
            found[name_of(account)] = Decimal(int(amount)).scaleb(-DIGITS[account.currency])
    return found


async def agrees(till: Till) -> None:
    """Beancount finds nothing wrong, and every balance as we have it."""
    errors, balances = judged(await written_by(till))
    assert errors == []
    assert balances == await kept_by(till)
