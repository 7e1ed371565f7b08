"""The two rows of PayPal's list that are one conversion: what was given, and what was got for it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.donations.paypal.transactions import Kind, Row


@dataclass(frozen=True)
class Pair:
    """Both rows; `about` is the payment or refund whose money was changed, and `reference` the row that names it."""

    given: Row
    got: Row
    about: str
    reference: str


def pairs_of(rows: Iterable[Row]) -> Mapping[str, Pair]:
    """The pairs by the ids of both their rows. Both refer to the same, or one to the other.

    Of three rows about one payment nobody can tell which two belong together, nor of two that went the same way: they
    are no pair. Nor are two that refer to each other alone: they do not say whose money it was.
    """
    every = {row.transaction_id: row for row in rows if row.kind is Kind.CONVERSION and row.moves}
    groups = defaultdict[str, list[Row]](list)
    for row in every.values():
        other = every.get(row.refers_to or "")
        if about := other.refers_to if other else row.refers_to:
            groups[about].append(row)
    found: dict[str, Pair] = {}
    for about, some in groups.items():
        if len(some) == 2 and about not in every and (pair := _pair(about, *some)):
            found |= dict.fromkeys((each.transaction_id for each in some), pair)
    return found


def _pair(about: str, one: Row, other: Row) -> Pair | None:
    given, got = sorted((one, other), key=lambda row: row.gross.minor)
    if given.gross.minor >= 0 or got.gross.minor <= 0 or given.gross.currency == got.gross.currency:
        return None
    first = given if given.refers_to == about else got
    return Pair(given, got, about, first.transaction_id)
