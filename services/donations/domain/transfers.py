"""Money that goes from one of the group's places to another: from PayPal to the bank, from the bank to the till."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.donations.domain.money import Money


@dataclass(frozen=True)
class Transfer:
    """So much left one place, and came to another one on a day; before that it is on its way.

    `reference` is how the place that is PayPal calls it, else how a statement does; `fee` is what was kept of it on the
    way, and the fund `fee_fund` bears it.
    """

    id: UUID
    from_place: str
    to_place: str
    currency: str
    amount: int
    reference: str
    left_on: date
    arrived_on: date | None = None
    fee: int = 0
    fee_fund: str = ""
    undone: bool = False

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)
