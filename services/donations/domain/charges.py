"""What a bank or PayPal keeps of a fund's money for its work, and that belongs to no payment and no transfer."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.donations.domain.money import Money


@dataclass(frozen=True)
class Charge:
    """So much was taken at a place, or given `back`; a fund bears it. `reference` is what the place calls it."""

    id: UUID
    fund: str
    place: str
    amount: Money
    reference: str
    happened_on: date
    back: bool = False
    undone: bool = False

    @property
    def moved(self) -> int:
        """By how much there is more at the place, in minor units; below 0 for less."""
        return self.amount.minor if self.back else -self.amount.minor
