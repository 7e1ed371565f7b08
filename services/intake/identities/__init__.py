"""The one door to names and birth dates: no other module reads or writes their table.

What goes out of here to logs, contracts and lists is an age band, never the value it came from.
"""

from services.intake.identities.cases import names_of, people_without_name, rename, write_names
from services.intake.identities.counts import (
    bands,
    count_alike,
    count_grown,
    count_in_two_households,
    grown,
    is_asked,
    members_without,
)
from services.intake.identities.rows import change, known, present_elsewhere, read, telling, write
from services.intake.identities.values import Identity, Known, Name, Unfit, identity_of, name_of

__all__ = [
    "Identity",
    "Known",
    "Name",
    "Unfit",
    "bands",
    "change",
    "count_alike",
    "count_grown",
    "count_in_two_households",
    "grown",
    "identity_of",
    "is_asked",
    "known",
    "members_without",
    "name_of",
    "names_of",
    "people_without_name",
    "present_elsewhere",
    "read",
    "rename",
    "telling",
    "write",
    "write_names",
]
