"""What operators and monitoring ask of every service: health, readiness, metrics, status, checks and the clock."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.engine import set_transaction_timeout
from shared.database.migrations import pending_migrations
from shared.database.tables import inbox, journal, outbox
from shared.messaging.day import today_of
from shared.messaging.timer_rows import lateness, parked_timers
from shared.messaging.turning import turn_to
from shared.observability import log
from shared.principals import Role
from shared.service import plan
from shared.service.parts import Service
from shared.settings import ClockMode
from shared.web.problems import conflict
from shared.web.roles import allows
from shared.web.work import Reading

router = APIRouter(tags=["operations"])
MONITORING = allows(Role.OPERATOR, Role.AUDITOR)


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


This = Annotated[Service, Depends(_service)]


class Health(BaseModel):
    """Whether a part works; `problems` is empty when all is well."""

    service: str
    problems: list[str] = []


class Status(BaseModel):
    """Where a service stands. Times are UTC."""

    service: str
    today: date
    outbox_rows: int
    said: int = Field(description="facts in the journal")
    last_said_at: str | None
    handled: int = Field(description="messages in the inbox")
    last_handled_at: str | None
    parked: dict[str, int] | None = Field(description="by contract; none while the broker is away")
    timers_parked: dict[str, int] = Field(description="by name")
    put_off: dict[str, int] = Field(description="what the service does by itself in a moment, by what it is")


class CountOut(BaseModel):
    """One invariant: how many were counted and how many break it."""

    name: str
    counted: int
    breaches: int


class Turn(BaseModel):
    """The day to turn to."""

    to: date


class Turned(BaseModel):
    """How many days were turned, and today."""

    days: int
    today: date


@router.get("/healthz", dependencies=[MONITORING])
async def healthz(service: This, response: Response) -> Health:
    """The process answers; 503 when it is about to leave, so that the gateway sends nothing new."""
    if service.leaving:
        response.status_code = 503
        return Health(service=service.name, problems=["leaving"])
    return Health(service=service.name)


@router.get("/readyz", dependencies=[MONITORING])
async def readyz(service: This, response: Response) -> Health:
    """Database, migrations and broker are there; 503 with the problems if not."""
    problems = await _problems(service)
    if problems:
        response.status_code = 503
    return Health(service=service.name, problems=problems)


async def _problems(service: Service) -> list[str]:
    problems = []
    try:
        problems += [
            f"migration missing: {each}" for each in await pending_migrations(service.name, service.engine)
        ]
    except Exception as error:
        problems.append(f"database: {type(error).__name__}")
    return [*problems, *await service.link.problems()]


@router.get("/metrics", dependencies=[MONITORING], response_class=Response)
async def metrics(service: This) -> Response:
    """Prometheus text. With the database or the broker away, what is known without them."""
    try:
        async with service.units.read() as session:
            await _refresh(service, session)
    except Exception as error:
        log().warning("some gauges are old", kind=type(error).__name__)
    service.metrics.ready.set(not await _problems(service))
    for contract, count in (await service.link.parked() or {}).items():
        service.metrics.parked_now.labels(contract=contract).set(count)
    return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


async def _refresh(service: Service, session: AsyncSession) -> None:
    # What a new consumer is fed waits for its queue, however long that takes: nobody else waits behind it.
    oldest = func.min(outbox.c.said_at).filter(outbox.c.consumer.is_(None))
    waiting = select(func.count(), func.coalesce(func.extract("epoch", func.now() - oldest), 0))
    waiting = waiting.select_from(outbox)
    depth, age = (await session.execute(waiting)).one()
    service.metrics.outbox_depth.set(depth)
    service.metrics.outbox_oldest.set(float(age))
    if service.settings.clock is ClockMode.WALL:
        today = await today_of(session)
        service.metrics.days_behind.set((service.settings.wall_today() - today).days)
    service.metrics.timers_late.set(await lateness(session))
    service.metrics.timers_parked.clear()
    for name, count in {**dict.fromkeys(service.timers.names, 0), **await parked_timers(session)}.items():
        service.metrics.timers_parked.labels(timer=name).set(count)
    await _plan_gauges(service, session)
    if service.observe:
        await service.observe(session)


async def _plan_gauges(service: Service, session: AsyncSession) -> None:
    for each in await plan.beside_actual(session, service.parts.actuals):
        labels = {"area": str(each.area), "measure": each.measure}
        if each.target is not None:
            service.metrics.plan_target.labels(**labels).set(each.target)
        if each.actual is not None:
            service.metrics.plan_actual.labels(**labels).set(each.actual)


@router.get("/status", dependencies=[MONITORING])
async def status(service: This, session: Reading) -> Status:
    """What is waiting, said and handled."""
    said, last_said = (await session.execute(select(func.count(), func.max(journal.c.said_at)))).one()
    handled, last_handled = (await session.execute(select(func.count(), func.max(inbox.c.handled_at)))).one()
    return Status(
        service=service.name,
        today=await today_of(session),
        outbox_rows=(await session.execute(select(func.count()).select_from(outbox))).scalar_one(),
        said=said,
        last_said_at=last_said and last_said.isoformat(),
        handled=handled,
        last_handled_at=last_handled and last_handled.isoformat(),
        parked=await service.link.parked(),
        timers_parked=await parked_timers(session),
        put_off=dict(await service.parts.put_off(session)) if service.parts.put_off else {},
    )


@router.get("/checks", dependencies=[MONITORING])
async def checks(service: This, session: Reading) -> list[CountOut]:
    """The service's own invariants, counted in one snapshot."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))
    await set_transaction_timeout(session)
    counts = await service.parts.check(session) if service.parts.check else []
    return [CountOut(name=each.name, counted=each.counted, breaches=each.breaches) for each in counts]


@router.post("/clock", dependencies=[allows(Role.OPERATOR)])
async def clock(service: This, turn: Turn) -> Turned:
    """Turn the days one after another up to `to`; only where the clock is manual (demo and tests)."""
    if service.settings.clock is not ClockMode.MANUAL:
        raise conflict("This service follows the wall clock; its day cannot be turned by hand.")
    days = await turn_to(service.units, service.parts.on_day, service.timers, turn.to)
    async with service.units.read() as session:
        return Turned(days=days, today=await today_of(session))
