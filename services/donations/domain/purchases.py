"""Purchases as inventory tells of them: what is owed for them, and how their appeal stands by them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from services.donations.domain.appeals import Appeal, settled
from services.donations.domain.funds import Fund, FundKey, Purpose
from services.donations.domain.money import Money
from shared.contracts.donations import AppealStatus
from shared.contracts.inventory import PurchaseChanged, PurchaseStatus

UNDER_WAY = frozenset({PurchaseStatus.ORDERED.value, PurchaseStatus.ARRIVED_PART.value})
OWED = UNDER_WAY | {PurchaseStatus.ARRIVED.value}
"""A purchase is owed for from the order on, not only from its arrival: money that is promised to a supplier must not be
given to a grant in between."""
NOT_OWED = frozenset({PurchaseStatus.PROPOSED.value, PurchaseStatus.CANCELLED.value})


@dataclass(frozen=True)
class Purchase:
    """Goods that inventory buys for an appeal. `owed` is what it costs while it stands, `spent` what is booked of that:
    less than what is owed while the fund has not enough free.
    """

    id: UUID
    appeal_id: UUID | None = None
    status: str = ""
    fund: str = Purpose.GENERAL.value
    currency: str = ""
    cost: int = 0
    owed: int = 0
    spent: int = 0
    version: int = 0

    @property
    def key(self) -> FundKey:
        return FundKey(self.fund, self.currency)

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def heard(before: Purchase | None, fact: PurchaseChanged, fund: str) -> Purchase:
    """A purchase as inventory tells of it now, of the fund of its appeal. Of a status that is not known yet, what is
    owed stays as it was. ValueError for one that is in another currency than before.
    """
    known = before or Purchase(fact.purchase_id, fact.appeal_id, fund=fund, currency=fact.cost.currency)
    if known.currency != fact.cost.currency:
        raise ValueError(
            f"a purchase in {known.currency} costs {fact.cost.currency} now: somebody has to look"
        )
    owed = known.owed
    if fact.status in OWED | NOT_OWED:
        owed = fact.cost.amount if fact.status in OWED else 0
    return replace(known, status=fact.status, cost=fact.cost.amount, owed=owed, version=fact.version)


def to_book(purchase: Purchase, fund: Fund, set_aside: int = 0) -> int:
    """How much more is to be booked as spent; below 0 comes back.

    A fund spends on a purchase what is set aside for its appeal, and what is free, and no more: what is promised to
    grants and to other appeals stays promised. The rest is booked as soon as the fund has it.
    """
    more = purchase.owed - purchase.spent
    return min(more, max(0, fund.free) + set_aside) if more > 0 else more


def stands(appeal: Appeal, was: str, purchases: Collection[str]) -> Appeal:
    """An appeal after the status of one of its purchases changed from `was`; `purchases` are those of all of them now.

    It is ordered while one is under way and met once one has come. If none is any more, it is funded or open by its
    money: a cancelled order, or goods that came and were undone. What staff closed or withdrew stays so.
    """
    by_staff = appeal.status is AppealStatus.MET and was != PurchaseStatus.ARRIVED
    if by_staff or appeal.status in {AppealStatus.CLOSED_SHORT, AppealStatus.WITHDRAWN}:
        return appeal
    if UNDER_WAY & set(purchases):
        return replace(appeal, status=AppealStatus.ORDERED)
    if PurchaseStatus.ARRIVED in purchases:
        return replace(appeal, status=AppealStatus.MET)
    if appeal.status in {AppealStatus.ORDERED, AppealStatus.MET}:
        return settled(replace(appeal, status=AppealStatus.OPEN))
    return appeal
