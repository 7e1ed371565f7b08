"""Monthly gifts: registering what a donor gives each month, and how the gifts stand."""

from datetime import date
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping

from services.donations.api.models import LOOKING, TREASURER
from services.donations.commands import monthly as commands
from services.donations.domain.funds import Purpose
from services.donations.queries import monthly as lists
from shared.contracts.donations import MonthlyGiftStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

ENDED = MonthlyGiftStatus.ENDED.value
router = APIRouter(prefix="/monthly-gifts", tags=["gifts"])


class NewMonthlyGift(Body):
    """What a donor gives each month."""

    purpose: Purpose
    reference: (
        Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9-]+$", examples=["I-BW452GLLEP1G"])] | None
    ) = Field(default=None, description="PayPal's id of the subscription, or of the old series")
    custom: Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9._-]+$", examples=["gift-2"])] | None = (
        Field(default=None, description="our own mark of this gift alone, which PayPal's notices bear")
    )
    donor_id: UUID | None = Field(default=None, description="none while nobody knows whose series it is")
    children: Annotated[int, Field(ge=0, le=50, description="how many children the donor supports")] = 0
    correspondence: bool = Field(default=False, description="the donor wants letters")
    on_behalf_of: UUID | None = Field(default=None, description="another donor in whose name it is given")

    @model_validator(mode="after")
    def _can_be_found(self) -> Self:
        if self.reference is None and self.custom is None:
            raise ValueError("give a reference or a custom mark")
        if self.purpose is not Purpose.EDUCATION and (self.children or self.correspondence):
            raise ValueError("children are supported, and letters exchanged, by gifts for education alone")
        return self


class MonthlyGiftKept(BaseModel):
    """The gift's own id."""

    gift_id: UUID


@router.post("", dependencies=[TREASURER])
async def register(body: NewMonthlyGift, work: Work) -> MonthlyGiftKept:
    """Register what a donor gives each month. Money that came before becomes the gift's.

    The same again is the same answer; other content is refused (409), for a change has its own way.
    """
    wanted = commands.Monthly(
        body.purpose.value,
        body.reference,
        body.custom,
        body.donor_id,
        body.children,
        body.correspondence,
        body.on_behalf_of,
    )

    async def do(unit: Unit) -> MonthlyGiftKept | Refused:
        return shown(await commands.register(unit, wanted), lambda done: MonthlyGiftKept(gift_id=done))

    return await work.once(MonthlyGiftKept, do)


class MonthlyGiftChange(Body):
    """What is different about a registered gift; what is left out stays. Its purpose stays too."""

    donor_id: UUID | None = None
    children: Annotated[int, Field(ge=0, le=50)] | None = None
    correspondence: bool | None = None
    on_behalf_of: UUID | None = None

    def changes(self) -> dict[str, Any]:
        return {name: value for name in commands.CHANGED if (value := getattr(self, name)) is not None}

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not self.changes():
            raise ValueError("give a donor_id, on_behalf_of, children or correspondence")
        return self


@router.post("/{gift_id}/change", dependencies=[TREASURER])
async def change(gift_id: UUID, body: MonthlyGiftChange, work: Work) -> MonthlyGiftKept:
    """A registered gift has another donor, more or fewer children, or letters."""

    async def do(unit: Unit) -> MonthlyGiftKept | Refused:
        done = await commands.change(unit, gift_id, body.changes())
        return shown(done, lambda changed: MonthlyGiftKept(gift_id=changed))

    return await work.once(MonthlyGiftKept, do)


class MonthlyGiftOut(BaseModel):
    """A monthly gift as it stands: `status` is empty while PayPal has told of no subscription for it."""

    gift_id: UUID
    reference: str | None
    donor_id: UUID | None
    on_behalf_of: UUID | None = Field(description="in whose name it is given, as merged since")
    purpose: str
    children: int
    placed: int | None = Field(
        description="children found, as sponsorship told; none while it has told nothing"
    )
    waiting: int = Field(description="children who are still looked for")
    correspondence: bool
    status: str
    since: date | None
    covered_until: date | None
    grace_until: date | None

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = ("gift_id", "reference", "purpose", "children", "correspondence", "since", "placed")
        said = row["said"] or {}
        return cls(
            **{name: row[name] for name in names},
            waiting=max(0, row["children"] - (row["placed"] or 0)) if row["status"] != ENDED else 0,
            status=row["status"] or "",
            donor_id=None if row["anonymous"] else row["donor_id"],
            on_behalf_of=row["behalf_id"],
            covered_until=said.get("covered_until"),
            grace_until=said.get("grace_until"),
        )


@router.get("", dependencies=[LOOKING])
async def monthly_gifts(
    session: Reading, status: MonthlyGiftStatus | None = None, limit: Limit = 100, after: After = None
) -> Page[MonthlyGiftOut]:
    """Registered monthly gifts as they stand, in the order in which they were registered."""
    found = await lists.monthly_gifts(session, status, limit + 1, place_of(after))
    return page_of(found, limit, MonthlyGiftOut.of, lambda row: row["gift_id"])


class MonthOut(BaseModel):
    """How many monthly gifts changed in a month. One that lapsed and paid again was lost, and then `found_again`."""

    month: date
    begun: int
    at_risk: int
    recovered: int
    found_again: int
    lost: int


@router.get("/months", dependencies=[LOOKING])
async def months(session: Reading) -> list[MonthOut]:
    """How the monthly gifts changed, by month, the newest first."""
    return [MonthOut(**row) for row in await lists.gifts_by_month(session)]
