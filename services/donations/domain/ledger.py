"""Double entry: accounts, and entries whose lines sum to zero in each currency.

An amount above zero is a debit, below zero a credit. An account has one currency. It is one of two sides:

- what the group has: cash, bank, PayPal, money between two of these, goods that were given. These accounts are of the
  group as a whole, except those that say how a fund's money stands: what PayPal holds back of it, what each fieldworker
  carries of it, and what was refunded after it had been spent;
- why it has it: what it had when the books began, income, fees, grants, purchases, moves between funds and conversions.
  Each of these belongs to one fund, and a fund's balance is what they sum to, with the sign turned.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.donations.domain.funds import FUNDS, FundKey
from services.donations.domain.money import DIGITS, MOST, written


class Kind(StrEnum):
    """What an account is for."""

    CASH = "cash"
    BANK = "bank"
    PAYPAL = "paypal"
    TRANSIT = "transit"
    """Money that has left one place of the group's and has not come to the other yet."""
    HELD = "held"
    """Money of a fund that has come and that PayPal does not let go yet."""
    GOODS = "goods"
    """What goods are worth that were given, where the treasurer says so; against `IN_KIND`."""
    IN_KIND = "in_kind"
    UNCOVERED = "uncovered"
    """Money that was refunded after the fund had spent it. The treasurer covers it from another fund."""
    ADVANCED = "advanced"
    """Money of a fund that a fieldworker carries; an account for each, by a code."""
    OPENING = "opening"
    """What a fund had when these books began."""
    INCOME = "income"
    FEES = "fees"
    GRANTS = "grants"
    PURCHASES = "purchases"
    SPENT = "spent"
    """What fieldworkers spent otherwise than on grants."""
    MOVED = "moved"
    """Between funds, by a recorded decision."""
    EXCHANGE = "exchange"
    """The two sides of a conversion. What is left over after money went there and back is a gain or a loss."""


PLACES = frozenset({Kind.CASH, Kind.BANK, Kind.PAYPAL})
"""Where money can come in and go out."""
OF_THE_GROUP = PLACES | {Kind.TRANSIT, Kind.GOODS, Kind.IN_KIND}
OF_A_HOLDER = frozenset({Kind.ADVANCED})
"""Of a fund, and of whoever carries the money: such an account is made when it is needed first."""
OF_A_FUND = frozenset(Kind) - OF_THE_GROUP - OF_A_HOLDER
WHY = OF_A_FUND - {Kind.HELD, Kind.UNCOVERED}
"""The kinds that a fund's balance is summed from."""
NOT_SPENDABLE = frozenset({Kind.HELD, Kind.ADVANCED})
"""What a fund has and nobody can be promised."""


class Account(NamedTuple):
    """An account; `fund` is empty for those of the group as a whole, `holder` for all that nobody carries."""

    kind: Kind
    currency: str
    fund: str = ""
    holder: str = ""

    @property
    def code(self) -> str:
        """What it is called in the tables, like `income.food.JPY` and `bank.JPY`."""
        return ".".join(filter(None, (self.kind.value, self.fund, self.holder, self.currency)))

    @property
    def key(self) -> FundKey:
        return FundKey(self.fund, self.currency)


def account(kind: Kind, currency: str, fund: str = "", holder: str = "") -> Account:
    """An account. ValueError for an unknown currency or fund, and for a fund or a holder where none belongs or none is
    said.
    """
    if currency not in DIGITS:
        raise ValueError(f"there are no accounts in {currency!r}")
    if (kind not in OF_THE_GROUP) != (fund in FUNDS) or (fund and fund not in FUNDS):
        raise ValueError(f"{kind} of the fund {fund!r} is no account")
    if (kind in OF_A_HOLDER) != bool(holder):
        raise ValueError(f"{kind} of the holder {holder!r} is no account")
    return Account(kind, currency, fund, holder)


class Line(NamedTuple):
    """So many minor units on an account: above 0 a debit, below 0 a credit."""

    account: Account
    amount: int


class EntryKind(StrEnum):
    """What happened, as a code."""

    GIFT = "gift"
    FEE = "fee"
    CHARGED = "charged"
    REFUND = "refund"
    RESTORED = "restored"
    HELD = "held"
    RELEASED = "released"
    CONVERTED = "converted"
    MOVED = "moved"
    COVERED = "covered"
    PAID = "paid"
    PURCHASED = "purchased"
    ADVANCED = "advanced"
    SPENT = "spent"
    RETURNED = "returned"
    GOODS = "goods"
    OPENING = "opening"
    SENT = "sent"
    ARRIVED = "arrived"
    REVERSED = "reversed"


TOLD = frozenset(
    {
        EntryKind.GIFT,
        EntryKind.FEE,
        EntryKind.REFUND,
        EntryKind.RESTORED,
        EntryKind.HELD,
        EntryKind.RELEASED,
        EntryKind.COVERED,
        EntryKind.PURCHASED,
    }
)
"""What a provider or inventory tells, and what follows from it: it has happened, and is booked even if less lies there.
All else is asked for.
"""


@dataclass(frozen=True)
class Entry:
    """Something that happened to money: lines that sum to zero in each currency.

    `on_day` is the day under which it is booked, `happened_on` when it happened: for what becomes known after its month
    was closed, they differ. `document_id` is the payment, grant, purchase or decision that it belongs to; `reverses`
    the entry whose opposite it is.
    """

    id: UUID
    kind: EntryKind
    on_day: date
    happened_on: date
    lines: tuple[Line, ...]
    document_id: UUID | None = None
    reverses: UUID | None = None

    def __post_init__(self) -> None:
        if off := unbalanced(self.lines):
            raise ValueError(f"the lines of a {self.kind} do not sum to zero: {off}")
        if not self.lines:
            raise ValueError(f"a {self.kind} has no lines")


def unbalanced(lines: Iterable[Line]) -> dict[str, int]:
    """What is too much or too little, by currency; empty if all is well."""
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.account.currency] += line.amount
    return {currency: amount for currency, amount in sums.items() if amount}


def lines_of(*pairs: tuple[Account, int]) -> tuple[Line, ...]:
    """Lines for these amounts; those of one account are added, and those that come to nothing left out."""
    sums: dict[Account, int] = {}
    for each, amount in pairs:
        sums[each] = sums.get(each, 0) + amount
    lines = tuple(Line(each, amount) for each, amount in sums.items() if amount)
    if any(abs(line.amount) > MOST for line in lines):
        raise ValueError(f"no line is above {MOST:,}")
    return lines


def opposite(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Lines that undo these."""
    return tuple(Line(line.account, -line.amount) for line in lines)


class Difference(NamedTuple):
    """What entries change of a fund in one currency; `held` is what of it cannot be spent."""

    balance: int = 0
    held: int = 0

    def after(self, other: "Difference") -> "Difference":
        """Both together."""
        return Difference(self.balance + other.balance, self.held + other.held)


def difference_of(lines: Iterable[Line], key: FundKey) -> Difference:
    """What these lines change of one fund. What is uncovered is no money of the fund, so it changes nothing."""
    mine = [line for line in lines if line.account.fund and line.account.key == key]
    balance = -sum(line.amount for line in mine if line.account.kind in WHY)
    return Difference(balance, sum(line.amount for line in mine if line.account.kind in NOT_SPENDABLE))


def differences(entries: Iterable[Entry]) -> Mapping[FundKey, Difference]:
    """What entries change of the funds, by fund and currency."""
    lines = [line for entry in entries for line in entry.lines]
    keys = {line.account.key for line in lines if line.account.fund}
    found = {key: difference_of(lines, key) for key in sorted(keys)}
    return {key: each for key, each in found.items() if any(each)}


def taken(entries: Iterable[Entry]) -> Mapping[Account, int]:
    """What entries together take from the places where money lies, by place."""
    sums: Counter[Account] = Counter()
    for line in (line for entry in entries for line in entry.lines if line.account.kind in PLACES):
        sums[line.account] -= line.amount
    return {where: amount for where, amount in sorted(sums.items()) if amount > 0}


_AT = {Kind.CASH: "in the till", Kind.BANK: "at the bank", Kind.PAYPAL: "at PayPal"}


def not_there(where: Account, there: int, asked: int) -> str:
    """Words for so much being asked for from a place in which less lies."""
    lies, wanted = (written(each, where.currency) for each in (there, asked))
    return (
        f"{lies} lie {_AT[where.kind]}, and {wanted} were asked for. Book first what has come there, or take it from "
        "another place."
    )


def place(code: str, currency: str) -> Account:
    """Where money comes in or goes out, by its code. ValueError for another code."""
    kind = Kind(code)
    if kind not in PLACES:
        raise ValueError(f"{code} is no place for money")
    return account(kind, currency)
