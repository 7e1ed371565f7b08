"""A household asks once more for one thing that it had, or that was given up for it."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert

from services.inventory.domain.households import Household
from services.inventory.domain.items import Kind
from services.inventory.domain.needs import Need, clothing_need, kit_need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules
from services.inventory.ledger import StockLedger
from services.inventory.repository.households import lock_household
from services.inventory.repository.reservations import reservations_where, worn_by
from services.inventory.tables import ASKED_AGAIN, RESERVATION
from shared.contracts.intake import NeedKind
from shared.contracts.inventory import Why
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


class OnceMore(StrEnum):
    """Why a household asks once more."""

    LOST = "lost"
    WORN_OUT = "worn_out"
    NOT_FETCHED = "not_fetched"
    CANCELLED = "cancelled"


_WORDS = {Kind.CLOTHING: "set of clothing", Kind.KIT: "kit"}
_ASKED = {Kind.CLOTHING: NeedKind.CLOTHING, Kind.KIT: NeedKind.KIT}


async def ask_again(
    unit: Unit, rules: Rules, household_id: UUID, kind: Kind, member_id: UUID | None, reason: OnceMore
) -> Reservation | Refused:
    """One more set for a member, in today's size, or one more kit for the household: it waits by the same order as all.

    Refused for an unknown or closed household, one that does not ask for such things, a stranger, while one is waited
    for or set aside, and if nothing became of an earlier one that the reason names: was given, cancelled, not fetched.
    """
    household = await lock_household(unit.session, household_id)
    if household is None:
        return missing(f"household {household_id}")
    if refused := _unfit(household, kind, member_id):
        return refused
    async with StockLedger.open(unit, rules) as ledger:
        member = next((each for each in household.members if each.id == member_id), None)
        if member:
            need = clothing_need(household, member, unit.today, ledger.catalogue, rules)
        else:
            need = kit_need(household, ledger.catalogue)
        if refused := _too_early(await _earlier(unit, household_id, need), kind, reason):
            return ledger.refuse(refused)
        await ledger.lock({need.item})
        ledger.reserve([need], await ledger.line_for([shelf.key for shelf in ledger.shelves()]))
        asked = next(after for before, after in ledger.changed() if before is None)
        decision = {"reservation_id": asked.id, "household_id": household_id, "on_day": unit.today}
        await unit.session.execute(
            insert(ASKED_AGAIN).values(**decision, reason=reason.value, actor=unit.actor.id)
        )
        return asked


def _unfit(household: Household, kind: Kind, member_id: UUID | None) -> Refused | None:
    if not household.active:
        return conflict("This household is closed.")
    if kind not in _ASKED or _ASKED[kind] not in household.needs:
        return conflict(f"This household does not ask for {kind}.")
    here = {member.id for member in household.members}
    if kind is Kind.CLOTHING and member_id not in here:
        return invalid("A set is for a member of the household.", ("member_id", "is not a member of it"))
    if kind is Kind.KIT and (member_id or not here):
        return invalid("A kit is for the whole household.", ("member_id", "is to be left out"))
    return None


async def _earlier(unit: Unit, household_id: UUID, need: Need) -> list[Reservation]:
    """What was asked for of this kind before, for the same person or household."""
    row = RESERVATION.c
    mine = (row.household_id == household_id, row.kind == need.kind)
    found = await reservations_where(unit.session, *mine)
    found = [each for each in found if each.member_id == need.member_id]
    if need.member_id:
        known = {each.id for each in found}
        found += [each for each in await worn_by(unit.session, [need.member_id]) if each.id not in known]
    return found


def _too_early(earlier: list[Reservation], kind: Kind, reason: OnceMore) -> Refused | None:
    thing = _WORDS[kind]
    if any(each.open for each in earlier):
        return conflict(f"A {thing} is waited for or set aside already.")
    became = {
        OnceMore.LOST: any(each.delivered for each in earlier),
        OnceMore.WORN_OUT: any(each.delivered for each in earlier),
        OnceMore.NOT_FETCHED: any(each.reason.code == Why.NOT_FETCHED for each in earlier),
        OnceMore.CANCELLED: any(each.reason.code == Why.CANCELLED for each in earlier),
    }
    if not became[reason]:
        return conflict(
            f"No {thing} of which this could be said ({reason.replace('_', ' ')}) is written down."
        )
    return None
