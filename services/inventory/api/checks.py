"""Each household as the store knows it, for the doctor."""

from fastapi import APIRouter
from starlette.responses import StreamingResponse

from services.inventory import checks
from shared.web.checks import ANSWER, standing_lines
from shared.web.roles import Role, allows
from shared.web.work import OpenUnits

router = APIRouter(tags=["supplies"])


@router.get("/checks/households", dependencies=[allows(Role.OPERATOR, Role.AUDITOR)], **ANSWER)
async def households(units: OpenUnits) -> StreamingResponse:
    """Each household as known here, a JSON object a line: for the doctor to compare with intake."""
    return standing_lines(units, checks.standings)
