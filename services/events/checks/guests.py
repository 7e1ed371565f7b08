"""Guests, and what donations and the others say and are told of them."""

from shared.contracts.events import ContactOffered
from shared.service.said import newest_said

_CONTACTS = """
    SELECT count(*), count(*) FILTER (WHERE contact.id IS NULL)
    FROM guest LEFT JOIN contact ON contact.id = guest.id
"""
_MEMBERS = """
    SELECT count(*), count(*) FILTER (WHERE guest.member <> coalesce(member.member, false))
    FROM guest LEFT JOIN donor_link link ON link.id = guest.person_id
    LEFT JOIN member ON member.id = coalesce(link.kept_id, guest.person_id) WHERE guest.person_id IS NOT NULL
"""
_SILENT = """
    SELECT count(*), count(*) FILTER (WHERE volunteer.no_contact <> coalesce(guest.no_contact, volunteer.no_contact)
        OR speaker.no_contact <> coalesce(guest.no_contact, volunteer.no_contact, speaker.no_contact))
    FROM contact LEFT JOIN guest ON guest.id = contact.id
    LEFT JOIN volunteer ON volunteer.contact_id = contact.id LEFT JOIN speaker ON speaker.contact_id = contact.id
"""
_OFFERED = newest_said("guest", ContactOffered)
CHECKS = {
    "every guest has contact data": _CONTACTS,
    "a guest whom donations knows is a member if donations says so": _MEMBERS,
    "whether each guest agrees to be written to was said": _OFFERED,
    "whoever is never written to is so as guest, volunteer and speaker": _SILENT,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
