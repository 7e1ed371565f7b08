"""What was done by mistake is undone."""

from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.inventory.api.models import RENEWED, StoreSettings, WithReason
from services.inventory.commands import bringing_back, undoing
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.models import shown
from shared.web.roles import allows
from shared.web.work import Work

router = APIRouter(tags=["undoing"], dependencies=[allows(Role.STOREKEEPER), RENEWED])


class Undone(BaseModel):
    """It is undone; `id` names the document of the ledger's new lines."""

    done: bool = True
    id: UUID
    words: str = Field(default="", description="what is to be known about it")


def _undone(done: undoing.Undone) -> Undone:
    return Undone(id=done.document_id, words=done.words)


@router.post("/movements/{movement_id}/reverse")
async def reverse(movement_id: UUID, body: WithReason, work: Work, settings: StoreSettings) -> Undone:
    """Undo one line of the ledger by its opposite."""

    async def do(unit: Unit) -> Undone | Refused:
        return shown(await undoing.reverse(unit, settings.rules, movement_id, body.reason), _undone)

    return await work.once(Undone, do)


@router.post("/papers/{document_id}/undo")
async def undo_paper(document_id: UUID, body: WithReason, work: Work, settings: StoreSettings) -> Undone:
    """Undo a receipt, a count, a correction, a transfer or the putting together of kits, by the id it was given."""

    async def do(unit: Unit) -> Undone | Refused:
        return shown(await undoing.undo_paper(unit, settings.rules, document_id, body.reason), _undone)

    return await work.once(Undone, do)


@router.post("/deliveries/{delivery_id}/undo")
async def undo_hand_out(delivery_id: UUID, body: WithReason, work: Work, settings: StoreSettings) -> Undone:
    """Undo a hand-out: everything is back on its lots, and set aside again."""

    async def do(unit: Unit) -> Undone | Refused:
        done = await bringing_back.undo_hand_out(unit, settings.rules, delivery_id, body.reason)
        return shown(done, _undone)

    return await work.once(Undone, do)
