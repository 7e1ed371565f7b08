"""Routes for households: register, look, change, close, reopen. Each change is one unit under the household's lock."""

from collections.abc import Callable
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import identities, repository
from services.intake.api.models import (
    Change,
    Closing,
    EntryOut,
    HouseholdOut,
    HouseholdSummary,
    IdentitiesOut,
    IdentityOut,
    JoiningMember,
    Leaving,
    Looking,
    NewHousehold,
    NewMember,
    Search,
)
from services.intake.domain import households as rules
from services.intake.domain.households import Household, Refused, checked_arrival
from services.intake.identities import Unfit, identity_of
from services.intake.registration import Arrival, Person, join_all, register_all, tell, tell_closed
from shared.contracts.intake import HouseholdChanged, HouseholdReopened
from shared.messaging.unit import Unit
from shared.observability import log
from shared.principals import Role
from shared.web.paging import After, Limit, Page
from shared.web.problems import conflict, invalid, not_found
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(prefix="/households", tags=["households"])
CASEWORKER = allows(Role.CASEWORKER)
LOOKING = allows(
    Role.CASEWORKER, Role.STOREKEEPER, Role.SPONSORSHIP, Role.EVENTS, Role.TREASURER, Role.AUDITOR
)

HouseholdId = Annotated[UUID, Path(description="the household's id")]


@router.post("", status_code=201, dependencies=[CASEWORKER])
async def register(body: NewHousehold, work: Work) -> HouseholdOut:
    """Take a household in. Its supplies are reserved by themselves; see its timeline."""

    async def do(unit: Unit) -> HouseholdOut:
        _check("arrived_on", lambda: checked_arrival(body.arrived_on, unit.today))
        people = tuple(
            _person(each, unit.today, f"members.{place}.") for place, each in enumerate(body.members)
        )
        arrival = Arrival(
            body.region, body.arrived_on, people, body.needs, body.priorities, body.register_ref
        )
        (household,) = await register_all(unit, [arrival])
        if household is None:
            raise conflict("A household with this register reference is registered already.")
        together = zip(household.members, people, strict=True)
        bands = {member.id: person.identity.band(unit.today) for member, person in together}
        return HouseholdOut.of(household, bands)

    return await work.once(HouseholdOut, do)


@router.get("", dependencies=[LOOKING])
async def find(session: Reading, wanted: Annotated[Search, Query()]) -> Page[HouseholdSummary]:
    """Households in the order of registration."""
    limit = wanted.limit
    found = await repository.page(session, wanted.filter(), _place(wanted.after), limit + 1)
    items = [HouseholdSummary(**HouseholdSummary.values_of(each)) for each in found[:limit]]
    return Page(items=items, next=str(items[-1].household_id) if len(found) > limit else None)


@router.get("/{household_id}", dependencies=[LOOKING])
async def show(household_id: HouseholdId, session: Reading) -> HouseholdOut:
    """One household with its members, without names."""
    household = await repository.find(session, household_id)
    if household is None:
        raise not_found("such household")
    return await _shown(session, household, await repository.today(session))


@router.post("/{household_id}/members", status_code=201, dependencies=[CASEWORKER])
async def add_member(household_id: HouseholdId, body: JoiningMember, work: Work) -> HouseholdOut:
    """A person joins; the newest member stands last in the answer."""

    async def do(unit: Unit) -> HouseholdOut:
        joined_on = body.joined_on or unit.today
        _not_after(joined_on, unit.today, "joined_on")
        household = await _locked(unit, household_id)
        person = _person(body, unit.today, "")
        (after,) = await join_all(unit, [(household, [person])], joined_on)
        return await _shown(unit.session, _allowed(after), unit.today)

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/members/{member_id}/leave", dependencies=[CASEWORKER])
async def let_leave(household_id: HouseholdId, member_id: UUID, body: Leaving, work: Work) -> HouseholdOut:
    """A member leaves; what was set aside for this member alone is free again."""

    async def do(unit: Unit) -> HouseholdOut:
        left_on = body.left_on or unit.today
        _not_after(left_on, unit.today, "left_on")
        after = rules.leave(await _locked(unit, household_id), member_id, left_on)
        if after is None:
            raise not_found("such member in this household")
        changed = _allowed(after)
        await repository.set_left(unit.session, member_id, left_on)
        count = len(changed.present)
        await tell(unit, [changed], HouseholdChanged, lambda _: f"A member left; {count} remain.")
        return await _shown(unit.session, changed, unit.today)

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/change", dependencies=[CASEWORKER])
async def change(household_id: HouseholdId, body: Change, work: Work) -> HouseholdOut:
    """Another region, other needs or priorities."""

    async def do(unit: Unit) -> HouseholdOut:
        before = await _locked(unit, household_id)
        after = _allowed(rules.change(before, body.region, body.needs, body.priorities))
        if after != before:
            parts = ", ".join(sorted(body.model_fields_set))
            await tell(unit, [after], HouseholdChanged, lambda _: f"Changed: {parts}.")
        return await _shown(unit.session, after, unit.today)

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/close", dependencies=[CASEWORKER])
async def close(household_id: HouseholdId, body: Closing, work: Work) -> HouseholdOut:
    """The household is no longer helped; what it has not fetched is free again."""

    async def do(unit: Unit) -> HouseholdOut:
        after = _allowed(rules.close(await _locked(unit, household_id), body.outcome, unit.today))
        await tell_closed(unit, after, body.outcome)
        return await _shown(unit.session, after, unit.today)

    return await work.once(HouseholdOut, do)


@router.post("/{household_id}/reopen", dependencies=[CASEWORKER])
async def reopen(household_id: HouseholdId, work: Work) -> HouseholdOut:
    """A closed household is helped again."""

    async def do(unit: Unit) -> HouseholdOut:
        after = _allowed(rules.reopen(await _locked(unit, household_id)))
        await tell(unit, [after], HouseholdReopened, lambda _: "Reopened.")
        return await _shown(unit.session, after, unit.today)

    return await work.once(HouseholdOut, do)


@router.get("/{household_id}/timeline", dependencies=[LOOKING])
async def timeline(
    household_id: HouseholdId, session: Reading, after: After = None, limit: Limit = 50
) -> Page[EntryOut]:
    """What became of the household here and what other services said about it, the newest first."""
    found = await repository.timeline(session, household_id, _place(after), limit + 1)
    if not found and not await repository.exists(session, household_id):
        raise not_found("such household")
    items = [EntryOut.of(entry) for _, entry in found[:limit]]
    return Page(items=items, next=str(found[limit - 1][0]) if len(found) > limit else None)


@router.post("/{household_id}/identities", dependencies=[CASEWORKER])
async def show_identities(household_id: HouseholdId, looking: Looking, session: Reading) -> IdentitiesOut:
    """The names and birth dates of a household; a reason is needed."""
    found = await identities.read(session, household_id)
    if not found:
        raise not_found("such household")
    # The reason is a person's own words and may name somebody, so it is not logged.
    log().info("identities were read", household_id=str(household_id), members=len(found))
    shown = [IdentityOut.of(member_id, each) for member_id, each in found.items()]
    return IdentitiesOut(household_id=household_id, identities=shown)


async def _locked(unit: Unit, household_id: UUID) -> Household:
    household = await repository.find(unit.session, household_id, lock=True)
    if household is None:
        raise not_found("such household")
    return household


async def _shown(session: AsyncSession, household: Household, today: date) -> HouseholdOut:
    bands = await identities.bands(session, [member.id for member in household.members], today)
    return HouseholdOut.of(household, bands)


def _allowed(after: Household | Refused) -> Household:
    if isinstance(after, Refused):
        raise conflict(after.reason)
    return after


def _person(body: NewMember, today: date, where: str) -> Person:
    try:
        identity = identity_of(body.given_name, body.family_name, body.birth_date, body.age, today)
    except Unfit as error:
        raise invalid(
            "Somebody cannot be registered; nothing was changed.", [(where + error.part, str(error))]
        ) from None
    return Person(identity, body.sex, body.size, body.relation, tuple(body.languages))


def _check(field: str, check: Callable[[], object]) -> None:
    try:
        check()
    except ValueError as error:
        raise invalid("Some fields cannot be taken; nothing was changed.", [(field, str(error))]) from None


def _not_after(day: date, today: date, field: str) -> None:
    if day > today:
        raise invalid("Some fields cannot be taken; nothing was changed.", [(field, "lies in the future")])


def _place(after: str | None) -> UUID | None:
    try:
        return UUID(after) if after else None
    except ValueError:
        raise invalid(
            "This page cannot be found.", [("after", "must be the `next` of the page before")]
        ) from None
