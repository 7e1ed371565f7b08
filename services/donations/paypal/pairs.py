"""The two rows of PayPal's list that are one conversion: what was given, and what was got for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.donations.paypal.transactions import Kind, Row


@dataclass(frozen=True)
class Pair:
    """Both rows; `about` is the payment or refund whose money was changed, and `reference` the row that names it."""

    given: Row
    got: Row
    about: str
    reference: str


class NoPair(StrEnum):
    """Why a row of a conversion has no other one in this list, in words."""

    ALONE = "The list has one of its two rows alone."
    MANY = "More than two rows are about the same money: nobody can tell here which two are one conversion."
    UNFIT = "Its two rows are no conversion: one gives, and the other one gets another currency."
    NAMELESS = "Its rows do not say whose money it was."


def pairs_of(rows: Iterable[Row]) -> Mapping[str, Pair | NoPair]:
    """The pairs by the ids of both their rows, or why a row has none. Both refer to the same, or one to the other.

    Of three rows about one payment nobody can tell which two belong together, nor of two that went the same way: they
    are no pair. Nor are two that refer to each other alone: they do not say whose money it was.
    """
    every = {row.transaction_id: row for row in rows if row.kind is Kind.CONVERSION and row.moves}
    groups = defaultdict[str | None, list[Row]](list)
    for row in every.values():
        other = every.get(row.refers_to or "")
        groups[other.refers_to if other else row.refers_to].append(row)
    found: dict[str, Pair | NoPair] = {}
    for about, some in groups.items():
        pair = NoPair.NAMELESS if about is None or about in every else _pair(about, some)
        found |= dict.fromkeys((each.transaction_id for each in some), pair)
    return found


def _pair(about: str, some: list[Row]) -> Pair | NoPair:
    if len(some) != 2:
        return NoPair.MANY if some[1:] else NoPair.ALONE
    given, got = sorted(some, key=lambda row: row.gross.minor)
    if given.gross.minor >= 0 or got.gross.minor <= 0 or given.gross.currency == got.gross.currency:
        return NoPair.UNFIT
    first = given if given.refers_to == about else got
    return Pair(given, got, about, first.transaction_id)
