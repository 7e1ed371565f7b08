"""Kept totals: so that a summary or a scrape never adds up all history."""

from collections.abc import Mapping

from services.inventory.domain.totals import MonthKey, TotalKey
from services.inventory.tables import MONTH_TOTAL, TOTAL
from shared.database.writes import Writes


def add(
    writes: Writes, by_item: Mapping[TotalKey, Mapping[str, int]], by_month: Mapping[MonthKey, int]
) -> None:
    """Add differences to the totals."""
    writes.total(TOTAL, ({"item": item, "kind": kind, **sums} for (item, kind), sums in by_item.items()))
    months = (
        {"item": item, "kind": kind, "month": month, "on_hand": on_hand}
        for (item, kind, month), on_hand in by_month.items()
    )
    writes.total(MONTH_TOTAL, months)
