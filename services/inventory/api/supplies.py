"""What is set aside for households, and handing it out."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import select

from services.inventory import desk, repository
from services.inventory.api.desk import WithReason
from services.inventory.api.models import Body, Quantity, place
from services.inventory.domain.reservations import Reservation
from services.inventory.repository import HOUSEHOLD, RESERVATION
from services.inventory.tables import Household as HouseholdRow
from shared.messaging.unit import Unit
from shared.principals import Role
from shared.web.paging import After, Limit, Page
from shared.web.problems import invalid, not_found
from shared.web.roles import allows
from shared.web.work import AppSettings, Reading, Work

router = APIRouter(tags=["supplies"])
STAFF = allows(Role.STOREKEEPER, Role.CASEWORKER, Role.AUDITOR)


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
    since: datetime
    reason: str


def shown(row: Reservation) -> ReservationOut:
    """A reservation as the API shows it."""
    names = set(ReservationOut.model_fields) - {"item", "given_item", "kind"}
    values = {name: getattr(row, name) for name in names}
    return ReservationOut(item=row.asked, given_item=row.item, kind=row.kind.value, **values)


@router.get("/households/{household_id}/reservations", dependencies=[STAFF])
async def of_household(household_id: UUID, session: Reading) -> list[ReservationOut]:
    """Everything that was ever asked for this household."""
    rows = await repository.reservations_where(session, RESERVATION.household_id == household_id)
    if not rows and await session.get(HouseholdRow, household_id) is None:
        raise not_found(f"household {household_id}")
    return [shown(row) for row in rows]


@router.get("/reservations", dependencies=[STAFF])
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
    row = RESERVATION
    used = row.delivered + row.released + row.lapsed
    conditions = [
        None if item is None else row.asked == item,
        None if household_id is None else RESERVATION.household_id == household_id,
        None if state is None else (used < row.wanted if state == "open" else used >= row.wanted),
        None if backordered is None else (row.wanted > used + row.reserved) == backordered,
        None if after is None else row.id > place(after),
    ]
    query = select(row.id).where(*(each for each in conditions if each is not None))
    ids = list(await session.scalars(query.order_by(row.id).limit(limit)))
    rows = await repository.reservations_where(session, row.id.in_(ids))
    items = sorted(map(shown, rows), key=lambda row: row.id)
    return Page(items=items, next=str(ids[-1]) if len(ids) == limit else None)


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


class Delivered(BaseModel):
    """What was handed out."""

    delivery_id: UUID
    lines: list[HandedOut]


@router.post(
    "/households/{household_id}/deliveries",
    status_code=201,
    dependencies=[allows(Role.STOREKEEPER, Role.CASEWORKER)],
)
async def deliver(household_id: UUID, body: NewDelivery, work: Work, settings: AppSettings) -> Delivered:
    """Hand out what is set aside for a household, in whole or in part."""

    async def do(unit: Unit) -> Delivered:
        quantities = {line.reservation_id: line.quantity for line in body.lines}
        if len(quantities) < len(body.lines):
            raise invalid("Each reservation is named once.", [("lines", "the same reservation stands twice")])
        delivery_id, given = await desk.hand_out(
            unit, settings.rules, household_id, body.received_by, quantities
        )
        lines = [
            HandedOut(
                reservation_id=new.id,
                item=new.item,
                quantity=new.delivered - (old.delivered if old else 0),
                depot=new.depot,
            )
            for old, new in given
        ]
        return Delivered(delivery_id=delivery_id, lines=lines)

    return await work.once(Delivered, do)


@router.post(
    "/reservations/{reservation_id}/cancel", dependencies=[allows(Role.STOREKEEPER, Role.CASEWORKER)]
)
async def cancel(reservation_id: UUID, body: WithReason, work: Work, settings: AppSettings) -> ReservationOut:
    """Give up what is not fetched of a reservation; it goes to those who wait."""

    async def do(unit: Unit) -> ReservationOut:
        return shown(await desk.cancel(unit, settings.rules, reservation_id, body.reason))

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


@router.get("/households", dependencies=[STAFF])
async def households(
    session: Reading, active: bool | None = None, limit: Limit = 100, after: After = None
) -> Page[HouseholdOut]:
    """Households that intake has told of, by id."""
    conditions = [
        HOUSEHOLD.version > 0,
        *([] if active is None else [HOUSEHOLD.active == active]),
        *([] if after is None else [HOUSEHOLD.id > place(after)]),
    ]
    rows = list(
        await session.scalars(select(HouseholdRow).where(*conditions).order_by(HOUSEHOLD.id).limit(limit))
    )
    items = [
        HouseholdOut(
            **row.model_dump(exclude={"members"}), member_ids=[member["id"] for member in row.members]
        )
        for row in rows
    ]
    return Page(items=items, next=str(rows[-1].id) if len(rows) == limit else None)
