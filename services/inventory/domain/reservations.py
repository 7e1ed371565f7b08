"""A need that was written down, and what became of it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.inventory.domain.items import Kind
from services.inventory.domain.needs import Need, check_days
from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.reasons import NO_REASON, Because
from services.inventory.domain.stock import ShelfKey
from shared.contracts.inventory import Why
from shared.outcomes import Refused, invalid

OrderKey = tuple[int, date, UUID, UUID]


@dataclass(frozen=True, slots=True)
class Reservation:
    """One need and how far it is met, in base units.

    `reserved` is set aside and not fetched yet, `delivered` was fetched, `released` was given up, `lapsed`
    was unmet on days now past; what is left of `wanted` is `short`: the backordered part. `requested_item` is the item
    that was asked for and `item` the one that is given. `depot` is None while no depot was chosen. A ration
    has its days and grams per day, and what it was given counts for its earliest days first: so which days are
    covered follows from the sums. A ration that is not `dealt` waits until its shelf is dealt; nothing is said of it
    until then.
    """

    id: UUID
    household_id: UUID
    member_id: UUID | None
    kind: Kind
    requested_item: str
    item: str
    depot: str | None
    region: str
    wanted: int
    rank: int
    registered_on: date
    reserved: int = 0
    delivered: int = 0
    released: int = 0
    lapsed: int = 0
    first_day: date | None = None
    last_day: date | None = None
    per_day: int = 0
    fetch_by: date | None = None
    reason: Because = NO_REASON
    dealt: bool = True

    def __post_init__(self) -> None:
        check_quantity("wanted", self.wanted, 1)
        if min(self.reserved, self.delivered, self.released, self.lapsed) < 0:
            raise ValueError("what became of a reservation is never below 0")
        if self.short < 0:
            raise ValueError(f"reservation {self.id} has more than the {self.wanted:,} that are wanted")
        if self.depot is None and self.reserved:
            raise ValueError(f"reservation {self.id} has something set aside in no depot")
        check_days(self.kind, self.wanted, self.first_day, self.last_day, self.per_day)

    @property
    def settled(self) -> int:
        """What no longer changes: delivered, given up or lapsed."""
        return self.delivered + self.released + self.lapsed

    @property
    def short(self) -> int:
        return self.wanted - self.settled - self.reserved

    @property
    def open(self) -> bool:
        return self.wanted > self.settled

    @property
    def key(self) -> ShelfKey | None:
        return None if self.depot is None else (self.depot, self.item)

    @property
    def order(self) -> OrderKey:
        """Who comes first: rank, then age, of which a household's id tells within a day, then the reservation's id."""
        return self.rank, self.registered_on, self.household_id, self.id

    @property
    def first_ordinal(self) -> int:
        return self.first_day.toordinal() if self.first_day else 0

    @property
    def days(self) -> int:
        """How many days a ration is for; 0 for what is not food."""
        return self.wanted // self.per_day if self.per_day else 0

    def wanted_before(self, day: date) -> int:
        """Grams of a ration for its days before `day`."""
        return self.per_day * max(0, min(self.days, day.toordinal() - self.first_ordinal))


def backorder(
    need: Need, reservation_id: UUID, depot: str | None, reason: Because = NO_REASON
) -> Reservation:
    """The need written down with nothing set aside."""
    return Reservation(
        id=reservation_id,
        household_id=need.household_id,
        member_id=need.member_id,
        kind=need.kind,
        requested_item=need.item,
        item=need.item,
        depot=depot,
        region=need.region,
        wanted=need.quantity,
        rank=need.rank,
        registered_on=need.registered_on,
        first_day=need.first_day,
        last_day=need.last_day,
        per_day=need.per_day,
        fetch_by=need.last_day,
        reason=reason,
    )


def deliver(reservation: Reservation, quantity: int) -> Reservation | Refused:
    """Hand over `quantity` of what is set aside; refused if it is less than 1 or more than that.

    A bed is refused too: it stays set aside while it is lived in, so that releasing it frees the place.
    """
    which = ("lines", str(reservation.id))
    if reservation.kind is Kind.BED:
        return invalid("A bed is not handed out: it is held until the household leaves.", which)
    if quantity < 1:
        return invalid("Nothing to hand over: the quantity must be 1 or more.", which)
    if quantity > reservation.reserved:
        return invalid(f"{quantity:,} asked for, but only {reservation.reserved:,} set aside.", which)
    return replace(
        reservation, reserved=reservation.reserved - quantity, delivered=reservation.delivered + quantity
    )


def release(reservation: Reservation, reason: Because) -> Reservation:
    """Give up all that is not delivered or lapsed: what was set aside goes back, what was short is not waited
    for.
    """
    released = reservation.released + reservation.reserved + reservation.short
    return replace(reservation, reserved=0, released=released, fetch_by=None, reason=reason)


def expire(reservation: Reservation, today: date) -> Reservation | None:
    """The reservation given up, if something was set aside and its date to fetch has passed; else None."""
    fetch_by = reservation.fetch_by
    if not reservation.reserved or fetch_by is None or fetch_by >= today:
        return None
    return release(reservation, Because(Why.NOT_FETCHED, number=reservation.reserved, on=fetch_by))


def reserved_by_shelf(reservations: Iterable[Reservation]) -> Counter[ShelfKey]:
    """What is set aside of each shelf, summed."""
    sums: Counter[ShelfKey] = Counter()
    for reservation in reservations:
        if reservation.key and reservation.reserved:
            sums[reservation.key] += reservation.reserved
    return sums
