"""A member, or the guardian of one, agrees to something or no longer does. Each change is decided under the lock of
the member's household, and told by one fact; how it came about stays here.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import identities, repository
from services.intake.commands.saying import entry
from services.intake.domain import consents as rules
from services.intake.domain.changes import CLOSED_ALREADY
from services.intake.domain.consents import Consent, Explained, Giver
from services.intake.domain.households import Household, Member
from shared.contracts.intake import AgeBand
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

NO_CONSENT = missing("such consent of this member")


@dataclass(frozen=True)
class Agreed:
    """What is agreed to, and how that came about."""

    purpose: str
    scopes: frozenset[str]
    until: date | None
    explained: Explained
    note: str | None = field(default=None, repr=False)


async def give(unit: Unit, household_id: UUID, member_id: UUID, wanted: Agreed) -> Consent | Refused:
    """A member agrees: what was agreed to for this purpose before is replaced.

    Refused in a closed household and for somebody who has left. If the others would be told nothing new, only how it
    was given is kept.
    """
    found = await _locked(unit, household_id, member_id)
    if isinstance(found, Refused):
        return found
    household, member = found
    if refused := await _why_not(unit, household, member, wanted):
        return refused
    before = await _known(unit, member_id, wanted.purpose)
    if before is None:
        key = (uuid7(), 1, household_id, member_id, wanted.purpose)
        of_age = rules.told_of_age(wanted.purpose)
        after = Consent(*key, wanted.scopes, True, wanted.until, unit.today, of_age)
        repository.insert_consent(unit.writes, after)
    else:
        after = rules.given(before, wanted.scopes, wanted.until, unit.today)
    _keep(unit, household, before, after)
    _add_step(unit, after, wanted.explained, wanted.note)
    return after


async def _why_not(unit: Unit, household: Household, member: Member, wanted: Agreed) -> Refused | None:
    if not household.helped:
        return CLOSED_ALREADY
    if member.left_on is not None:
        return conflict("This member has left.")
    if refused := rules.why_not_so(wanted.purpose, wanted.scopes, wanted.until, unit.today):
        return refused
    guardian = wanted.explained.guardian_id
    known = {each.id: each for each in household.present}
    if guardian is not None and (guardian not in known or known[guardian].age_band not in rules.ADULTS):
        words = "No adult of this household is this guardian."
        return invalid(words, ("guardian_id", "is no adult member of the household"))
    asked = await identities.is_asked(unit.session, member.id, unit.today)
    return rules.why_not(wanted.purpose, Giver(member.age_band, asked), wanted.explained)


async def withdraw(
    unit: Unit,
    household_id: UUID,
    member_id: UUID,
    consent_id: UUID,
    scopes: Collection[str] | None,
    note: str | None,
) -> Consent | Refused:
    """A member no longer agrees to these scopes, or to nothing at all. Never refused for a consent that is known: what
    was withdrawn already stays withdrawn, and nobody is told again.
    """
    found = await _locked(unit, household_id, member_id)
    if isinstance(found, Refused):
        return found
    mine = await repository.consents_of(unit.session, [member_id])
    before = next((each for each in mine if each.id == consent_id), None)
    if before is None:
        return NO_CONSENT
    after = rules.withdrawn(before, scopes, unit.today)
    _keep(unit, found[0], before, after)
    _add_step(unit, after, None, note)
    return after


async def follow_age(unit: Unit, household: Household, member_id: UUID, band: AgeBand) -> None:
    """A member is as old as this, as was found out: a minor no longer agrees to speak in public. The household is
    locked, and perhaps closed.
    """
    for before in await repository.consents_of(unit.session, [member_id]):
        after = rules.aged(before, band, unit.today)
        if after != before:
            _keep(unit, household, before, after)
            _add_step(unit, after, None, None)


async def take_along(unit: Unit, member_id: UUID, household_id: UUID) -> None:
    """A member is in another household now, with all consents; both households are locked."""
    after = [
        rules.moved(each, household_id) for each in await repository.consents_of(unit.session, [member_id])
    ]
    repository.save_consents(unit.writes, after)
    for each in after:
        unit.say(rules.state_of(each, unit.today))


async def _locked(unit: Unit, household_id: UUID, member_id: UUID) -> tuple[Household, Member] | Refused:
    household = await repository.find(unit.session, household_id, lock=True)
    if household is None:
        return missing("such household")
    member = next((each for each in household.members if each.id == member_id), None)
    return (household, member) if member else missing("such member in this household")


async def _known(unit: Unit, member_id: UUID, purpose: str) -> Consent | None:
    mine = await repository.consents_of(unit.session, [member_id])
    return next((each for each in mine if each.purpose == purpose), None)


def _keep(unit: Unit, household: Household, before: Consent | None, after: Consent) -> None:
    """Write what is different, tell the others and the timeline."""
    if after == before:
        return
    if before is not None:
        repository.save_consents(unit.writes, [after])
    fact = rules.state_of(after, unit.today)
    unit.say(fact)
    words = rules.words_of(before, after)
    repository.add_entries(unit.writes, [entry(unit, household, fact.wire, words)])


def _add_step(unit: Unit, consent: Consent, explained: Explained | None, note: str | None) -> None:
    kept = {"consent_id": consent.id, "agreed": consent.agreed, "scopes": sorted(consent.scopes)}
    who = {"id": uuid7(), "at": unit.now, "on": unit.today, "actor": unit.actor.id}
    how = vars(explained) if explained else {}
    repository.add_step(unit.writes, {**kept, **who, **how, "until": consent.until, "note": note})
