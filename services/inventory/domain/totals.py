"""What a unit's changes add to the kept totals, so that nobody has to add up all history."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from services.inventory.domain.facts import Changed
from services.inventory.domain.items import Kind
from services.inventory.domain.movements import Movement

AMOUNTS = ("wanted", "reserved", "delivered", "released", "lapsed")
"""What is summed of reservations. What is short follows: wanted less the other four."""

TotalKey = tuple[str, Kind]
"""The code of the item that was asked for, and the kind of the reservation."""

MonthKey = tuple[str, str, date]
"""Item code, kind of movement, first day of the month."""


def total_differences(changed: Iterable[Changed]) -> dict[TotalKey, dict[str, int]]:
    """What the changed reservations add to the totals of each item asked for; keys that nothing is added to are
    left out.

    A ration of 15,000 g with 10,000 g set aside, of which 4,000 g are fetched now: reserved -4,000,
    delivered +4,000.
    """
    sums: dict[TotalKey, dict[str, int]] = {}
    for before, after in changed:
        for sign, each in ((-1, before), (1, after)):
            if each:
                row = sums.setdefault((each.requested_item, each.kind), dict.fromkeys(AMOUNTS, 0))
                for name in AMOUNTS:
                    row[name] += sign * getattr(each, name)
    return {key: row for key, row in sums.items() if any(row.values())}


def month_differences(movements: Iterable[Movement], today: date) -> dict[MonthKey, int]:
    """What the lines add to the stock of each item in this month, by kind of movement. A line that undoes another one
    counts as its kind and in its month: goods that were entered by mistake never came.
    """
    sums: Counter[MonthKey] = Counter()
    for move in movements:
        kind, day = (move.undoes.kind, move.undoes.day) if move.undoes else (move.kind, today)
        sums[move.item, kind, day.replace(day=1)] += move.on_hand
    return {key: amount for key, amount in sums.items() if amount}
