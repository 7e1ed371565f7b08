"""Gifts in kind: what came, and what it is worth if somebody says so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.donations.domain.entries import Lines
from services.donations.domain.ledger import Kind, account, lines_of
from services.donations.domain.money import Money


@dataclass(frozen=True)
class Goods:
    """So much of an item, in a unit; both by their codes in inventory."""

    item: str
    quantity: int
    unit: str


@dataclass(frozen=True)
class GiftInKind:
    """Goods that came under a receipt of inventory's, perhaps from a donor whom we know. `note` is on their value."""

    id: UUID
    receipt_id: UUID
    received_on: date
    goods: tuple[Goods, ...]
    donor_id: UUID | None = None
    value: Money | None = None
    entry_id: UUID | None = None
    note: str | None = None
    undone: bool = False


@dataclass(frozen=True)
class Differs:
    """What was acknowledged of an item, in a unit, and what inventory received of it under the receipt; 0 is none."""

    item: str
    unit: str
    acknowledged: int
    received: int


def differing(goods: Iterable[Goods], came: Iterable[Goods] | None) -> Sequence[Differs]:
    """What of acknowledged goods is not what came under their receipt, by item; nothing if all is as it was received.

    `came` is what inventory told last; None if it has told of no such receipt. An item in another unit is another one.
    `repository/in_kind.py:DIFFERS` is the same as a condition of the database.
    """
    mine, theirs = _sums(goods), _sums(came or ())
    keys = sorted(mine | theirs)
    return [Differs(*key, mine[key], theirs[key]) for key in keys if mine[key] != theirs[key]]


def _sums(goods: Iterable[Goods]) -> Counter[tuple[str, str]]:
    sums = Counter[tuple[str, str]]()
    for each in goods:
        sums[each.item, each.unit.lower()] += each.quantity
    return sums


def differs_words(each: Differs, *, told: bool) -> str:
    """What a treasurer is told of it; `told` says whether inventory has told of the receipt."""
    if not told:
        return f"Inventory has no such receipt: {each.acknowledged:,} {each.unit} of {each.item} were acknowledged."
    if not each.received:
        return f"Inventory has received no {each.item} in {each.unit} under this receipt, or that was undone."
    if not each.acknowledged:
        return (
            f"{each.received:,} {each.unit} of {each.item} came under this receipt, and are not acknowledged."
        )
    return (
        f"{each.acknowledged:,} {each.unit} of {each.item} are acknowledged, and {each.received:,} came under this "
        "receipt."
    )


def worth(value: Money) -> Lines:
    """What goods are worth. It is of no fund: nobody can be promised money that came as rice."""
    goods, given = (account(kind, value.currency) for kind in (Kind.GOODS, Kind.IN_KIND))
    return lines_of((goods, value.minor), (given, -value.minor))
