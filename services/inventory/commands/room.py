"""What may come to a shelf: no more than can be counted, and nothing of a lot that is expired or blocked."""

from datetime import date

from services.inventory.domain.numbers import MOST
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import StockLedger
from shared.outcomes import Refused, conflict, invalid


def too_much(ledger: StockLedger, key: ShelfKey, more: int) -> Refused | None:
    """Refused if a shelf would hold more than `MOST`: a slip of the hand, for no store is so large."""
    if ledger.on_hand(key) + more <= MOST:
        return None
    depot, item = key
    return invalid(f"{depot} would have more than {MOST:,} of {item}.", ("quantity", "is too much"))


def no_way_back(lot: Lot, depot: str, item: str, today: date) -> Refused | None:
    """Refused if goods may not come back to the lot that they were of."""
    if lot.expired(today):
        return conflict(f"This {item} expired on {lot.expires}; it does not come back to {depot}.")
    return recalled(lot, depot, item)


def recalled(lot: Lot, depot: str, item: str) -> Refused | None:
    """Refused if more would come to a lot that was blocked: it would be given out again."""
    if not lot.recalled:
        return None
    return conflict(
        f"This lot of {item} is blocked in {depot}. Keep what came back apart, or unblock the lot first."
    )
