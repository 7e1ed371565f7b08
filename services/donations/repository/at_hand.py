"""What one unit has at hand of what it books: rows that it has read, and locked if they are to be changed.

Each notice needs a dozen rows: its payment, its subscription, the gift of that, refunds that wait. A unit that books a
hundred notices reads them by a few statements before it books the first one (`ahead.py`), and keeps them here for as
long as it is open. The other files of this room look here first, and ask the database for what is not at hand. As in
the identity map of an ORM there is one value for a row: whoever saves a row that is at hand puts the new value here.
"""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.appeals import Appeal
from services.donations.domain.payments import Payment
from services.donations.domain.subscriptions import Told

Key = tuple[str, str]
"""A provider, and its own id of a payment or a subscription."""


@dataclass
class AtHand:
    """Rows by what they are asked for. None stands for a row that is known not to be there."""

    payments: dict[Key, Payment] = field(default_factory=dict)
    """Locked."""
    refunds_wait: dict[UUID, bool] = field(default_factory=dict)
    """Whether refunds wait for a payment."""
    subscriptions: dict[Key, UUID] = field(default_factory=dict)
    ends: dict[UUID, list[Told]] = field(default_factory=dict)
    """What was told of a subscription's end."""
    gifts: dict[Key, RowMapping | None] = field(default_factory=dict)
    """Monthly gifts by their subscription."""
    donors: dict[UUID, UUID | None] = field(default_factory=dict)
    """Who gave a gift."""
    payers: dict[str, UUID | None] = field(default_factory=dict, repr=False)
    """Donors by PayPal's id of them."""
    appeals: dict[str, Appeal | None] = field(default_factory=dict)
    """By their codes; not locked, since neither fund nor currency of one ever changes."""

    @classmethod
    def of(cls, session: AsyncSession) -> "AtHand":
        """What the unit of this session has at hand: nothing at first."""
        found: AtHand = session.info.setdefault(cls, cls())
        return found
