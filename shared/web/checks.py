"""Each household as a service knows it, a JSON object a line: the doctor compares the lines of two services."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import StreamingResponse

from shared.database import let_last
from shared.messaging.unit import Units
from shared.web.work import NDJSON


class StandingOut(BaseModel):
    """One line of the answer."""

    household_id: str
    version: int
    active: bool = Field(description="not closed")
    people: int


ANSWER: dict[str, Any] = {
    "response_class": StreamingResponse,
    "responses": {200: {"content": {NDJSON: {"schema": StandingOut.model_json_schema()}}}},
}
"""What a route says of it in its document."""

Standings = Callable[[AsyncSession], AsyncIterator[StandingOut]]
"""Every household that a service knows, in the order of their ids."""


def standing_lines(units: Units, standings: Standings) -> StreamingResponse:
    """A line for each household, read while they are sent."""

    async def lines() -> AsyncIterator[str]:
        async with units.read() as session:
            await let_last(session)
            async for each in standings(session):
                yield each.model_dump_json() + "\n"

    return StreamingResponse(lines(), media_type=NDJSON)
