"""Routes for households: register, look, change, close, reopen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from services.intake import queries
from services.intake.api.answers import EntryOut, HouseholdOut, HouseholdSummary, IdentitiesOut
from services.intake.api.requests import (
    Change,
    Closing,
    Correction,
    Finding,
    JoiningMember,
    Leaving,
    Looking,
    Moving,
    NewHousehold,
    Search,
)
from services.intake.commands import households as commands
from services.intake.commands import moving
from services.intake.commands.correcting import correct_member
from services.intake.commands.reading import read_identities
from services.intake.domain.households import Household
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/households", tags=["households"])
CASEWORKER = allows(Role.CASEWORKER)
LOOKING = allows(
    Role.CASEWORKER, Role.STOREKEEPER, Role.SPONSORSHIP, Role.EVENTS, Role.TREASURER, Role.AUDITOR
)

IDENTITIES = "/{household_id}/identities"
HouseholdId = Annotated[UUID, Path(description="the household's id")]


def _shown(outcome: Household | Refused) -> HouseholdOut | Refused:
    return outcome if isinstance(outcome, Refused) else HouseholdOut.of(outcome)


@router.post("", status_code=201, dependencies=[CASEWORKER])
async def register(body: NewHousehold, work: Work) -> HouseholdOut:
    """Take a household in. Its supplies are reserved by themselves; see its timeline."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.register(unit, body.wanted()))

    return await work.once(HouseholdOut, do)


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, wanted: Annotated[Search, Query()]) -> Page[HouseholdSummary]:
    """Households in the order of registration."""
    after, limit = place_of(wanted.after), wanted.limit
    found = await queries.households(session, wanted.filter(), after, limit + 1)
    return page_of(found, limit, HouseholdSummary.of, lambda household: household.id)


@router.post("/find", dependencies=[LOOKING])
async def find_by_reference(body: Finding, session: Reading) -> list[HouseholdSummary]:
    """The household with a reference of somebody's register, however it is written; none or one.

    It is asked for in the body, for addresses are logged on their way.
    """
    return [HouseholdSummary.of(each) for each in await queries.with_reference(session, body.register_ref)]


@router.get("/{household_id}", dependencies=[LOOKING])
async def show(household_id: HouseholdId, session: Reading) -> HouseholdOut:
    """One household with its members, without names."""
    return HouseholdOut.of(accepted(await queries.household(session, household_id)))


@router.post("/{household_id}/members", status_code=201, dependencies=[CASEWORKER])
async def add_member(household_id: HouseholdId, body: JoiningMember, work: Work) -> HouseholdOut:
    """A person joins; the newest member stands last in the answer."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.add_member(unit, household_id, body.said(), body.joined_on))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/members/{member_id}/leave", dependencies=[CASEWORKER])
async def let_leave(
    household_id: HouseholdId, member_id: UUID, work: Work, body: Leaving | None = None
) -> HouseholdOut:
    """A member leaves; what was set aside for this member alone is free again. Without a body, today."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.let_leave(unit, household_id, member_id, body.left_on if body else None))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/members/{member_id}/correct", dependencies=[CASEWORKER])
async def correct(household_id: HouseholdId, member_id: UUID, body: Correction, work: Work) -> HouseholdOut:
    """Something about a member was wrong, or is no longer so: children outgrow their sizes.

    The timeline tells what was corrected, and no value.
    """

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await correct_member(unit, household_id, member_id, body.given()))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/members/{member_id}/move", dependencies=[CASEWORKER])
async def move(household_id: HouseholdId, member_id: UUID, body: Moving, work: Work) -> HouseholdOut:
    """A member moves to another household, and keeps what was set aside and given; the answer is that household."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await moving.move(unit, household_id, member_id, body.to, body.relation))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/change", dependencies=[CASEWORKER])
async def change(household_id: HouseholdId, body: Change, work: Work) -> HouseholdOut:
    """Another region, other needs or priorities."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.change(unit, household_id, body.region, body.needs, body.priorities))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/close", dependencies=[CASEWORKER])
async def close(household_id: HouseholdId, body: Closing, work: Work) -> HouseholdOut:
    """The household is no longer helped; what it has not fetched is free again."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.close(unit, household_id, body.outcome))

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/reopen", dependencies=[CASEWORKER])
async def reopen(household_id: HouseholdId, work: Work) -> HouseholdOut:
    """A closed household is helped again."""

    async def do(unit: Unit) -> HouseholdOut | Refused:
        return _shown(await commands.reopen(unit, household_id))

    return await work.once(HouseholdOut, do)


@router.get("/{household_id}/timeline", dependencies=[LOOKING])
async def timeline(
    household_id: HouseholdId, session: Reading, after: After = None, limit: Limit = 50
) -> Page[EntryOut]:
    """What became of the household here and what other services said about it, the newest first."""
    found = accepted(await queries.timeline(session, household_id, place_of(after), limit + 1))
    return page_of(found, limit, lambda row: EntryOut.of(row[1]), lambda row: row[0])


@router.post(IDENTITIES, dependencies=[CASEWORKER])
async def show_identities(
    household_id: HouseholdId, looking: Looking, units: OpenUnits, reader: Asking
) -> IdentitiesOut:
    """The names and birth dates of a household; a reason is needed, and who reads them is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await read_identities(unit, household_id, IDENTITIES))
    return IdentitiesOut.of(household_id, found)
