"""Routes for consents of children that have to be asked for anew."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.intake import queries
from services.intake.api.consents import LOOKING
from services.intake.domain.guardians import Renewal
from services.intake.queries.renewals import Wanted
from services.intake.settings import Settings
from shared.messaging.day import today_of
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, app_settings

router = APIRouter(prefix="/consents/to-renew", tags=["consents"])
IntakeSettings = Annotated[Settings, Depends(app_settings)]
Days = Annotated[
    int | None, Query(ge=0, le=366, description="those that end within so many days; the setting if left out")
]


class RenewalOut(BaseModel):
    """A consent that a guardian gave for a child and that has to be asked for anew, and why."""

    consent_id: UUID
    household_id: UUID
    code: str = Field(description="of the household")
    member_id: UUID
    purpose: str
    why: Renewal
    until: date | None = Field(description="its last day; none once it has ended by itself")
    since: date = Field(description="the day of its last change")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(
            consent_id=row["id"], **{name: row[name] for name in cls.model_fields if name != "consent_id"}
        )


@router.get("", dependencies=[LOOKING])
async def to_renew(
    session: Reading,
    settings: IntakeSettings,
    days: Days = None,
    why: Renewal | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[RenewalOut]:
    """Consents of children who are helped that have to be asked for anew, in the order in which they were given."""
    wanted = Wanted(await today_of(session), _days(days, settings), why)
    found = await queries.renewals(session, wanted, limit + 1, place_of(after))
    return page_of(found, limit, RenewalOut.of, lambda row: row["id"])


@router.get("/count", dependencies=[LOOKING])
async def how_many(session: Reading, settings: IntakeSettings, days: Days = None) -> dict[Renewal, int]:
    """How many there are, by reason."""
    wanted = Wanted(await today_of(session), _days(days, settings))
    return dict(await queries.count_renewals(session, wanted))


def _days(asked: int | None, settings: Settings) -> int:
    return settings.consent_notice_days if asked is None else asked
