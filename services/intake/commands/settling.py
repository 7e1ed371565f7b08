"""A caseworker asks for what a household needs to settle in another country, changes what is asked, or withdraws it.

The grant among the wishes is asked for under the same id in the same unit; sponsorship and events answer the others.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.commands import grants
from services.intake.commands.saying import entry
from services.intake.domain import settling as rules
from services.intake.domain.households import Household
from services.intake.domain.settling import Settlement
from services.intake.domain.timeline import Entry
from shared.contracts.intake import SettlementWish
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

ANSWERED = "intake.settlement"
"""What stands for a contract in a timeline where it tells how many of the wishes are answered."""


@dataclass(frozen=True)
class Wanted:
    """What is wanted; of a change, what is None stays. `money` belongs to the wish for a grant."""

    region: str | None = None
    wishes: frozenset[str] | None = None
    member_ids: tuple[UUID, ...] | None = None
    languages: tuple[str, ...] | None = None
    money: grants.Wanted | None = None


async def ask(unit: Unit, household_id: UUID, region: str, wanted: Wanted) -> Settlement | Refused:
    """Ask for a household that is helped: for all its members if none are named, in the languages that they speak."""
    household = await grants.helped(unit, household_id)
    if isinstance(household, Refused):
        return household
    settlement = Settlement(
        id=uuid7(),
        version=1,
        household_id=household.id,
        household_version=household.version,
        member_ids=wanted.member_ids or tuple(each.id for each in household.present),
        wishes=wanted.wishes or frozenset(),
        languages=(),
        region=region,
        asked_on=unit.today,
        asked_by=unit.actor.id,
    )
    settlement = replace(settlement, languages=wanted.languages or _spoken(household, settlement.member_ids))
    if refused := await _why_not(unit, household, settlement, wanted):
        return refused
    repository.insert_settlement(unit.writes, settlement)
    _tell(unit, household, settlement)
    _ask_for_money(unit, household, settlement, wanted)
    return settlement


async def change(unit: Unit, request_id: UUID, wanted: Wanted) -> Settlement | Refused:
    """What is asked for is different. A grant that is no longer wished for is withdrawn, and cannot come back."""
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    household, before = found
    names = ("region", "wishes", "member_ids", "languages")
    given = {name: value for name in names if (value := getattr(wanted, name)) is not None}
    after = rules.changed(before, **given)
    if refused := await _why_not(unit, household, after, wanted, before):
        return refused
    if after == before:
        return after
    repository.save_settlements(unit.writes, [after])
    _tell(unit, household, after)
    if SettlementWish.GRANT not in before.wishes:
        _ask_for_money(unit, household, after, wanted)
    elif SettlementWish.GRANT not in after.wishes:
        await grants.take_back(unit, household, request_id)
    if after.wishes != before.wishes:
        await tell_answers(unit, [request_id])
    return after


async def withdraw(unit: Unit, request_id: UUID) -> Settlement | Refused:
    """Nothing of it is asked for any more, the grant neither."""
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    household, before = found
    after = rules.changed(before, withdrawn_on=unit.today)
    repository.save_settlements(unit.writes, [after])
    _tell(unit, household, after)
    if SettlementWish.GRANT in before.wishes:
        await grants.take_back(unit, household, request_id)
    return after


async def follow(unit: Unit, households: Iterable[Household]) -> None:
    """Somebody left these households, or they were closed; they are locked, and given as they are now.

    Their requests go on with those who remain and end with the close. Without anybody left a request is withdrawn.
    """
    homes = {each.id: each for each in households}
    for before in await repository.lock_open_settlements(unit.session, homes):
        household = homes[before.household_id]
        after = rules.after_leaving(before, household, unit.today)
        if after == before:
            continue
        repository.save_settlements(unit.writes, [after])
        if after.version > before.version:
            _tell(unit, household, after)
        if after.withdrawn_on and SettlementWish.GRANT in before.wishes:
            await grants.take_back(unit, household, before.id)


async def tell_answers(unit: Unit, ids: Collection[UUID]) -> None:
    """Tell on the timelines how many wishes of these requests are answered, where that is another number than before.

    The requests are locked first: of two services that answer at once, the later unit sees both answers.
    """
    locked = await repository.lock_settlements(unit.session, ids)
    settlements = [each for each in locked if not each.over]
    if not settlements:
        return
    answered = await repository.answers(unit.session, [each.id for each in settlements])
    for each in settlements:
        now = answered.get(each.id, set()) & each.wishes
        if len(now) != each.answered:
            repository.save_settlements(unit.writes, [replace(each, answered=len(now))])
            words = rules.answered_words(each, now)
            line = Entry(each.household_id, unit.now, unit.today, ANSWERED, unit.actor.id, words)
            repository.add_entries(unit.writes, [line])


async def _why_not(
    unit: Unit, household: Household, after: Settlement, wanted: Wanted, before: Settlement | None = None
) -> Refused | None:
    """Why a request cannot be like this; None if it can."""
    if not set(after.member_ids) <= {each.id for each in household.present}:
        return missing("such member in this household")
    others = [
        each for each in await repository.open_settlements(unit.session, household.id) if each.id != after.id
    ]
    if any(set(after.member_ids) & set(each.member_ids) for each in others):
        return conflict("Settlement is asked for one of these members already. Change that request instead.")
    new_grant = SettlementWish.GRANT in after.wishes and not (
        before and SettlementWish.GRANT in before.wishes
    )
    if new_grant != (wanted.money is not None):
        why = (
            "is needed for a grant"
            if new_grant
            else "is for a grant that is newly wished for; change the grant itself"
        )
        return invalid("Money and the wish for a grant belong together.", ("money", why))
    if before and new_grant and await grants.known(unit, after.id):
        return conflict("The grant of this request was withdrawn. Ask for money by a request of its own.")
    return None


async def _open(unit: Unit, request_id: UUID) -> tuple[Household, Settlement] | Refused:
    """A request under the lock of its household; refused if it is over."""
    known = await repository.find_settlement(unit.session, request_id)
    if known is None:
        return missing("such settlement request")
    household = await grants.helped(unit, known.household_id)
    if isinstance(household, Refused):
        return household
    # Locked too, for whoever hears an answer changes it without the household.
    (settlement,) = await repository.lock_settlements(unit.session, [request_id])
    return rules.why_over(settlement) or (household, settlement)


def _spoken(household: Household, members: Collection[UUID]) -> tuple[str, ...]:
    """The languages of these members, each once."""
    spoken = (language for each in household.present if each.id in members for language in each.languages)
    return tuple(dict.fromkeys(spoken))[:20]


def _ask_for_money(unit: Unit, household: Household, settlement: Settlement, wanted: Wanted) -> None:
    if SettlementWish.GRANT in settlement.wishes and wanted.money:
        grants.asked(unit, household, wanted.money, settlement.id)


def _tell(unit: Unit, household: Household, settlement: Settlement) -> None:
    fact, words = rules.state_of(settlement, unit.today), rules.asked_words(settlement)
    unit.say(fact)
    repository.add_entries(unit.writes, [entry(unit, household, fact.wire, words)])
