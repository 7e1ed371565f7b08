"""Items, depots and bills of materials."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import select

from services.inventory import desk
from services.inventory.api.models import Body, Code, Quantity
from services.inventory.domain.items import Item, Kind, Season
from services.inventory.tables import Depot as DepotRow
from services.inventory.tables import Item as ItemRow
from services.inventory.tables import KitPart as KitPartRow
from shared.messaging.unit import Unit
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["catalogue"])
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Rice"])]


class ItemBody(Body):
    """Something the store keeps."""

    code: Code
    name: Name
    kind: Kind
    unit: Annotated[str, Field(min_length=1, max_length=10, examples=["g"])]
    season: Season | None = None
    size: str | None = Field(default=None, max_length=10, examples=["M"])

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "ItemBody":
        Item(self.code, self.name, self.kind, self.unit, self.season, self.size)
        return self


class DepotBody(Body):
    """A store or a shelter."""

    code: Annotated[
        str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=40, examples=["depot-north"])
    ]
    name: Name
    kind: Literal["depot", "shelter"]
    region: Code


class KitPartBody(Body):
    """How many of a part go into one kit."""

    kit: Code
    part: Code
    quantity: Quantity


class Catalogue(Body):
    """What to add, or to give new values."""

    items: Annotated[list[ItemBody], Field(default_factory=list, max_length=5000)]
    depots: Annotated[list[DepotBody], Field(default_factory=list, max_length=500)]
    kit_parts: Annotated[list[KitPartBody], Field(default_factory=list, max_length=5000)]


class Taken(BaseModel):
    """How many of each were taken."""

    items: int
    depots: int
    kit_parts: int


@router.post("/catalogue", dependencies=[allows(Role.STOREKEEPER, Role.OPERATOR)])
async def load_catalogue(body: Catalogue, work: Work) -> Taken:
    """Add items, depots and bills of materials, or change those of the same code."""

    async def do(unit: Unit) -> Taken:
        items = {each.code: each.model_dump(mode="json") for each in body.items}
        depots = {each.code: each.model_dump() for each in body.depots}
        parts = {(each.kit, each.part): each.model_dump() for each in body.kit_parts}
        await desk.save_catalogue(unit, list(items.values()), list(depots.values()), list(parts.values()))
        return Taken(items=len(items), depots=len(depots), kit_parts=len(parts))

    return await work.once(Taken, do)


@router.get("/items", dependencies=[allows(*Role)])
async def items(session: Reading) -> list[ItemBody]:
    """All items, by code."""
    rows = await session.scalars(select(ItemRow).order_by(ItemRow.code))
    return [ItemBody.model_validate(row.model_dump()) for row in rows]


@router.get("/depots", dependencies=[allows(*Role)])
async def depots(session: Reading) -> list[DepotBody]:
    """All depots and shelters, by code."""
    rows = await session.scalars(select(DepotRow).order_by(DepotRow.code))
    return [DepotBody.model_validate(row.model_dump()) for row in rows]


@router.get("/kit-parts", dependencies=[allows(Role.STOREKEEPER, Role.AUDITOR)])
async def kit_parts(session: Reading) -> list[KitPartBody]:
    """The bills of materials."""
    rows = await session.scalars(select(KitPartRow).order_by(KitPartRow.kit, KitPartRow.part))
    return [KitPartBody.model_validate(row.model_dump()) for row in rows]
