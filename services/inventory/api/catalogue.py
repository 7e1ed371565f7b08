"""Items, depots and bills of materials."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator

from services.inventory.api.models import LOOKING, Code, Quantity, StoreSettings
from services.inventory.commands import catalogue
from services.inventory.domain.items import Item, Kind, Season
from services.inventory.queries import lists
from shared.contracts.intake import ClothingSize
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["catalogue"])
Name = Annotated[str, Field(min_length=1, max_length=100, examples=["Rice"])]


class ItemBody(Body):
    """Something the store keeps."""

    code: Code
    name: Name
    kind: Kind
    unit: Annotated[str, Field(pattern=r"^[a-z]{1,10}$", examples=["g"])]
    season: Season | None = None
    size: ClothingSize | None = Field(default=None, examples=["M"])

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "ItemBody":
        self.item()
        return self

    def item(self) -> Item:
        """As the rules see it. Raises ValueError for season or size where they do not belong."""
        return Item(self.code, self.name, self.kind, self.unit, self.season, self.size)


class DepotBody(Body):
    """A store or a shelter."""

    code: Annotated[Code, Field(examples=["depot-north"])]
    name: Name
    kind: Literal["depot", "shelter"]
    region: Code


class KitPartBody(Body):
    """How many of a part go into one kit."""

    kit: Code
    part: Code
    quantity: Quantity


class BillLine(Body):
    """A line of a bill of materials."""

    kit: Code
    part: Code


class NewCatalogue(Body):
    """What to add, or to give new values; and lines of bills of materials to be taken out."""

    items: Annotated[list[ItemBody], Field(default_factory=list, max_length=5000)]
    depots: Annotated[list[DepotBody], Field(default_factory=list, max_length=500)]
    kit_parts: Annotated[list[KitPartBody], Field(default_factory=list, max_length=5000)]
    taken_out: Annotated[list[BillLine], Field(default_factory=list, max_length=5000)]


class CatalogueLoaded(BaseModel):
    """How many of each were taken."""

    items: int
    depots: int
    kit_parts: int


@router.post("/catalogue", dependencies=[allows(Role.STOREKEEPER, Role.OPERATOR)])
async def load_catalogue(body: NewCatalogue, work: Work, settings: StoreSettings) -> CatalogueLoaded:
    """Add items, depots and bills of materials, or change those of the same code."""
    items = [each.item() for each in body.items]
    depots = [catalogue.NewDepot(**each.model_dump()) for each in body.depots]
    parts = [catalogue.KitPart(**each.model_dump()) for each in body.kit_parts]
    out = [catalogue.Line(**each.model_dump()) for each in body.taken_out]

    async def do(unit: Unit) -> CatalogueLoaded | Refused:
        return shown(
            await catalogue.load(unit, settings.rules, items, depots, parts, out),
            lambda done: CatalogueLoaded(**vars(done)),
        )

    return await work.once(CatalogueLoaded, do, alone=True)


class Retiring(Body):
    """What takes the item's place for those who wait for it."""

    replaced_by: Code | None = None


class RetiredItem(BaseModel):
    """It is asked for no more."""

    item: str
    replaced_by: str | None


@router.post("/items/{code}/retire", dependencies=[allows(Role.STOREKEEPER, Role.OPERATOR)])
async def retire(code: Code, body: Retiring, work: Work, settings: StoreSettings) -> RetiredItem:
    """Nobody asks for an item any more; what is there of it is given out as before."""

    async def do(unit: Unit) -> RetiredItem | Refused:
        done = await catalogue.retire(unit, settings.rules, code, body.replaced_by)
        return shown(done, lambda it: RetiredItem(**vars(it)))

    return await work.once(RetiredItem, do, alone=True)


class ItemOut(BaseModel):
    """Something the store keeps, or kept."""

    code: str
    name: str
    kind: Kind
    unit: str
    season: Season | None
    size: str | None
    retired_on: date | None


@router.get("/items", dependencies=[allows(*Role)])
async def items(session: Reading) -> list[ItemOut]:
    """All items, by code."""
    return [ItemOut(**row) for row in await lists.items(session)]


@router.get("/depots", dependencies=[LOOKING])
async def depots(session: Reading) -> list[DepotBody]:
    """All depots and shelters, by code."""
    return [DepotBody(**row) for row in await lists.depots(session)]


@router.get("/kit-parts", dependencies=[allows(Role.STOREKEEPER, Role.AUDITOR)])
async def kit_parts(session: Reading) -> list[KitPartBody]:
    """The bills of materials."""
    return [KitPartBody(**row) for row in await lists.kit_parts(session)]
