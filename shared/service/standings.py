"""Each household as a service knows it, a JSON object per line: the doctor compares the lines of two services."""

from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from shared.database.engine import set_transaction_timeout
from shared.principals import Role
from shared.service.parts import Service, Standings
from shared.web.roles import allows
from shared.web.work import NDJSON, OpenUnits

router = APIRouter(tags=["operations"])


class StandingOut(BaseModel):
    """One line of the answer."""

    household_id: str
    version: int
    active: bool = Field(description="not closed")
    people: int
    code: str = Field(
        default="", description="what people say, like LF-06-0042; empty if the service does not keep it"
    )


def _standings(request: Request) -> Standings:
    service: Service = request.app.state.service
    assert service.parts.standings is not None
    return service.parts.standings


@router.get(
    "/checks/households",
    dependencies=[allows(Role.OPERATOR, Role.AUDITOR)],
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": StandingOut.model_json_schema()}}}},
)
async def households(
    units: OpenUnits, standings: Annotated[Standings, Depends(_standings)]
) -> StreamingResponse:
    """Every household that the service knows as one JSON line, in the order of their ids, read while it is sent."""

    async def lines() -> AsyncIterator[str]:
        async with units.read() as session:
            await set_transaction_timeout(session)
            async for each in standings(session):
                yield StandingOut(**asdict(each)).model_dump_json() + "\n"

    return StreamingResponse(lines(), media_type=NDJSON)
