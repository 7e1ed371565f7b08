"""Goods move between depots, and parts into kits."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory.api.models import RENEWED, Code, Goods, Quantity, Reason, StoreSettings
from services.inventory.commands import moving as commands
from services.inventory.domain.kits import Assembled, MissingParts
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import Body, shown
from shared.web.roles import allows
from shared.web.work import Work

router = APIRouter(tags=["stock"])
STOREKEEPER = allows(Role.STOREKEEPER)


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
