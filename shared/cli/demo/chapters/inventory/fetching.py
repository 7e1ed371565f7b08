"""What a household fetches when it comes: a plain sum over its reservations."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

Line = dict[str, Any]


def to_fetch(reservations: Iterable[Mapping[str, Any]], next_fetch_day: date) -> dict[str, list[Line]]:
    """By household, what it takes home now: food for the days before it comes again, of the rest all set aside.

    Beds are slept in, not fetched. `reservations` are inventory's, as JSON.
    """
    fetched: dict[str, list[Line]] = defaultdict(list)
    for reservation in reservations:
        if reservation["kind"] == "bed":
            continue
        quantity = _quantity(reservation, next_fetch_day)
        if quantity > 0:
            line = {"reservation_id": reservation["id"], "quantity": quantity}
            fetched[reservation["household_id"]].append(line)
    return dict(fetched)


def _quantity(reservation: Mapping[str, Any], next_fetch_day: date) -> int:
    """Of a ration, what was given counts for its earliest days first, so the sums say what is still to be fetched."""
    reserved = int(reservation["reserved"])
    if reservation["first_day"] is None:
        return reserved
    first, last = date.fromisoformat(reservation["first_day"]), date.fromisoformat(reservation["last_day"])
    a_day = int(reservation["wanted"]) // _days(first, last)
    needed = a_day * _days(first, min(last, next_fetch_day - timedelta(days=1)))
    return min(reserved, needed - int(reservation["delivered"]) - int(reservation["lapsed"]))


def _days(first: date, last: date) -> int:
    """How many days, both ends included."""
    return (last - first).days + 1
