"""What donations said, and what it keeps of what others said, as the doctor compares it with theirs."""

_GIFTS = """
    SELECT gift.id, subscription.version, said ->> 'donor_id' AS donor_id, said ->> 'purpose' AS purpose,
        said ->> 'status' AS status, CAST(said ->> 'children' AS integer) AS children,
        said ->> 'covered_until' AS covered_until, said ->> 'grace_until' AS grace_until,
        CAST(said ->> 'correspondence' AS boolean) AS correspondence
    FROM subscription JOIN gift ON gift.provider = subscription.provider
        AND gift.subscription_id = subscription.reference
    WHERE subscription.version > 0 AND said IS NOT NULL
"""
_COUNTS = "CASE WHEN gross > 0 THEN CAST(div(CAST(gross - refunded AS numeric) * 10000, gross) AS integer) ELSE 0 END"
_STATUS = """
    CASE WHEN ended <> '' THEN ended WHEN paid >= wanted AND paid <> 0 THEN 'paid' WHEN paid <> 0 THEN 'paid_part'
        WHEN set_aside + carried > 0 THEN 'set_aside'
        WHEN agreed_to = 0 AND wanted > 0 THEN 'undecided' ELSE 'waiting' END
"""
# S608: the names are ours.
_SCHOOL = f"""
    SELECT id, said AS version, {_STATUS} AS status, set_aside + carried AS set_aside, paid,
        CASE WHEN ended <> '' THEN 0 ELSE greatest(0, wanted - set_aside - carried - paid) END AS missing, reason
    FROM "grant" WHERE said > 0 AND kind = 'school'
"""  # noqa: S608
KEPT = {
    "payments": f"""
        SELECT id, version, gift_id, {_COUNTS} AS counts, covers_from, covers_until FROM payment WHERE version > 0
    """,  # noqa: S608
    "monthly_gifts": _GIFTS,
    "gifts_placed": "SELECT id, version, placed, wanted FROM gift_placed WHERE version > 0",
    "donors_linked": "SELECT id, link_said AS version, merged_into AS kept_id FROM donor WHERE link_said > 0",
    "members": """
        SELECT id, membership_said AS version, member, language, may_write AS may_invite
        FROM donor WHERE membership_said > 0
    """,
    "contacts_offered": "SELECT id, version, language, purposes, offered FROM contact_offered WHERE version > 0",
    "school_payments": """
        SELECT id, version, household_id, member_id, wanted, currency, ended <> '' AS over
        FROM "grant" WHERE version > 0 AND kind = 'school'
    """,
    "school_answers": _SCHOOL,
    "grants_asked": """
        SELECT id, version, kind, currency, ended <> '' AS over FROM "grant" WHERE version > 0 AND kind <> 'school'
    """,
    "appeals": "SELECT id, version, status FROM appeal",
    "purchases": "SELECT id, version, status FROM purchase WHERE version > 0",
    "receipts": "SELECT id, version FROM goods_told WHERE version > 0",
    "grants": f"""SELECT id, said AS version, {_STATUS} AS status, paid FROM "grant" WHERE said > 0""",  # noqa: S608
}
"""Queries by what they give: an id, and what is said or kept of it."""
