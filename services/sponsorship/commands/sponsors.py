"""What staff decide of sponsors: what they declared and signed, whether they may write, and who is declined."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

from services.sponsorship.commands.seen import stale
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.vetting import Vetting
from services.sponsorship.ledger import Book
from services.sponsorship.repository import donors
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing


async def vet(
    unit: Unit, rules: Rules, donor: UUID, version: int, said: Mapping[str, Any]
) -> tuple[int, Vetting] | Refused:
    """Write down what a sponsor declared and signed, by the fields of Vetting, for all entries that are this person.

    Of a sponsor who is declined, no child is kept or supported any more: those they had are offered again. Gives the
    new version of the vetting too, which all entries share.
    """
    if late := [name for name in ("declared_on", "code_on") if (said.get(name) or unit.today) > unit.today]:
        return invalid("What was declared or signed was so today or before.", (late[0], "lies in the future"))
    async with Book.open(unit, rules) as book:
        known = await donors.sponsor(unit.session, donor)
        if known is None:
            return missing("such sponsor")
        if refused := stale("sponsor's vetting", known["vetting_version"], version):
            return refused
        now = Vetting(**{each.name: said.get(each.name, known[each.name]) for each in fields(Vetting)})
        person = await donors.same_person(unit.session, donor)
        after = known["vetting_version"] + 1
        changed = {**vars(now), "vetting_version": after, "actor": unit.actor.id}
        await donors.change_sponsors(unit.session, person, **changed)
        book.touch(gifts=await donors.gifts_of_people(unit.session, {donor}))
    return after, now
