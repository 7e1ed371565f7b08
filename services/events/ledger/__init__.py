"""Where seats are kept: the gathering is locked, what becomes of its seats is decided, and the others are told."""

from services.events.ledger.telling import tell

__all__ = ["tell"]
