"""Rows of the intake service. Names and birth dates stand in `IdentityRow` and `CaseIdentityRow` alone, which only
`identities/` reads.
"""

from services.intake.tables.cases import CASE, CASE_ENTRY, CASE_IDENTITY, CASE_PERSON, VISIT
from services.intake.tables.columns import Row
from services.intake.tables.grants import GRANT_REQUEST, GRANT_TOLD
from services.intake.tables.register import HOUSEHOLD, IDENTITY, IMPORT, MEMBER, MOVED, READING, TIMELINE

__all__ = [
    "CASE",
    "CASE_ENTRY",
    "CASE_IDENTITY",
    "CASE_PERSON",
    "GRANT_REQUEST",
    "GRANT_TOLD",
    "HOUSEHOLD",
    "IDENTITY",
    "IMPORT",
    "MEMBER",
    "MOVED",
    "READING",
    "TIMELINE",
    "VISIT",
    "Row",
]
