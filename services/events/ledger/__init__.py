"""Where seats are kept: the gathering is locked, what becomes of its seats is decided, and the others are told."""

from services.events.ledger.hall import OFFER_ENDS, Asked, Hall, Outcome, Placed, Twice, Uninvited, hall
from services.events.ledger.telling import TELL, tell, tell_untold

__all__ = [
    "OFFER_ENDS",
    "TELL",
    "Asked",
    "Hall",
    "Outcome",
    "Placed",
    "Twice",
    "Uninvited",
    "hall",
    "tell",
    "tell_untold",
]
