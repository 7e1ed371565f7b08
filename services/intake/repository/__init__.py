"""Rows and values of intake. Set-based, never commits; names and birth dates are in `identities/`, not here."""

from services.intake.repository.households import HELPED, PRESENT, find, lock_all, with_members
from services.intake.repository.register import (
    but_for_zeros,
    delivered,
    draw_codes,
    key_of,
    loose_of,
    regions,
    registered,
)
from services.intake.repository.writing import (
    activate,
    add_entries,
    add_members,
    insert_households,
    save,
    set_bands,
    set_corrected,
    set_left,
    set_moved,
    set_undone,
)

__all__ = [
    "HELPED",
    "PRESENT",
    "activate",
    "add_entries",
    "add_members",
    "but_for_zeros",
    "delivered",
    "draw_codes",
    "find",
    "insert_households",
    "key_of",
    "lock_all",
    "loose_of",
    "regions",
    "registered",
    "save",
    "set_bands",
    "set_corrected",
    "set_left",
    "set_moved",
    "set_undone",
    "with_members",
]
