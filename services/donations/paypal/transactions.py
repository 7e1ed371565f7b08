"""The rows of PayPal's transaction list, from a file or from the API, as far as they are the group's gifts.

The list shows everything that went through the account. Rows that belong to a known gift are kept, with what refers to
them (refunds, fees, conversions, holds); of the others the sums alone, without whose they are.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from services.donations.paypal.amounts import Amount

_CODE = re.compile(r"T(\d\d)(\d\d)", re.ASCII)
State = Literal["completed", "pending", "denied", "reversed", "other"]


class Kind(StrEnum):
    """What a row is, by PayPal's group of codes; which way the money went is its sign."""

    PAYMENT = "payment"
    FEE = "fee"
    CONVERSION = "conversion"
    REFUND = "refund"
    REVERSAL = "reversal"
    HOLD = "hold"
    RELEASE = "release"
    WITHDRAWAL = "withdrawal"
    DEPOSIT = "deposit"
    OTHER = "other"


_GROUPS = {
    "00": Kind.PAYMENT,
    "01": Kind.FEE,
    "02": Kind.CONVERSION,
    "03": Kind.DEPOSIT,
    "04": Kind.WITHDRAWAL,
    "11": Kind.REVERSAL,
    "15": Kind.HOLD,
}
_SINGLE = {
    "T1105": Kind.RELEASE,  # an account hold is taken back
    "T1107": Kind.REFUND,
    "T1108": Kind.FEE,  # a fee that comes back
    "T1109": Kind.FEE,
    "T1110": Kind.HOLD,  # for a dispute
    "T1111": Kind.RELEASE,
    "T1115": Kind.REFUND,
    "T1201": Kind.REVERSAL,  # a chargeback
    "T1202": Kind.REVERSAL,  # a chargeback that is taken back
}


def kind_of(code: str, gross: Amount) -> Kind:
    """By the group, as PayPal advises; what a group has of another sort stands in `_SINGLE`."""
    found = _CODE.fullmatch(code)
    kind = _SINGLE.get(code) or (_GROUPS.get(found[1], Kind.OTHER) if found else Kind.OTHER)
    # Money under a hold's code that is added to the balance was held before.
    return Kind.RELEASE if kind is Kind.HOLD and gross.minor > 0 else kind


@dataclass(frozen=True)
class Row:
    """One row: money that entered or (below zero) left the balance in one currency.

    `fee` is as PayPal writes it, below zero when it was taken. `refers_to` is a transaction, or the subscription that a
    payment is for. `receiver` is our own mail at PayPal; a file names it, the API does not. A row that does not `move`
    money is a note about some that is not there yet.
    """

    transaction_id: str
    kind: Kind
    state: State
    gross: Amount
    at: datetime
    code: str | None = None
    fee: Amount | None = None
    refers_to: str | None = None
    receiver: str | None = None
    custom_id: str | None = None
    moves: bool = True


@dataclass(frozen=True)
class Fault:
    """A row that could not be read: its number (a file's headings are row 1) and the part that is to blame."""

    row: int
    part: str


@dataclass(frozen=True)
class Known:
    """By what a row is known as the group's: our mails (lower case), subscriptions, transactions."""

    receivers: frozenset[str] = frozenset()
    subscriptions: frozenset[str] = frozenset()
    transactions: frozenset[str] = frozenset()

    def has(self, row: Row) -> bool:
        return (
            row.receiver in self.receivers
            or row.transaction_id in self.transactions
            or row.refers_to in self.transactions
            or row.refers_to in self.subscriptions
        )


@dataclass(frozen=True, order=True)
class Rest:
    """What rows of others come to: how many of one kind in one currency, and their sum."""

    kind: Kind
    currency: str
    rows: int
    minor: int


@dataclass(frozen=True)
class Kept:
    """The rows of the group's gifts in the list's order, and the sums of the rest."""

    rows: tuple[Row, ...]
    rest: tuple[Rest, ...]


def kept(rows: Iterable[Row], known: Known) -> Kept:
    """Part the rows. A row that refers to a kept one is kept too, wherever it stands: a refund may come before its
    sale, and a conversion refer to a refund.
    """
    every = tuple(rows)
    ours = {row.transaction_id for row in every if known.has(row)}
    waiting = [row for row in every if row.transaction_id not in ours]
    while found := {row.transaction_id for row in waiting if row.refers_to in ours}:
        ours |= found
        waiting = [row for row in waiting if row.transaction_id not in ours]
    counts: Counter[tuple[Kind, str]] = Counter()
    sums: Counter[tuple[Kind, str]] = Counter()
    for row in waiting:
        counts[row.kind, row.gross.currency] += 1
        sums[row.kind, row.gross.currency] += row.gross.minor
    rest = sorted(
        Rest(kind, currency, number, sums[kind, currency]) for (kind, currency), number in counts.items()
    )
    return Kept(tuple(row for row in every if row.transaction_id in ours), tuple(rest))
