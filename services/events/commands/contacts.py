"""How people are called and reached is shown with a reason, and corrected. Each is kept with whoever did it."""

from dataclasses import dataclass
from uuid import UUID

from services.events import contacts
from services.events.contacts import Changed, Contact, Reading, Same
from services.events.repository import guests
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, forbidden, missing


@dataclass(frozen=True)
class Rewriting:
    """New contact data in the place of those of the version that was `seen`; the `reading` says who gives them."""

    contact: Contact
    seen: int
    reading: Reading


async def rewrite(unit: Unit, contact_id: UUID, to: Rewriting) -> Refused | None:
    """Give somebody known new contact data, or say why not."""
    try:
        await contacts.rewrite(unit, contact_id, to.contact, to.seen, to.reading)
    except Changed:
        return conflict("Somebody else has changed this contact meanwhile. Look at it again, then change it.")
    except Same:
        return conflict("Somebody else is written down with this name and this mail or phone.")
    return None


async def correct(unit: Unit, contact_id: UUID, to: Rewriting) -> int | Refused:
    """New contact data of a guest, a volunteer or a fieldworker; gives their version."""
    if not await contacts.versions(unit.session, [contact_id]):
        return missing("such contact")
    return await rewrite(unit, contact_id, to) or to.seen + 1


async def read_contact(unit: Unit, contact_id: UUID, reading: Reading) -> tuple[Contact, int] | Refused:
    """Somebody's contact data, and their version; who was shown them, and why, is kept."""
    # Before the data: if they change in between, whoever changes these is told.
    version = (await contacts.versions(unit.session, [contact_id])).get(contact_id, 0)
    found = await contacts.read(unit.session, contact_id)
    if found is None:
        return missing("such contact")
    contacts.record(unit, reading)
    return found, version


async def read_offered(unit: Unit, guest_id: UUID, reading: Reading) -> tuple[Contact, int] | Refused:
    """The contact data of a guest who agrees to be written to at this moment, for whoever writes; of no other guest."""
    guest = await guests.lock(unit.session, guest_id)
    if guest is None:
        return missing("such guest")
    if guest["no_contact"] or not guest["purposes"]:
        return forbidden(
            "This guest does not agree to be written to, so nobody but events' staff is shown who it is. Staff keep it "
            "with the guest if that is wrong."
        )
    return await read_contact(unit, guest_id, reading)
