"""A caseworker asks for money for a household or an advocacy case, changes what is asked, or withdraws it. Donations
decides.
"""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.commands.saying import case_entry, entry
from services.intake.domain.cases import CLOSED, Case
from services.intake.domain.grants import Request, asked_words, asking_of, changed
from services.intake.domain.households import Household
from services.intake.tables import GRANT_REQUEST
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Wanted:
    """Money that is wanted, in minor units; `urgency` counts from 0, the most urgent."""

    kind: str
    amount: int
    currency: str
    urgency: int
    member_id: UUID | None = None


async def ask(unit: Unit, household_id: UUID, wanted: Wanted) -> Request | Refused:
    """Ask for money for a household that is helped, or for one of its members."""
    household = await helped(unit, household_id)
    if isinstance(household, Refused):
        return household
    if wanted.member_id and wanted.member_id not in {each.id for each in household.present}:
        return missing("such member in this household")
    return asked(unit, household, wanted)


async def ask_for_case(unit: Unit, case_id: UUID, wanted: Wanted) -> Request | Refused:
    """Ask for money for a visit of the family, or to support them and whoever is in prison."""
    case = await _going_on(unit, case_id)
    return case if isinstance(case, Refused) else asked(unit, case, wanted)


async def known(unit: Unit, request_id: UUID) -> bool:
    """Whether money was asked for under this id, and be it that it was withdrawn."""
    return bool(await unit.session.scalar(select(GRANT_REQUEST.c.id).where(GRANT_REQUEST.c.id == request_id)))


async def take_back(unit: Unit, household: Household, request_id: UUID) -> None:
    """The money of a settlement request is no longer asked for; its household is locked."""
    query = select(GRANT_REQUEST).where(GRANT_REQUEST.c.id == request_id)
    request = Request(**(await unit.session.execute(query)).mappings().one())
    if request.withdrawn_on is None:
        _withdrawn(unit, household, request)


def asked(unit: Unit, whose: Household | Case, wanted: Wanted, request_id: UUID | None = None) -> Request:
    """Ask for money for a household or case that is locked; for a settlement request, under the id of that request."""
    key = request_id or uuid7()
    request = Request(id=key, version=1, asked_on=unit.today, asked_by=unit.actor.id, **vars(wanted))
    if isinstance(whose, Household):
        request = replace(request, household_id=whose.id, household_version=whose.version)
    else:
        request = replace(request, case_id=whose.id, case_version=whose.version)
    unit.writes.insert(GRANT_REQUEST, [vars(request)])
    return _told(unit, whose, request)


async def change(unit: Unit, request_id: UUID, amount: int | None, urgency: int | None) -> Request | Refused:
    """Another estimate or urgency; what is None stays. Kind and currency stay: ask anew for those."""
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    whose, before = found
    after = changed(before, amount, urgency, unit.actor.id)
    unit.writes.change(GRANT_REQUEST, [vars(after)])
    return _told(unit, whose, after)


async def withdraw(unit: Unit, request_id: UUID) -> Request | Refused:
    """It is no longer asked for: what is set aside and not paid is free again. Refused for the grant of a settlement
    request, which is a wish of that.
    """
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    settlement = await repository.find_settlement(unit.session, request_id)
    if settlement and not settlement.over:
        return conflict("This money belongs to a settlement request. Change the wishes of that one.")
    return _withdrawn(unit, *found)


def _withdrawn(unit: Unit, whose: Household | Case, before: Request) -> Request:
    after = replace(before, version=before.version + 1, withdrawn_on=unit.today)
    unit.writes.change(GRANT_REQUEST, [vars(after)])
    return _told(unit, whose, after)


async def helped(unit: Unit, household_id: UUID) -> Household | Refused:
    """A household, locked; refused if it is not helped."""
    household = await repository.find(unit.session, household_id, lock=True)
    if household is None:
        return missing("such household")
    return household if household.helped else conflict("This household is closed.")


async def _going_on(unit: Unit, case_id: UUID) -> Case | Refused:
    """The case, locked; refused if it is closed."""
    case = await repository.find_case(unit.session, case_id, lock=True)
    if case is None:
        return missing("such case")
    return CLOSED if case.closed_on else case


async def _open(unit: Unit, request_id: UUID) -> tuple[Household | Case, Request] | Refused:
    """A request under the lock of its household or case; refused if it was withdrawn."""
    row = GRANT_REQUEST.c
    query = select(row.household_id, row.case_id).where(row.id == request_id)
    home = (await unit.session.execute(query)).one_or_none()
    if home is None:
        return missing("such request for money")
    whose = await (helped(unit, home[0]) if home[0] else _going_on(unit, home[1]))
    if isinstance(whose, Refused):
        return whose
    found = (await unit.session.execute(select(GRANT_REQUEST).where(row.id == request_id))).mappings().one()
    request = Request(**found)
    return conflict("This request was withdrawn.") if request.withdrawn_on else (whose, request)


def _told(unit: Unit, whose: Household | Case, request: Request) -> Request:
    """Tell donations, and write it to the household's timeline or the case's history."""
    fact, words = asking_of(request, unit.today), asked_words(request)
    unit.say(fact)
    if isinstance(whose, Household):
        repository.add_entries(unit.writes, [entry(unit, whose, fact.wire, words)])
    else:
        repository.add_to_history(unit.writes, [case_entry(unit, whose, fact.wire, words)])
    return request
