"""What intake said of consents and requests, and what it keeps of answers, as the doctor compares it with others."""

from services.intake.domain.consents import ADULT_BANDS

_HELPERS = """
    SELECT id, version, ARRAY[household_id] AS of, household_id, region,
        'helper' = ANY(wishes) AND withdrawn_on IS NULL AND ended_on IS NULL AS open
    FROM settlement_request
"""
_LESSONS = """
    SELECT id, version, ARRAY[household_id] AS of, household_id, region,
        ARRAY(SELECT CAST(member AS uuid) FROM unnest(member_ids) member ORDER BY 1) AS members,
        'lessons' = ANY(wishes) AND withdrawn_on IS NULL AND ended_on IS NULL AS open
    FROM settlement_request
"""
KEPT = {
    "sponsorship_consents": """
        SELECT id, version, member_id, scopes, agreed, until FROM consent WHERE purpose = 'sponsorship'
    """,
    "speaking_consents": """
        SELECT id, version, member_id, scopes, agreed, until, of_age FROM consent WHERE purpose = 'public_speaking'
    """,
    "speakers": f"""
        SELECT member_id AS id, ARRAY[consent.id] AS of, scopes, agreed, until,
            member.age_band IN {ADULT_BANDS} AS of_age
        FROM consent JOIN member ON member.id = member_id WHERE purpose = 'public_speaking'
    """,  # noqa: S608, all parts are ours
    "helpers_wished": _HELPERS,
    "lessons_wished": _LESSONS,
    "children": "SELECT id, version, status FROM child_told WHERE version > 0",
    "lesson_places": "SELECT id, version, status, request_id FROM lesson_told WHERE version > 0",
    "help": "SELECT id, version, status, request_id FROM help_told WHERE version > 0",
    "slots": "SELECT id, version, status FROM slot_told WHERE version > 0",
    "cases": "SELECT id, version, status, topics FROM advocacy_case",
    "grants_asked": """
        SELECT id, version, ARRAY[household_id, case_id] AS of, kind, currency, withdrawn_on IS NOT NULL AS withdrawn
        FROM grant_request
    """,
    "grants": "SELECT id, version, status, paid FROM grant_told WHERE version > 0",
}
"""Queries by what they give: an id, and what is said or kept of it."""
