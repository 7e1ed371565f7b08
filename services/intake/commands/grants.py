"""A caseworker asks for money for a household, changes what is asked, or withdraws it. Donations decides."""

from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.commands.saying import entry
from services.intake.domain.grants import Request, asked_words, asking_of
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
    household = await _helped(unit, household_id)
    if isinstance(household, Refused):
        return household
    if wanted.member_id and wanted.member_id not in {each.id for each in household.present}:
        return missing("such member in this household")
    request = Request(
        id=uuid7(),
        version=1,
        household_id=household.id,
        household_version=household.version,
        asked_on=unit.today,
        asked_by=unit.actor.id,
        **vars(wanted),
    )
    unit.writes.insert(GRANT_REQUEST, [vars(request)])
    return _told(unit, household, request)


async def change(unit: Unit, request_id: UUID, amount: int | None, urgency: int | None) -> Request | Refused:
    """Another estimate or urgency; what is None stays. Kind and currency stay: ask anew for those."""
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    household, before = found
    after = replace(
        before,
        version=before.version + 1,
        household_version=household.version,
        amount=before.amount if amount is None else amount,
        urgency=before.urgency if urgency is None else urgency,
    )
    unit.writes.change(GRANT_REQUEST, [vars(after)])
    return _told(unit, household, after)


async def withdraw(unit: Unit, request_id: UUID) -> Request | Refused:
    """It is no longer asked for: what is set aside and not paid is free again."""
    found = await _open(unit, request_id)
    if isinstance(found, Refused):
        return found
    household, before = found
    after = replace(before, version=before.version + 1, withdrawn_on=unit.today)
    unit.writes.change(GRANT_REQUEST, [vars(after)])
    return _told(unit, household, after)


async def _helped(unit: Unit, household_id: UUID) -> Household | Refused:
    """The household, locked; refused if it is not helped."""
    household = await repository.find(unit.session, household_id, lock=True)
    if household is None:
        return missing("such household")
    return household if household.helped else conflict("This household is closed.")


async def _open(unit: Unit, request_id: UUID) -> tuple[Household, Request] | Refused:
    """A request under its household's lock; refused if it was withdrawn."""
    row = GRANT_REQUEST.c
    home = await unit.session.scalar(select(row.household_id).where(row.id == request_id))
    if home is None:
        return missing("such request for money")
    household = await _helped(unit, home)
    if isinstance(household, Refused):
        return household
    found = (await unit.session.execute(select(GRANT_REQUEST).where(row.id == request_id))).mappings().one()
    request = Request(**found)
    return conflict("This request was withdrawn.") if request.withdrawn_on else (household, request)


def _told(unit: Unit, household: Household, request: Request) -> Request:
    """Tell donations, and write it to the household's timeline."""
    fact = asking_of(request, unit.today)
    unit.say(fact)
    repository.add_entries(unit.writes, [entry(unit, household, fact.wire, asked_words(request))])
    return request
