"""The action plan beside what really happened: each service keeps the targets of its own areas."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.tables import target
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid
from shared.principals import Role
from shared.web.roles import allows
from shared.web.work import Reading, Work

router = APIRouter(prefix="/plan", tags=["plan"])


class Target(BaseModel):
    """One measure of one of the plan's eight areas; without a target it means as many as possible."""

    model_config = ConfigDict(extra="forbid")

    area: Annotated[int, Field(ge=1, le=8)]
    measure: Annotated[
        str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60, examples=["first_aid_kits_delivered"])
    ]
    words: Annotated[str, Field(min_length=1, max_length=200, examples=["home first-aid kits delivered"])]
    target: Annotated[int, Field(ge=0, le=10**15)] | None = Field(default=None, examples=[300])
    unit: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,19}$", examples=["kits"])]


class TargetWithActual(Target):
    """A target beside what was reached so far; no actual means that nothing records it yet."""

    actual: int | None


class NewTargets(BaseModel):
    """Targets to add or to replace, by measure."""

    model_config = ConfigDict(extra="forbid")

    targets: Annotated[list[Target], Field(min_length=1, max_length=100)]


class Loaded(BaseModel):
    """How many targets were taken."""

    targets: int


@router.post("", dependencies=[allows(Role.OPERATOR, Role.AUDITOR)])
async def load(body: NewTargets, work: Work, request: Request) -> Loaded:
    """Add or replace targets. A service that records figures takes none that it does not record."""
    actuals = request.app.state.service.parts.actuals

    async def do(unit: Unit) -> Loaded | Refused:
        recorded = (await actuals(unit.session)).keys() if actuals else ()
        if refused := _unrecorded(body.targets, recorded):
            return refused
        rows = list({each.measure: each.model_dump() for each in body.targets}.values())
        adding = insert(target).values(rows)
        replaced = {name: adding.excluded[name] for name in ("area", "words", "target", "unit")}
        await unit.session.execute(adding.on_conflict_do_update(index_elements=["measure"], set_=replaced))
        return Loaded(targets=len(rows))

    return await work.once(Loaded, do)


def _unrecorded(targets: Sequence[Target], recorded: Collection[str]) -> Refused | None:
    """A target that nothing will ever be counted for is a typing error, where figures are recorded at all."""
    unknown = [each for each in targets if recorded and each.measure not in recorded]
    words = f"is not recorded here; recorded are {', '.join(sorted(recorded))}"
    fields = (("measure", f"{each.measure} {words}") for each in unknown)
    return (
        invalid("The plan names a measure that this service does not record.", *fields) if unknown else None
    )


@router.get("", dependencies=[allows(*Role)])
async def read(request: Request, session: Reading) -> list[TargetWithActual]:
    """Every target of this service beside the actual figure."""
    return await beside_actual(session, request.app.state.service.parts.actuals)


async def beside_actual(
    session: AsyncSession, actuals: Callable[[AsyncSession], Awaitable[Mapping[str, int]]] | None
) -> list[TargetWithActual]:
    """The targets in the order of their areas, each with its actual."""
    rows = (await session.execute(select(target).order_by(target.c.area, target.c.measure))).mappings().all()
    reached = await actuals(session) if actuals and rows else {}
    return [TargetWithActual(**row, actual=reached.get(row["measure"])) for row in rows]
