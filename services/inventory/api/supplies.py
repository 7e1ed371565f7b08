"""What is set aside for households, and handing it out."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.inventory.api.models import LOOKING, RENEWED, Note, Quantity, StoreSettings, WithReason
from services.inventory.commands import asking, handing_out
from services.inventory.domain.items import Kind
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.wording import words_of
from services.inventory.queries import lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["supplies"])
CASEWORKER = allows(Role.CASEWORKER)
HELPERS = allows(Role.STOREKEEPER, Role.CASEWORKER)


class ReservationOut(BaseModel):
    """A need and how far it is met, in base units; `short` is the backordered part."""

    id: UUID
    household_id: UUID
    member_id: UUID | None
    kind: str
    item: str = Field(description="asked for")
    given_item: str = Field(description="given; another size if there was none")
    depot: str | None
    wanted: int
    reserved: int = Field(description="set aside, to be fetched")
    delivered: int
    short: int
    lapsed: int = Field(description="missing on days now past")
    released: int
    first_day: date | None
    last_day: date | None
    fetch_by: date | None
    rank: int
    registered_on: date = Field(description="of the household; of one rank the older comes first")
    reason: str
    note: Note = None

    @classmethod
    def of(cls, row: Reservation, note: str | None = None) -> "ReservationOut":
        other = {"item": row.requested_item, "given_item": row.item, "kind": row.kind.value, "note": note}
        names = set(cls.model_fields) - set(other) - {"reason"}
        values = {name: getattr(row, name) for name in names}
        return cls(**other, **values, reason=words_of(row.reason))


@router.get("/households/{household_id}/reservations", dependencies=[LOOKING])
async def of_household(household_id: UUID, session: Reading) -> list[ReservationOut]:
    """Everything that was ever asked for this household."""
    found = await lists.reservations_of(session, household_id)
    known = accepted(missing(f"household {household_id}") if found is None else found)
    notes = await lists.notes_on(session, known)
    return [ReservationOut.of(row, notes.get(row.id)) for row in known]


@router.get("/reservations", dependencies=[LOOKING])
async def reservations(
    session: Reading,
    item: Annotated[str | None, Query(max_length=40, description="asked for")] = None,
    household_id: UUID | None = None,
    state: Literal["open", "done"] | None = None,
    backordered: Annotated[bool | None, Query(description="only those with something missing")] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ReservationOut]:
    """Reservations by id, filtered."""
    which = lists.ReservationFilter(item, household_id, state, backordered)
    found = await lists.reservations(session, which, limit + 1, place_of(after))
    notes = await lists.notes_on(session, found)
    return page_of(found, limit, lambda row: ReservationOut.of(row, notes.get(row.id)), lambda row: row.id)


class HandOutLine(Body):
    """One reservation to hand out; all that is set aside if no quantity is given."""

    reservation_id: UUID
    quantity: Quantity | None = None


class NewDelivery(Body):
    """Supplies handed to a household; no lines means all that is set aside for it."""

    received_by: UUID = Field(description="the member who received them")
    lines: Annotated[list[HandOutLine], Field(default_factory=list, max_length=200)]


class HandedOut(BaseModel):
    """One line of a delivery."""

    reservation_id: UUID
    item: str
    quantity: int
    depot: str | None


class HandedLot(BaseModel):
    """How much came out of which lot."""

    lot_id: UUID
    item: str
    expires_on: date | None
    quantity: int


class Delivered(BaseModel):
    """What was handed out."""

    delivery_id: UUID
    lines: list[HandedOut]
    lots: list[HandedLot] = Field(default_factory=list)

    @classmethod
    def of(cls, delivery: handing_out.Delivery) -> "Delivered":
        return cls(
            delivery_id=delivery.id,
            lines=[HandedOut(**asdict(each)) for each in delivery.lines],
            lots=[HandedLot(**asdict(each)) for each in delivery.lots],
        )


@router.post("/households/{household_id}/deliveries", status_code=201, dependencies=[HELPERS, RENEWED])
async def deliver(household_id: UUID, body: NewDelivery, work: Work, settings: StoreSettings) -> Delivered:
    """Hand out what is set aside for a household, in whole or in part."""
    wanted = [handing_out.Wanted(each.reservation_id, each.quantity) for each in body.lines]

    async def do(unit: Unit) -> Delivered | Refused:
        done = await handing_out.hand_out(unit, settings.rules, household_id, body.received_by, wanted)
        return shown(done, Delivered.of)

    return await work.once(Delivered, do)


@router.post("/reservations/{reservation_id}/cancel", dependencies=[HELPERS, RENEWED])
async def cancel(
    reservation_id: UUID, body: WithReason, work: Work, settings: StoreSettings
) -> ReservationOut:
    """Give up what is not fetched of a reservation; it goes to those who wait."""

    # The answer is kept for the key and so repeats none of the words that were sent.
    async def do(unit: Unit) -> ReservationOut | Refused:
        done = await handing_out.cancel(unit, settings.rules, reservation_id, body.reason)
        return shown(done, ReservationOut.of)

    return await work.once(ReservationOut, do)


class AskAgain(Body):
    """One more set for a member, or one more kit for the household, and why."""

    kind: Literal["clothing", "kit"]
    member_id: UUID | None = Field(default=None, description="whose set; left out for a kit")
    reason: asking.OnceMore


@router.post("/households/{household_id}/ask-again", status_code=201, dependencies=[CASEWORKER, RENEWED])
async def ask_again(
    household_id: UUID, body: AskAgain, work: Work, settings: StoreSettings
) -> ReservationOut:
    """Ask once more for one thing that was lost, worn out, not fetched or cancelled; it waits in line like all else."""

    async def do(unit: Unit) -> ReservationOut | Refused:
        kind = Kind(body.kind)
        done = await asking.ask_again(unit, settings.rules, household_id, kind, body.member_id, body.reason)
        return shown(done, ReservationOut.of)

    return await work.once(ReservationOut, do)


class HouseholdOut(BaseModel):
    """A household as the store knows it: no name, no birth date."""

    id: UUID
    code: str
    version: int
    region: str
    active: bool
    people: int
    member_ids: list[UUID]

    @classmethod
    def of(cls, row: RowMapping) -> "HouseholdOut":
        return cls(**row, member_ids=[member["id"] for member in row["members"]])


@router.get("/households", dependencies=[LOOKING])
async def households(
    session: Reading, active: bool | None = None, limit: Limit = 100, after: After = None
) -> Page[HouseholdOut]:
    """Households that intake has told of, by id."""
    found = await lists.households(session, limit + 1, place_of(after), active)
    return page_of(found, limit, HouseholdOut.of, lambda row: row["id"])
