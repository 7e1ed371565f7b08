"""What lies on the shelves is corrected and counted."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory.api.models import RENEWED, Code, Difference, Reason, StoreSettings
from services.inventory.commands import stock as commands
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, Day, shown
from shared.web.roles import allows
from shared.web.work import Work

router = APIRouter(tags=["stock"])
STOREKEEPER = allows(Role.STOREKEEPER)
NotNegative = Annotated[int, Field(strict=True, ge=0, le=10**12)]


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
