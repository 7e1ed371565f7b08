"""Field cash advances: money of a fund that a fieldworker carries, settled by slips, the rest brought back.

The money stays the fund's until a slip says what it was spent for; meanwhile nobody can be promised it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.donations.domain.entries import Lines
from services.donations.domain.funds import FundKey
from services.donations.domain.ledger import Account, Kind, account, lines_of
from services.donations.domain.money import Money

SPENT, RETURNED = "spent", "returned"
"""The kinds of slips."""


@dataclass(frozen=True)
class Advance:
    """What one fieldworker got at once, in minor units of a currency. `settled` is what slips account for.

    `fieldworker` is a code, never a name. One that is `undone` was booked by mistake. One that names a grant carries
    what was set aside for it, and pays nothing else.
    """

    id: UUID
    fieldworker: str
    fund: str
    currency: str
    amount: int
    place: str
    given_on: date
    settled: int = 0
    returned: int = 0
    undone: bool = False
    grant_id: UUID | None = None

    @property
    def key(self) -> FundKey:
        return FundKey(self.fund, self.currency)

    @property
    def carried(self) -> Account:
        """The account on which it stands, with all else that this fieldworker carries of the fund."""
        return account(Kind.ADVANCED, self.currency, self.fund, self.fieldworker)

    @property
    def left(self) -> int:
        """What the fieldworker still carries of it."""
        return 0 if self.undone else self.amount - self.settled - self.returned

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def overdue_before(today: date, days: int) -> date:
    """An advance given before this day has been open for more than so many days."""
    return today - timedelta(days=days)


def given(where: Account, carried: Account, amount: Money) -> Lines:
    """Money goes out to a fieldworker. Of 1,000 JPY the fund still has 1,000, and can promise none of it."""
    return lines_of((carried, amount.minor), (where, -amount.minor))


def spent(carried: Account, amount: Money) -> Lines:
    """A slip says what a part was spent for: now it is the fund's expense."""
    expense = account(Kind.SPENT, amount.currency, carried.fund)
    return lines_of((expense, amount.minor), (carried, -amount.minor))


def brought_back(where: Account, carried: Account, amount: Money) -> Lines:
    """What was not needed comes back."""
    return lines_of((where, amount.minor), (carried, -amount.minor))
