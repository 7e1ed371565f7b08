"""What events said, and what it keeps of what others said, as the doctor compares it with theirs."""

_SPEAKERS = """
    SELECT member_id AS id, max(day.processed) AS today, coalesce(bool_or(status = 'planned'), false) AS planned
    FROM speaker LEFT JOIN slot ON speaker.id = speaker_id, day
    WHERE member_id IS NOT NULL AND left_on IS NULL AND NOT EXISTS (
        SELECT FROM consent WHERE consent.member_id = speaker.member_id AND consent.of_age = false)
    GROUP BY 1
"""
_OFFERED = """
    SELECT id, version, language, CASE WHEN no_contact THEN '{}' ELSE purposes END AS purposes,
        NOT no_contact AND purposes <> '{}' AS offered FROM guest WHERE version > 0
"""
KEPT = {
    "speaking_consents": """
        SELECT id, version, member_id, scopes, agreed, until, of_age FROM consent
        WHERE version > 0 AND member_id IS NOT NULL
    """,
    "speakers": _SPEAKERS,
    "helpers_wished": """
        SELECT id, version, household_id, region, ended = '' AS open FROM need WHERE source = 'settlement'
    """,
    "helpers_asked": """
        SELECT id, version, task, people, ended = '' AS open FROM need WHERE source = 'sponsorship'
    """,
    "helpers_found": """
        SELECT id, said AS version, status, found, reason FROM need WHERE source = 'sponsorship' AND said > 0
    """,
    "help": "SELECT id, said AS version, status, request_id FROM need WHERE said > 0",
    "cases": "SELECT id, version, status, topics FROM advocacy_case WHERE version > 0",
    "slots": "SELECT id, version, status FROM slot WHERE version > 0",
    "persons_linked": "SELECT id, version, kept_id FROM donor_link WHERE version > 0",
    "members": "SELECT id, version, member, language, may_invite FROM member WHERE version > 0",
    "contacts_offered": _OFFERED,
}
"""Queries by what they give: an id, and what is said or kept of it."""
