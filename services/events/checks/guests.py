"""Guests, and what donations and the others say and are told of them."""

_CONTACTS = """
    SELECT count(*), count(*) FILTER (WHERE contact.id IS NULL)
    FROM guest LEFT JOIN contact ON contact.id = guest.id
"""
_MEMBERS = """
    SELECT count(*), count(*) FILTER (WHERE guest.member <> coalesce(member.member, false))
    FROM guest LEFT JOIN member ON member.id = guest.person_id WHERE guest.person_id IS NOT NULL
"""
_OFFERED = """
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> guest.version)
    FROM guest LEFT JOIN (
        SELECT subject, max(CAST(CAST(data AS json) ->> 'version' AS integer)) AS version
        FROM journal WHERE contract = 'events.contact_offered.v1' GROUP BY 1) said ON said.subject = guest.id
"""
CHECKS = {
    "every guest has contact data": _CONTACTS,
    "a guest whom donations knows is a member if donations says so": _MEMBERS,
    "whether each guest agrees to be written to was said": _OFFERED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
