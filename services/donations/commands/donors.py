"""Donors are written down, looked up, and merged by a link that can be taken away again.

A merge moves no gift and no receipt: they stay with the donor to whom they were given, and lists follow the link.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.commands import telling
from services.donations.contacts import Alike, Contact
from services.donations.domain.donors import Choices
from services.donations.domain.letters import LetterState
from services.donations.repository import donors, letters, payments
from services.donations.tables import CONTACT_READING
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

PARTED = "parted"
"""Why a letter ended that told one donor of gifts of another one: they were not the same after all."""


@dataclass(frozen=True)
class Donor:
    """A donor who was written down, and who may be the same."""

    id: UUID
    alike: tuple[Alike, ...] = ()


async def add(unit: Unit, contact: Contact, choices: Choices) -> Donor:
    """Write a donor down; whoever may be the same is named, and nothing is merged by itself."""
    donor_id = uuid7()
    donors.add(unit, donor_id, choices, telling.membership(unit, donor_id, choices, 0))
    contacts.write(unit.writes, donor_id, contact)
    return Donor(donor_id, tuple(await contacts.alike(unit.session, donor_id)))


async def change(
    unit: Unit, donor_id: UUID, contact: Contact | None, choices: Mapping[str, Any]
) -> Donor | Refused:
    """Give a donor new contact data, or other choices; what is not named stays."""
    row = (await donors.lock(unit.session, donor_id)).get(donor_id)
    if row is None:
        return missing(f"donor {donor_id}")
    before = telling.choices_of(row)
    after = replace(before, **choices)
    if after != before:
        same = replace(after, anonymous=before.anonymous) == before
        said = (
            row["membership_said"]
            if same
            else telling.membership(unit, donor_id, after, row["membership_said"])
        )
        donors.change(unit, donor_id, {**choices, "membership_said": said})
    if contact:
        contacts.write(unit.writes, donor_id, contact)
    return Donor(donor_id, tuple(await contacts.alike(unit.session, donor_id)))


async def read_contact(unit: Unit, donor_id: UUID, route: str) -> Contact | Refused:
    """A donor's contact data; who was shown them, and by which route, is kept."""
    found = await contacts.read(unit.session, donor_id)
    if found is None:
        return missing(f"donor {donor_id}")
    row = {"id": uuid7(), "at": unit.now, "donor_id": donor_id, "actor": unit.actor.id, "route": route}
    unit.writes.insert(CONTACT_READING, [row])
    return found


async def merge(unit: Unit, donor_id: UUID, into: UUID) -> Donor | Refused:
    """One donor turns out to be another one. Refused for chains: the one that is kept is merged into nobody, and
    nobody is merged into the other.
    """
    if donor_id == into:
        return invalid("A donor is not merged into itself.", ("into", "is the same donor"))
    found = await donors.lock(unit.session, donor_id, into)
    if lost := [each for each in (donor_id, into) if each not in found]:
        return missing(f"donor {lost[0]}")
    if any(row["merged_into"] for row in found.values()):
        return conflict("One of these donors is merged already. Part them first.")
    if await donors.is_kept(unit.session, donor_id):
        return conflict("Others were merged into this donor. Merge the other way round, or part them first.")
    said = telling.link(unit, donor_id, into, found[donor_id]["link_said"])
    donors.change(unit, donor_id, {"merged_into": into, "link_said": said})
    return Donor(donor_id)


async def part(unit: Unit, donor_id: UUID) -> Donor | Refused:
    """The two were not the same after all: the link goes, and all is as it was. Letters to the one that tell of gifts
    of the other end.
    """
    kept = await donors.kept(unit.session, donor_id)
    if kept is None:
        return missing(f"donor {donor_id}")
    # The other one too: whoever issues a statement for both holds it.
    found = (await donors.lock(unit.session, donor_id, kept["id"]))[donor_id]
    if found["merged_into"] != kept["id"]:
        return conflict("This donor is merged into nobody.")
    await _end_letters(unit, donor_id, kept["id"])
    said = telling.link(unit, donor_id, None, found["link_said"])
    donors.change(unit, donor_id, {"merged_into": None, "link_said": said})
    return Donor(donor_id, tuple(await contacts.alike(unit.session, donor_id)))


async def _end_letters(unit: Unit, donor_id: UUID, other: UUID) -> None:
    """Statements are void; a receipt is replaced by one that names its payment's own donor, which is printed soon."""
    receipted = await letters.receipts_to_another(unit.session, donor_id, other)
    for payment in await payments.lock_all(unit.session, receipted):
        receipt = await letters.standing_receipt(unit.session, payment.id)
        if receipt and receipt.state is LetterState.ISSUED and receipt.donor_id == other:
            ended = replace(receipt, state=LetterState.REPLACED, reason=PARTED, ended_on=unit.today)
            letters.change_receipt(unit, ended)
            unit.remind(letters.REPRINT)
    statements = await letters.statements_to_another(unit.session, donor_id, other)
    await letters.end_statements(unit, statements, LetterState.VOID, PARTED)
