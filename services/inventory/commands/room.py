"""No shelf holds more than can be counted."""

from services.inventory.domain.numbers import MOST
from services.inventory.domain.stock import ShelfKey
from services.inventory.ledger import StockLedger
from shared.outcomes import Refused, invalid


def too_much(ledger: StockLedger, key: ShelfKey, more: int) -> Refused | None:
    """Refused if a shelf would hold more than `MOST`: a slip of the hand, for no store is so large."""
    if ledger.on_hand(key) + more <= MOST:
        return None
    depot, item = key
    return invalid(f"{depot} would have more than {MOST:,} of {item}.", ("quantity", "is too much"))
