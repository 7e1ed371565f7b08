"""What staff decide of sponsors: what they declared and signed, whether they may write, and who is declined."""

from uuid import UUID

from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.vetting import Vetting
from services.sponsorship.ledger import Book
from services.sponsorship.repository import gifts
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing


async def vet(unit: Unit, rules: Rules, donor: UUID, vetting: Vetting) -> Vetting | Refused:
    """Write down what a sponsor declared and signed, for all entries that are this person.

    Of a sponsor who is declined, no child is kept or supported any more: those they had are offered again.
    """
    async with Book.open(unit, rules) as book:
        if await gifts.sponsor(unit.session, donor) is None:
            return missing("such sponsor")
        person = await gifts.same_person(unit.session, donor)
        values = {"declared_on": vetting.declared_on, "code_on": vetting.code_on}
        flags = {"restricted": vetting.restricted, "declined": vetting.declined, "actor": unit.actor.id}
        await gifts.change_sponsors(unit.session, person, **values, **flags)
        book.touch(gifts=await gifts.of_donors(unit.session, person))
    return vetting
