"""Rows of the intake service. Names and birth dates stand in `IdentityRow` and `CaseIdentityRow` alone, which only
`identities/` reads.
"""

from services.intake.tables.cases import CASE, CASE_ENTRY, CASE_IDENTITY, CASE_PERSON, VISIT
from services.intake.tables.columns import Row
from services.intake.tables.consents import CONSENT, CONSENT_STEP
from services.intake.tables.grants import GRANT_REQUEST, GRANT_TOLD
from services.intake.tables.register import HOUSEHOLD, IDENTITY, IMPORT, MEMBER, MOVED, READING, TIMELINE
from services.intake.tables.settlements import CHILD_TOLD, HELP_TOLD, LESSON_TOLD, SETTLEMENT, SLOT_TOLD

__all__ = [
    "CASE",
    "CASE_ENTRY",
    "CASE_IDENTITY",
    "CASE_PERSON",
    "CHILD_TOLD",
    "CONSENT",
    "CONSENT_STEP",
    "GRANT_REQUEST",
    "GRANT_TOLD",
    "HELP_TOLD",
    "HOUSEHOLD",
    "IDENTITY",
    "IMPORT",
    "LESSON_TOLD",
    "MEMBER",
    "MOVED",
    "READING",
    "SETTLEMENT",
    "SLOT_TOLD",
    "TIMELINE",
    "VISIT",
    "Row",
]
