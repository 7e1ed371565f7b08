"""What lies on the shelves: looking at it, correcting, counting, moving it, putting kits together."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.inventory.api.models import (
    LOOKING,
    RENEWED,
    Body,
    Code,
    Day,
    Difference,
    Filter,
    Goods,
    Note,
    Quantity,
    Reason,
    StoreSettings,
    shown,
)
from services.inventory.commands import stock as commands
from services.inventory.domain.items import Kind
from services.inventory.domain.kits import Assembled, MissingParts
from services.inventory.domain.movements import MovementKind
from services.inventory.domain.reasons import because_of
from services.inventory.domain.wording import words_of
from services.inventory.queries import lists
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(tags=["stock"])
STOREKEEPER = allows(Role.STOREKEEPER)
NotNegative = Annotated[int, Field(strict=True, ge=0, le=10**12)]


class ShelfOut(BaseModel):
    """What one depot holds of one item, in base units."""

    depot: str
    item: str
    kind: Kind
    unit: str
    on_hand: int
    reserved: int
    free: int


@router.get("/stock", dependencies=[LOOKING])
async def stock(
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: Kind | None = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[ShelfOut]:
    """Shelves by item and depot."""
    found = await lists.stock(session, limit + 1, after, depot, item, kind)
    return page_of(
        found,
        limit,
        lambda row: ShelfOut(**row, free=row["on_hand"] - row["reserved"]),
        lambda row: row["place"],
    )


class MovementOut(BaseModel):
    """One line of the ledger; `on_hand` and `reserved` are differences in base units."""

    id: UUID
    at: datetime = Field(description="when it was written down, UTC")
    on_day: date
    depot: str
    item: str
    kind: MovementKind
    on_hand: int
    reserved: int
    household_id: UUID | None
    document_id: UUID | None
    lot_id: UUID | None
    expires_on: date | None = Field(description="of the lot")
    reverses: UUID | None
    actor: str = Field(description="who decided: a principal's id")
    reason: str
    note: Note

    @classmethod
    def of(cls, row: RowMapping) -> "MovementOut":
        values = {name: row[name] for name in cls.model_fields if name != "reason"}
        return cls(**values, reason=words_of(because_of(row["reason"], row["numbers"])))


@router.get("/movements", dependencies=[LOOKING])
async def movements(  # noqa: PLR0913, PLR0917, each is a filter
    session: Reading,
    depot: Filter = None,
    item: Filter = None,
    kind: MovementKind | None = None,
    household_id: UUID | None = None,
    first: Annotated[Day | None, Query(alias="from")] = None,
    last: Annotated[Day | None, Query(alias="to")] = None,
    limit: Limit = 100,
    after: After = None,
) -> Page[MovementOut]:
    """The ledger, the oldest line first."""
    which = lists.MovementFilter(depot, item, kind, household_id, first, last)
    found = await lists.movements(session, which, limit + 1, place_of(after))
    return page_of(found, limit, MovementOut.of, lambda row: row["id"])


class NewKits(Body):
    """Kits to put together from the parts of one depot."""

    depot: Code
    kit: Code
    quantity: Quantity


class KitsMade(BaseModel):
    """How many were put together, from what, and why not more; `expires_on` is when the first of them expires."""

    assembled: int
    parts: list[Goods]
    reason: str
    expires_on: date | None = None
    document_id: UUID | None = Field(default=None, description="to undo it by")


@router.post("/kits/assemble", dependencies=[STOREKEEPER, RENEWED])
async def assemble(body: NewKits, work: Work, settings: StoreSettings) -> KitsMade:
    """Put kits together, as many as the parts allow."""

    async def do(unit: Unit) -> KitsMade | Refused:
        made = await commands.put_together(unit, settings.rules, body.depot, body.kit, body.quantity)
        return made if isinstance(made, Refused) else _kits_made(made)

    return await work.once(KitsMade, do)


def _kits_made(made: Assembled | MissingParts) -> KitsMade:
    if isinstance(made, MissingParts):
        return KitsMade(assembled=0, parts=[], reason=made.reason)
    parts = [Goods(item=part, quantity=used) for part, used in sorted(made.used.items())]
    until = None if made.expires == date.max else made.expires
    words = f"{made.reason}; the first expires on {until} with its parts" if until else made.reason
    return KitsMade(
        assembled=made.kits, parts=parts, reason=words, expires_on=until, document_id=made.document_id
    )


class OnHand(BaseModel):
    """A shelf after a change."""

    depot: str
    item: str
    on_hand: int
    difference: int


class Whose(BaseModel):
    """A household for which `quantity` more, or below 0 less, is set aside now."""

    household_id: UUID
    item: str
    quantity: int


class ShelvesChanged(BaseModel):
    """The shelves that were changed, and whose goods were cut or filled by it."""

    shelves: list[OnHand]
    whose: list[Whose] = Field(default_factory=list)
    document_id: UUID | None = Field(default=None, description="to undo it by")


def changed(correction: commands.Correction) -> ShelvesChanged:
    return ShelvesChanged(
        shelves=[OnHand(**asdict(each)) for each in correction.shelves],
        whose=[Whose(**asdict(each)) for each in correction.whose],
        document_id=correction.document_id,
    )


class Surplus(Body):
    """Which lot, and which date what is found has."""

    lot_id: UUID | None = Field(
        default=None, description="of this lot; left out, the first to expire are taken first"
    )
    expires_on: Day | None = Field(
        default=None, description="of what is found; left out, the item's earliest date; null, it keeps"
    )

    def found(self) -> commands.Found:
        return commands.Found(self.lot_id, self.expires_on, "expires_on" in self.model_fields_set)


class NewAdjustment(Surplus):
    """A difference to put on a shelf or lot, or to take off it."""

    depot: Code
    item: Code
    quantity: Difference
    reason: Reason


@router.post("/adjustments", dependencies=[STOREKEEPER, RENEWED])
async def adjust(body: NewAdjustment, work: Work, settings: StoreSettings) -> ShelvesChanged:
    """Correct a shelf, with the reason; what was set aside and is no longer there waits in line again."""

    async def do(unit: Unit) -> ShelvesChanged | Refused:
        done = await commands.adjust(
            unit, settings.rules, body.depot, body.item, body.quantity, body.reason, body.found()
        )
        return shown(done, changed)

    return await work.once(ShelvesChanged, do)


class Counted(Surplus):
    """What was counted of an item, or of one of its lots."""

    item: Code
    counted: NotNegative

    def as_counted(self) -> commands.Counted:
        return commands.Counted(self.item, self.counted, self.found())


class NewStocktake(Body):
    """What was counted in one depot."""

    depot: Code
    counts: Annotated[list[Counted], Field(min_length=1, max_length=1000)]
    reason: Reason


@router.post("/stocktakes", dependencies=[STOREKEEPER, RENEWED])
async def stocktake(body: NewStocktake, work: Work, settings: StoreSettings) -> ShelvesChanged:
    """A stocktake: shelves become what was counted; the differences go into the ledger."""
    counts = [each.as_counted() for each in body.counts]

    async def do(unit: Unit) -> ShelvesChanged | Refused:
        return shown(await commands.count(unit, settings.rules, body.depot, counts, body.reason), changed)

    return await work.once(ShelvesChanged, do)


class NewTransfer(Body):
    """Free stock to move between depots."""

    from_depot: Code
    to_depot: Code
    item: Code
    quantity: Quantity
    reason: Reason


class Done(BaseModel):
    """It is done; `id` names the document of the ledger's lines."""

    done: bool = True
    id: UUID | None = None


def _done(papers: commands.Papers) -> Done:
    return Done(id=papers.document_id)


@router.post("/transfers", dependencies=[STOREKEEPER, RENEWED])
async def transfer(body: NewTransfer, work: Work, settings: StoreSettings) -> Done:
    """Move free stock from one depot to another."""

    async def do(unit: Unit) -> Done | Refused:
        done = await commands.transfer(
            unit, settings.rules, body.from_depot, body.to_depot, body.item, body.quantity, body.reason
        )
        return shown(done, _done)

    return await work.once(Done, do)
