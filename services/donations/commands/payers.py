"""Whoever pays once through PayPal is a donor: found by PayPal's own id of the payer, or written down."""

from collections.abc import Iterable
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.contacts import Contact
from services.donations.domain.donors import Choices, DonorKind
from services.donations.paypal.said import Payer
from services.donations.repository import donors
from services.donations.repository.at_hand import AtHand
from shared.messaging.unit import Unit

LONGEST_NAME = 200


async def donor_of(unit: Unit, payer: Payer) -> UUID | None:
    """The donor who paid, written down if PayPal's id of the payer is new. None without an id, or for a new one of whom
    neither name nor mail is said.

    Nobody is taken for somebody else by a name or a mail: who may be the same is shown, and a treasurer merges them.
    """
    if payer.payer_id is None:
        return None
    await have_donors(unit, [payer])
    return AtHand.of(unit.session).payers[payer.payer_id]


async def have_donors(unit: Unit, payers: Iterable[Payer]) -> None:
    """Have those at hand who paid; the first who says the name of a new one writes it down. Called before payments are
    locked, for rows may be locked here.
    """
    hand = AtHand.of(unit.session)
    named: dict[str, Payer] = {}
    for each in payers:
        if each.payer_id and hand.payers.get(each.payer_id) is None:
            first = named.setdefault(each.payer_id, each)
            named[each.payer_id] = first if _contact(first) else each
    claims = {name: uuid7() for name, each in named.items() if _contact(each)}
    known = await contacts.claim_payers(unit.session, claims) if claims else {}
    hand.payers |= {**claims, **known}
    silent = named.keys() - claims.keys()
    hand.payers |= {**dict.fromkeys(silent), **await contacts.donors_of_payers(unit.session, silent)}
    for name in claims.keys() - known.keys():
        _write(unit, claims[name], named[name])


def _write(unit: Unit, donor_id: UUID, payer: Payer) -> None:
    contact = _contact(payer)
    assert contact, "only who says a name is written down"
    kind = DonorKind.ORGANISATION if payer.organisation else DonorKind.PERSON
    donors.add(unit, donor_id, Choices(kind))
    contacts.write(unit.writes, donor_id, contact)


def _contact(payer: Payer) -> Contact | None:
    person = " ".join(filter(None, (payer.given_name, payer.surname)))
    name = payer.organisation or person or payer.mail
    return Contact(name[:LONGEST_NAME], payer.mail) if name else None
