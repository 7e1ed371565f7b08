"""Gifts in kind: what came, and what it is worth if somebody says so."""

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


def worth(value: Money) -> Lines:
    """What goods are worth. It is of no fund: nobody can be promised money that came as rice."""
    goods, given = (account(kind, value.currency) for kind in (Kind.GOODS, Kind.IN_KIND))
    return lines_of((goods, value.minor), (given, -value.minor))
