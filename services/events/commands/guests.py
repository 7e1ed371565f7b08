"""Guests are written down and changed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.events import contacts
from services.events.commands.contacts import Rewriting, rewrite
from services.events.contacts import Contact
from services.events.repository import guests, helping, members, silence
from services.events.repository.guests import Choices
from shared.contracts.events import ContactOffered
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class NewGuest:
    """Somebody who may be known already."""

    contact: Contact
    choices: Choices


async def write_down(unit: Unit, new: Sequence[NewGuest]) -> list[UUID]:
    """The ids of these people as guests, in their order; who is known with name and mail or phone is found.

    Somebody who is a guest already stays as known, whatever is said now.
    """
    if not new:
        return []
    to_silence = any(each.choices.no_contact for each in new)
    ids = await contacts.find_or_write(unit, [each.contact for each in new], to_silence=to_silence)
    silent = await silence.known(unit.session, ids)
    choices = dict[UUID, Choices]()
    for key, each in zip(ids, new, strict=True):
        choices.setdefault(key, replace(each.choices, no_contact=each.choices.no_contact or key in silent))
    added = sorted(await guests.add(unit, choices))
    for key in added:
        if choices[key].purposes:
            _offer(unit, key, 1, choices[key])
    if newly := [key for key in added if choices[key].no_contact and key not in silent]:
        await _keep_silence(unit, newly, no_contact=True)
    return ids


async def set_no_contact(unit: Unit, contact_id: UUID, no_contact: bool) -> None:
    """Somebody is never written to from now on, or may be again: as a guest, a volunteer and a speaker at once.

    Who was asked for a task and has not answered is asked no longer; what somebody has agreed to stays theirs.
    """
    await contacts.lock(unit.session, contact_id)
    await _keep_silence(unit, [contact_id], no_contact)


async def _keep_silence(unit: Unit, ids: Collection[UUID], no_contact: bool) -> None:
    """The same for people whose contacts this unit has alone."""
    known = await guests.lock_all(unit.session, ids)
    await silence.lock_speakers(unit.session, ids)
    await helping.take_desk(unit.session)
    await silence.keep(unit.session, ids, no_contact)
    for guest in known:
        _say_offer(unit, dict(guest), {**guest, "no_contact": no_contact})
    unit.remind(helping.SETTLE)


async def follow_members(unit: Unit, persons: Collection[UUID]) -> None:
    """Something was heard of these persons, who are locked: their guests are members, or no longer."""
    known = await guests.of_persons(unit.session, await members.entries(unit.session, persons))
    now = await members.are_members(unit.session, {guest["person_id"] for guest in known})
    for guest in known:
        guests.change(unit, guest["id"], {"member": now[guest["person_id"]]})


def _offer(unit: Unit, guest_id: UUID, version: int, choices: Choices) -> None:
    """Tell the others whether the guest agrees to be written to, without saying who it is."""
    guests.change(unit, guest_id, {"version": version})
    purposes = frozenset[str]() if choices.no_contact else choices.purposes
    fact = ContactOffered(
        contact_id=guest_id,
        version=version,
        language=choices.language,
        purposes=purposes,
        offered=bool(purposes),
        on=unit.today,
    )
    unit.say(fact)


async def change(
    unit: Unit, guest_id: UUID, rewriting: Rewriting | None, values: Mapping[str, Any]
) -> UUID | Refused:
    """Give a guest new contact data, or other choices; what is not named stays. A guest whom donations knows is a
    member if donations says so.
    """
    # Before all else: its data and whether the guest is written to are the contact's.
    await contacts.lock(unit.session, guest_id)
    person = values.get("person_id")
    # Before the guest: whoever hears of the person locks in this order too.
    member = await members.lock(unit.session, person) if person else False
    before = await guests.lock(unit.session, guest_id)
    if before is None:
        return missing("such guest")
    after = {**before, **values, **({"member": member} if person else {})}
    if person and await guests.another(unit.session, await _one_person(unit, person), guest_id):
        return conflict("Another guest is linked to this person already.")
    if "member" in values and after["person_id"]:
        return invalid("Donations tells whether this guest is a member.", ("member", "comes from donations"))
    if rewriting and (refused := await rewrite(unit, guest_id, rewriting)):
        return refused
    names = ("language", "member", "person_id", "purposes")
    guests.change(unit, guest_id, {name: after[name] for name in names})
    _say_offer(unit, dict(before), {**after, "no_contact": before["no_contact"]})
    if after["no_contact"] != before["no_contact"]:
        await _keep_silence(unit, [guest_id], after["no_contact"])
    return guest_id


async def _one_person(unit: Unit, person_id: UUID) -> Collection[UUID]:
    """All that donations calls this person, who is locked."""
    return await members.entries(unit.session, {person_id, await members.stands_for(unit.session, person_id)})


def _say_offer(unit: Unit, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    names = ("language", "purposes", "no_contact")
    if any(before[name] != after[name] for name in names) and (before["version"] or after["purposes"]):
        choices = Choices(
            after["language"], after["member"], frozenset(after["purposes"]), after["no_contact"]
        )
        _offer(unit, after["id"], before["version"] + 1, choices)
