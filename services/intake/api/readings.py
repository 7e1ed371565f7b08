"""The route that tells who was shown names."""

from uuid import UUID

from fastapi import APIRouter

from services.intake import queries
from services.intake.api.answers import ReadingOut
from shared.principals import Role
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Reading

router = APIRouter(prefix="/readings", tags=["readings"])


@router.get("", dependencies=[allows(Role.AUDITOR, Role.OPERATOR)])
async def find(
    session: Reading,
    household_id: UUID | None = None,
    case_id: UUID | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[ReadingOut]:
    """Who was shown names and birth dates, the newest first."""
    found = await queries.readings(session, (household_id, case_id), place_of(after), limit + 1)
    return page_of(found, limit, lambda row: ReadingOut(**row), lambda row: row["id"])
