"""The one door to names, mails, phones and addresses of donors, to PayPal's ids of them (hashed), to its notices as
they came (sealed), and to letters as they were issued, since those have a donor's name in them too: no other module
reads or writes these tables.

What goes out of here to lists is masked; whoever needs more says why, and that is kept.
"""

from services.donations.contacts.donors import Alike, Contact, alike, like, masks, read, write
from services.donations.contacts.letters import Letter, Spoilt, read_letter, write_letter
from services.donations.contacts.notices import (
    Sealed,
    forget_notice,
    forget_notices_before,
    forget_notices_of,
    notices_before,
    read_notice,
    reduce_notice,
    seal_notices_anew,
    sealed_notices,
    write_notice,
)
from services.donations.contacts.payers import claim_payers, donors_of_payers

__all__ = [
    "Alike",
    "Contact",
    "Letter",
    "Sealed",
    "Spoilt",
    "alike",
    "claim_payers",
    "donors_of_payers",
    "forget_notice",
    "forget_notices_before",
    "forget_notices_of",
    "like",
    "masks",
    "notices_before",
    "read",
    "read_letter",
    "read_notice",
    "reduce_notice",
    "seal_notices_anew",
    "sealed_notices",
    "write",
    "write_letter",
    "write_notice",
]
