"""Each household as it stands here, for the doctor."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from services.intake import checks
from shared.web.checks import NDJSON, StandingOut, standing_lines
from shared.web.roles import Role, allows
from shared.web.work import OpenUnits

router = APIRouter(tags=["figures"])


@router.get(
    "/checks/households",
    dependencies=[allows(Role.OPERATOR, Role.AUDITOR)],
    response_class=StreamingResponse,
    responses={200: {"content": {NDJSON: {"schema": StandingOut.model_json_schema()}}}},
)
async def households(units: OpenUnits) -> StreamingResponse:
    """Every household as one JSON line: id, version, active and the number of people."""
    return standing_lines(units, checks.standings)
