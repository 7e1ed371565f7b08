"""Each household as it stands here, for the doctor."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from services.intake import checks
from shared.web.checks import ANSWER, standing_lines
from shared.web.roles import Role, allows
from shared.web.work import OpenUnits

router = APIRouter(tags=["figures"])


@router.get("/checks/households", dependencies=[allows(Role.OPERATOR, Role.AUDITOR)], **ANSWER)
async def households(units: OpenUnits) -> StreamingResponse:
    """Every household as one JSON line: id, version, active and the number of people."""
    return standing_lines(units, checks.standings)
