"""What becomes of a notice that a provider sent."""

from enum import StrEnum


class Became(StrEnum):
    """BOOKED: money moved, or had moved already. UNASSIGNED: booked, and nobody knows for what. WAITING: for the
    payment that it speaks of. KEPT: it moves no money. LOOK: it cannot be booked as it is, and somebody has to look.
    ASKED: PayPal has not said yet whether it is its own.
    """

    BOOKED = "booked"
    UNASSIGNED = "unassigned"
    WAITING = "waiting"
    KEPT = "kept"
    LOOK = "look"
    ASKED = "asked"
