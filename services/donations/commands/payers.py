"""Whoever pays once through PayPal is a donor: found by PayPal's own id of the payer, or written down."""

from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.contacts import Contact
from services.donations.domain.donors import Choices, DonorKind
from services.donations.paypal.said import Payer
from services.donations.repository import donors
from shared.messaging.unit import Unit

LONGEST_NAME = 200


async def donor_of(unit: Unit, payer: Payer) -> UUID | None:
    """The donor who paid, written down if PayPal's id of the payer is new. None without an id, or for a new one of whom
    neither name nor mail is said.

    Nobody is taken for somebody else by a name or a mail: who may be the same is shown, and a treasurer merges them.
    """
    if payer.payer_id is None:
        return None
    contact = _contact(payer)
    if contact is None:
        return await contacts.donor_of_payer(unit.session, payer.payer_id)
    donor_id = uuid7()
    if known := await contacts.claim_payer(unit.session, payer.payer_id, donor_id):
        return known
    kind = DonorKind.ORGANISATION if payer.organisation else DonorKind.PERSON
    donors.add(unit, donor_id, Choices(kind))
    contacts.write(unit.writes, donor_id, contact)
    return donor_id


def _contact(payer: Payer) -> Contact | None:
    person = " ".join(filter(None, (payer.given_name, payer.surname)))
    name = payer.organisation or person or payer.mail
    return Contact(name[:LONGEST_NAME], payer.mail) if name else None
