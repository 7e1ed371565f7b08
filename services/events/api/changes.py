"""What a gathering is about is changed after it was planned."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from services.events.api.gatherings import GatheringOut, LanguageBody
from services.events.api.models import EVENTS, Code, Note
from services.events.commands import changing
from services.events.commands.changing import Changes
from services.events.domain.gatherings import Safety
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.work import Work

router = APIRouter(prefix="/gatherings/{gathering_id}", tags=["gatherings"])


class ChangesBody(Body):
    """What is to be different; what is left out stays."""

    plan_version: int = Field(description="the version of the plan that the new one takes the place of")
    languages: Annotated[list[LanguageBody], Field(max_length=10)] | None = None
    topics: Annotated[list[Code], Field(max_length=20)] | None = None
    safety: Safety | None = None
    note: Note

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.languages is None and self.topics is None and self.safety is None:
            raise ValueError("changes nothing: give languages, topics or safety")
        return self

    def changes(self) -> Changes:
        return Changes(
            seen=self.plan_version,
            note=self.note,
            languages=None if self.languages is None else tuple(each.language() for each in self.languages),
            topics=None if self.topics is None else frozenset(self.topics),
            safety=self.safety,
        )


@router.post("/change", dependencies=[EVENTS])
async def change(gathering_id: UUID, body: ChangesBody, work: Work) -> GatheringOut:
    """Other languages, topics, or another safety class. Whoever has a seat keeps it; helpers are asked or freed."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        return shown(await changing.change(unit, gathering_id, body.changes()), GatheringOut.of)

    return await work.once(GatheringOut, do)
