"""The one door to names and birth dates: no other module reads or writes their table.

What goes out of here to logs, contracts and lists is an age band, never the value it came from.
"""

from services.intake.identities.counts import (
    bands,
    count_alike,
    count_grown,
    count_in_two_households,
    grown,
    members_without,
)
from services.intake.identities.rows import change, known, present_elsewhere, read, telling, write
from services.intake.identities.values import Identity, Known, Unfit, identity_of

__all__ = [
    "Identity",
    "Known",
    "Unfit",
    "bands",
    "change",
    "count_alike",
    "count_grown",
    "count_in_two_households",
    "grown",
    "identity_of",
    "known",
    "members_without",
    "present_elsewhere",
    "read",
    "telling",
    "write",
]
