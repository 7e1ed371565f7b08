"""Rows that two services have of one thing, for the doctor who compares them; by what is kept.

Each statement is about the thing `{id}`. They are made where no wall holds them back: see `WALLS` of `breaking.py`.
"""

KEPT = {
    "payments": "INSERT INTO payment (id, version) VALUES ('{id}', 1)",
    "monthly_gifts": "INSERT INTO gift (id, version) VALUES ('{id}', 1)",
    "donors_linked": "INSERT INTO sponsor (id, version) VALUES ('{id}', 1)",
    "persons_linked": "INSERT INTO donor_link (id, version) VALUES ('{id}', 1)",
    "school_answers": """
        INSERT INTO school_payment (id, month_id, child_id, household_id, amount, currency, due_on, version, status,
            reason)
        VALUES ('{id}', '{id}', '{id}', '{id}', 1, 'JPY', '2006-11-01', 1, 'waiting', 'asked')
    """,
    "gifts_used": """
        INSERT INTO hold (id, child_id, gift_id, role, made_on, until_on, state, actor)
        VALUES ('{id}', '{id}', '{id}', 'main', '2006-11-01', '2006-12-01', 'held', 'x')
    """,
    "gifts_placed": "INSERT INTO gift_placed (id, version) VALUES ('{id}', 1)",
    "school_payments": """
        INSERT INTO "grant" (id, version, kind, household_id, member_id, wanted, currency)
        VALUES ('{id}', 1, 'school', '{id}', '{id}', 5, 'JPY')
    """,
    "members": "INSERT INTO member (id, version) VALUES ('{id}', 1)",
    "contacts_offered": "INSERT INTO contact_offered (id, version) VALUES ('{id}', 1)",
    "appeals": "INSERT INTO appeal (id, version) VALUES ('{id}', 1)",
    "purchases": "INSERT INTO purchase (id, version) VALUES ('{id}', 1)",
    "receipts": "INSERT INTO goods_told (id, version) VALUES ('{id}', 1)",
    "grants_asked": """INSERT INTO "grant" (id, version, kind, household_id) VALUES ('{id}', 1, 'hospital', '{id}')""",
    "cases": "INSERT INTO advocacy_case (id, version) VALUES ('{id}', 1)",
    "grants": "INSERT INTO grant_told (id, version, status) VALUES ('{id}', 1, 'waiting')",
    "sponsorship_consents": "INSERT INTO consent (id, version) VALUES ('{id}', 1)",
    "lessons_wished": "INSERT INTO settlement (id, version, household_id) VALUES ('{id}', 1, '{id}')",
    "learners": """
        INSERT INTO lesson_place (id, member_id, household_id, request_id, state, waiting_since)
        VALUES ('{id}', '{id}', '{id}', '{id}', 'waiting', '2006-11-01')
    """,
    "speaking_consents": "INSERT INTO consent (id, version, member_id) VALUES ('{id}', 1, '{id}')",
    "helpers_wished": "INSERT INTO need (id, version, source) VALUES ('{id}', 1, 'settlement')",
    "speakers": """
        INSERT INTO speaker (id, alias, kind, member_id, household_id, since, actor)
        VALUES ('{id}', '{id}', 'defector', '{id}', '{id}', '2006-11-01', 'x');
        INSERT INTO slot (id, speaker_id, gathering_id, on_day, status, actor)
        VALUES ('{id}', '{id}', '{id}', '2006-11-20', 'planned', 'x')
    """,
    "children": "INSERT INTO child_told (id, version) VALUES ('{id}', 1)",
    "lesson_places": "INSERT INTO lesson_told (id, version) VALUES ('{id}', 1)",
    "helpers_asked": "INSERT INTO need (id, version, source) VALUES ('{id}', 1, 'sponsorship')",
    "helpers_found": "INSERT INTO helper_need (id, version) VALUES ('{id}', 1)",
    "help": "INSERT INTO help_told (id, version) VALUES ('{id}', 1)",
    "slots": "INSERT INTO slot_told (id, version) VALUES ('{id}', 1)",
}
"""In the keeper's database."""

_WISHED = """
    INSERT INTO settlement_request (id, version, household_id, member_ids, wishes, region)
    VALUES ('{{id}}', 1, {household}, '{{{{{members}}}}}', '{{{{{wishes}}}}}', {region})
"""
_GIFT = """
    INSERT INTO gift (id, provider, subscription_id) VALUES ('{{id}}', 'x', '{{id}}');
    INSERT INTO subscription (id, version, provider, reference, said) VALUES ('{{id}}', 1, 'x', '{{id}}',
        '{{{{"purpose": "{purpose}", "status": "{status}", "children": {children}, "correspondence": false}}}}')
"""
_AGREED = """
    INSERT INTO consent (id, version, member_id, purpose, scopes, agreed)
    VALUES ('{{id}}', 1, {member}, '{purpose}', '{{{{{scopes}}}}}', {agreed})
"""
_HOME = "'{id}'"
SAID = {
    "payments": "INSERT INTO payment (id, version) VALUES ('{id}', 1)",
    "monthly_gifts": _GIFT.format(purpose="", status="", children=0),
    "donors_linked": "INSERT INTO donor (id, link_said) VALUES ('{id}', 1)",
    "persons_linked": "INSERT INTO donor (id, link_said) VALUES ('{id}', 1)",
    "school_answers": """INSERT INTO "grant" (id, said, kind) VALUES ('{id}', 1, 'school')""",
    "gifts_used": _GIFT.format(purpose="education", status="active", children=1),
    "gifts_placed": "INSERT INTO gift (id, said) VALUES ('{id}', 1)",
    "school_payments": """
        INSERT INTO school_payment (id, said, household_id, child_id, amount, currency)
        VALUES ('{id}', 1, '{id}', '{id}', 5, 'JPY')
    """,
    "members": "INSERT INTO donor (id, membership_said, language) VALUES ('{id}', 1, '')",
    "contacts_offered": "INSERT INTO guest (id, version, language) VALUES ('{id}', 1, '')",
    "appeals": "INSERT INTO appeal (id, version, status) VALUES ('{id}', 1, '')",
    "purchases": "INSERT INTO purchase (id, version, status) VALUES ('{id}', 1, '')",
    "receipts": "INSERT INTO receipt (id, version) VALUES ('{id}', 1)",
    "grants_asked": """
        INSERT INTO grant_request (id, version, household_id, kind, currency) VALUES ('{id}', 1, '{id}', 'hospital', '')
    """,
    "cases": "INSERT INTO advocacy_case (id, version, status, topics) VALUES ('{id}', 1, '', '{{}}')",
    "grants": """INSERT INTO "grant" (id, said) VALUES ('{id}', 1)""",
    "sponsorship_consents": _AGREED.format(member="NULL", purpose="sponsorship", scopes="", agreed=False),
    "lessons_wished": _WISHED.format(household=_HOME, members="", wishes="", region="''"),
    "learners": _WISHED.format(household=_HOME, members="{id}", wishes="lessons", region="''"),
    "speaking_consents": _AGREED.format(member=_HOME, purpose="public_speaking", scopes="", agreed=False),
    "helpers_wished": _WISHED.format(household="NULL", members="", wishes="helper", region="NULL"),
    "speakers": "INSERT INTO member (id, age_band) VALUES ('{id}', 'adult');"  # noqa: S608, ours
    + _AGREED.format(member=_HOME, purpose="public_speaking", scopes="speaking", agreed=True),
    "children": "INSERT INTO child (id, version) VALUES ('{id}', 1)",
    "lesson_places": """
        INSERT INTO learner (id, version) VALUES ('{id}', 1);
        INSERT INTO lesson_place (id, member_id, state) VALUES ('{id}', '{id}', '')
    """,
    "helpers_asked": "INSERT INTO helper_need (id, said, wanted) VALUES ('{id}', 1, 0)",
    "helpers_found": "INSERT INTO need (id, said, source) VALUES ('{id}', 1, 'sponsorship')",
    "help": "INSERT INTO need (id, said) VALUES ('{id}', 1)",
    "slots": "INSERT INTO slot (id, version, status) VALUES ('{id}', 1, '')",
}
"""In the sayer's database, as `KEPT` has it."""

SAID_OTHERWISE = {
    "payments": ["payment SET version = 2", "payment SET gross = 100, refunded = 50"],
    "donors_linked": ["donor SET merged_into = id"],
    "persons_linked": ["donor SET merged_into = id"],
    "school_answers": [
        '"grant" SET set_aside = 1',
        '"grant" SET wanted = 1',
        '"grant" SET paid = 1, wanted = 2',
    ],
    "gifts_used": [
        """subscription SET said = jsonb_set(said::jsonb, '{{status}}', '"lapsed"')""",
        """subscription SET said = jsonb_set(said::jsonb, '{{status}}', '"ended"')""",
        """subscription SET said = jsonb_set(said::jsonb, '{{purpose}}', '"food"')""",
        "subscription SET said = jsonb_set(said::jsonb, '{{children}}', '0')",
    ],
    "gifts_placed": ["gift SET placed = 1"],
    "school_payments": [
        "school_payment SET amount = 4",
        "school_payment SET currency = 'USD'",
        "school_payment SET withdrawn = true",
    ],
    "grants_asked": ["grant_request SET currency = 'USD'", "grant_request SET withdrawn_on = '2006-11-01'"],
    "grants": ['"grant" SET paid = 1', """"grant" SET ended = 'refused'"""],
    "learners": [
        "settlement_request SET member_ids = '{{}}'",
        "settlement_request SET wishes = '{{helper}}'",
        "settlement_request SET withdrawn_on = '2006-11-01'",
    ],
    "speakers": [
        "consent SET agreed = false",
        "consent SET scopes = '{{recording}}'",
        "consent SET until = '2006-10-31'",
        "member SET age_band = 'school'",
    ],
}
"""One value in the sayer's database is another one."""
KEPT_OTHERWISE = {
    "payments": ["payment SET counts = 10000", "payment SET covers_until = '2006-12-01'"],
    "monthly_gifts": [
        "gift SET status = 'lapsed'",
        "gift SET children = 2",
        "gift SET grace_until = '2006-12-01'",
        "gift SET donor_id = id",
    ],
    "donors_linked": ["sponsor SET kept_id = id"],
    "persons_linked": ["donor_link SET kept_id = id"],
    "school_answers": ["school_payment SET paid = 1", "school_payment SET missing = 1"],
    "gifts_placed": ["gift_placed SET wanted = 1"],
    "school_payments": ['"grant" SET wanted = 6', '"grant" SET member_id = NULL'],
    "members": ["member SET member = true", "member SET may_invite = true"],
    "contacts_offered": ["contact_offered SET offered = true"],
    "appeals": ["appeal SET status = 'funded'"],
    "purchases": ["purchase SET status = 'ordered'"],
    "grants_asked": [""""grant" SET currency = 'USD'""", '"grant" SET version = 2'],
    "cases": ["advocacy_case SET topics = '{{prison}}'"],
    "grants": ["grant_told SET paid = 1", "grant_told SET status = 'paid'"],
    "sponsorship_consents": ["consent SET agreed = true", "consent SET until = '2006-12-01'"],
    "lessons_wished": ["settlement SET region = 'osaka'"],
    "learners": ["lesson_place SET member_id = gen_random_uuid()"],
    "speaking_consents": ["consent SET scopes = '{{speaking}}'"],
    "helpers_wished": ["need SET ended = 'withdrawn'"],
    "children": ["child_told SET status = 'left'"],
    "lesson_places": ["lesson_told SET status = 'placed'"],
    "helpers_asked": ["need SET task = 'teach'"],
    "helpers_found": ["helper_need SET found = 1"],
    "help": ["help_told SET status = 'done'"],
    "slots": ["slot_told SET status = 'flagged'"],
}
"""One value in the keeper's database is another one."""
