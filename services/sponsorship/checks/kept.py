"""What sponsorship said, and what it keeps of what others said, as the doctor compares it with theirs."""

_PLACES = """
    SELECT DISTINCT ON (learner.id) learner.id, version, state AS status, request_id
    FROM learner JOIN lesson_place ON member_id = learner.id
    ORDER BY learner.id, state IN ('waiting', 'placed') DESC, lesson_place.id DESC
"""
_LEARNERS = """
    SELECT request_id AS id, array_agg(household_id) AS of, array_agg(member_id ORDER BY member_id) AS members
    FROM lesson_place WHERE state IN ('waiting', 'placed') GROUP BY request_id
"""
_LESSONS = """
    SELECT settlement.id, settlement.version, household_id, region,
        ARRAY(SELECT member FROM unnest(member_ids) member ORDER BY 1) AS members,
        wished AND coalesce(closed.version, 0) <= household_version AS open
    FROM settlement LEFT JOIN closed_household closed ON closed.id = household_id WHERE settlement.version > 0
"""
_GIFTS_USED = """
    SELECT gift_id AS id, count(*) AS children FROM (
        SELECT gift_id FROM hold WHERE state = 'held' UNION ALL
        SELECT gift_id FROM sponsorship WHERE ends_on IS NULL) used
    GROUP BY 1
"""
KEPT = {
    "payments": "SELECT id, version, gift_id, counts, covers_from, covers_until FROM payment WHERE version > 0",
    "monthly_gifts": """
        SELECT id, version, donor_id, purpose, status, children, covered_until, grace_until, correspondence
        FROM gift WHERE version > 0
    """,
    "gifts_used": _GIFTS_USED,
    "gifts_placed": "SELECT id, said AS version, placed, wanted FROM gift WHERE said > 0",
    "donors_linked": "SELECT id, version, kept_id FROM sponsor WHERE version > 0",
    "sponsorship_consents": "SELECT id, version, member_id, scopes, agreed, until FROM consent WHERE version > 0",
    "children": "SELECT id, version, status FROM child",
    "lessons_wished": _LESSONS,
    "learners": _LEARNERS,
    "lesson_places": _PLACES,
    "helpers_asked": "SELECT id, said AS version, task, wanted AS people, open FROM helper_need WHERE said > 0",
    "helpers_found": "SELECT id, version, status, found, reason FROM helper_need WHERE version > 0",
    "school_payments": """
        SELECT id, said AS version, ARRAY[household_id] AS of, household_id, child_id AS member_id, amount, currency,
            withdrawn FROM school_payment
    """,
    "school_answers": """
        SELECT id, version, status, set_aside, paid, missing, reason FROM school_payment WHERE version > 0
    """,
}
"""Queries by what they give: an id, and what is said or kept of it."""
