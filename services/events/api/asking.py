"""Asking for seats. What waits at the same time is decided in one unit, in the order in which it came."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from services.events.api.guests import GuestBody
from services.events.api.models import EVENTS
from services.events.api.seats import MOST_TOGETHER, PREFIX, PartyOut
from services.events.commands import asking as commands
from services.events.commands.asking import Wish
from services.events.domain.seats import SeatRole, SeatRules
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.together import Together
from shared.web.work import Work


class Ask(Body):
    """Who asks for seats together: guests who are written down already, and others who are to be."""

    guest_ids: list[UUID] = Field(default=[], max_length=MOST_TOGETHER)
    guests: list[GuestBody] = Field(default=[], max_length=MOST_TOGETHER)
    role: SeatRole = Field(default=SeatRole.GUEST, description="only guests count")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if not self.guest_ids and not self.guests:
            raise ValueError("names nobody: give guest_ids, guests or both")
        return self

    def wish(self) -> Wish:
        """What is asked for."""
        return Wish(self.guest_ids, [each.guest() for each in self.guests], self.role)


def together(rules: SeatRules) -> Together[UUID, Wish, PartyOut]:
    """Decides what is asked of one gathering, some at a time."""

    async def decide(unit: Unit, gathering_id: UUID, wishes: Sequence[Wish]) -> Sequence[PartyOut | Refused]:
        done = await commands.ask(unit, rules, gathering_id, wishes)
        return [shown(each, PartyOut.of) for each in done]

    return Together(PartyOut, decide, leaves=lambda wish: bool(wish.new))


def router(rules: SeatRules) -> APIRouter:
    """The route to ask for seats at."""
    asking = together(rules)
    made = APIRouter(prefix=PREFIX, tags=["seats"])

    @made.post("/seats", status_code=201, dependencies=[EVENTS])
    async def ask(gathering_id: UUID, body: Ask, work: Work) -> PartyOut:
        """Ask for seats for one or several together. Is there no room, they wait; the answer says where and why."""
        return await asking.once(work, gathering_id, body.wish())

    return made
