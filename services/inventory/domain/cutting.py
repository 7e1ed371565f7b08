"""Cutting a ration: by its days, or by its grams per day. All sums are kept, and no gram is delivered twice."""

from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

from services.inventory.domain.food import how_far
from services.inventory.domain.reasons import Because
from services.inventory.domain.reservations import Reservation
from shared.contracts.inventory import Why


class Sums(NamedTuple):
    """Grams of a ration, in the order in which they count for its days."""

    lapsed: int
    released: int
    delivered: int
    reserved: int


def split(ration: Reservation, day: date, new_id: UUID) -> tuple[Reservation, Reservation]:
    """Cut a ration in two: its days before `day` under its own id, and those from `day` on under `new_id`.

    All sums are kept: the earlier part is filled first, with what lapsed, was given up, was delivered, is set
    aside. ValueError if `day` is not after the first and up to the last day.
    """
    if ration.first_day is None or ration.last_day is None or not ration.first_day < day <= ration.last_day:
        raise ValueError(f"ration {ration.id} cannot be cut at {day}")
    room = ration.wanted_before(day)
    early, late = _fill(ration, room)
    before = replace(
        ration, wanted=room, last_day=day - timedelta(days=1), reserved=0, delivered=0, released=0, lapsed=0
    )
    after = replace(
        ration,
        id=new_id,
        wanted=ration.wanted - room,
        first_day=day,
        reserved=0,
        delivered=0,
        released=0,
        lapsed=0,
    )
    return _with(before, early), _with(after, late)


def lower(ration: Reservation, per_day: int, new_id: UUID) -> tuple[Reservation, Reservation]:
    """Less per day: the ration with `per_day` grams, and the rest of its grams per day under `new_id`, given up.

    What was delivered is never taken back: what of it is more than the lower ration wants counts for the
    rest. ValueError unless `per_day` is from 1 to below the present grams per day.
    """
    if not 1 <= per_day < ration.per_day:
        raise ValueError(f"a ration of {ration.per_day:,} g per day cannot be lowered to {per_day:,}")
    room, rest = per_day * ration.days, (ration.per_day - per_day) * ration.days
    stays, goes = _fill(ration, room)
    staying = replace(ration, wanted=room, per_day=per_day, reserved=0, delivered=0, released=0, lapsed=0)
    leaving = replace(
        ration,
        id=new_id,
        wanted=rest,
        per_day=ration.per_day - per_day,
        reserved=0,
        delivered=0,
        released=0,
        lapsed=0,
    )
    given_up = goes._replace(reserved=0, released=rest - goes.lapsed - goes.delivered)
    return _with(staying, stays), replace(_with(leaving, given_up), reason=Because(Why.FEWER_PEOPLE))


def _fill(ration: Reservation, room: int) -> tuple[Sums, Sums]:
    """The ration's sums parted: the first `room` grams of them, and the rest."""
    grams = Sums(ration.lapsed, ration.released, ration.delivered, ration.reserved)
    first: list[int] = []
    for amount in grams:
        first.append(min(room, amount))
        room -= first[-1]
    return Sums(*first), Sums(*(amount - taken for amount, taken in zip(grams, first, strict=True)))


def _with(ration: Reservation, sums: Sums) -> Reservation:
    lapsed, released, delivered, reserved = sums
    filled = replace(ration, lapsed=lapsed, released=released, delivered=delivered, reserved=reserved)
    return replace(filled, reason=how_far(filled))
