"""What operators and monitoring ask of every service: health, readiness, metrics, status, checks and the clock."""

import asyncio
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from shared.database.engine import connections_in_use, set_transaction_timeout
from shared.messaging.day import today_of
from shared.principals import Role
from shared.service.figures import Figures
from shared.service.parts import Count, Service
from shared.settings import ClockMode
from shared.web.problems import Problem, conflict, invalid
from shared.web.roles import allows
from shared.web.work import Reading

router = APIRouter(tags=["operations"])
MOST_DAYS = timedelta(days=400)
MONITORING = allows(Role.OPERATOR, Role.AUDITOR)
FOLLOWS = "the day follows the wall clock"
NO_ANSWER = "The database gives no answer; /readyz says what else is wrong."


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service


This = Annotated[Service, Depends(_service)]


def _figures(request: Request) -> Figures:
    figures: Figures = request.app.state.figures
    return figures


Own = Annotated[Figures, Depends(_figures)]


class Health(BaseModel):
    """Whether a part works; `problems` is empty when all is well."""

    service: str
    problems: list[str] = []


class Status(BaseModel):
    """Where a service stands. Times are UTC."""

    service: str
    today: date
    clock: ClockMode = Field(description="what turns the days: the wall clock, or somebody by hand (manual)")
    days_behind: int = Field(description="days still to be turned, below 0 if turned too far; 0 by hand")
    days_held: str = Field(description="why the days wait until an operator confirms the date; empty if not")
    outbox_rows: int
    said: int | None = Field(description="facts in the journal; none if it takes too long to count them")
    last_said_at: datetime | None
    handled: int | None = Field(description="messages in the inbox; the same")
    last_handled_at: datetime | None
    waiting: dict[str, int] | None = Field(description="messages to be handled, by contract; none as below")
    retrying: dict[str, int] | None = Field(description="messages to be tried again, by delay; none as below")
    parked: dict[str, int] | None = Field(description="by contract; none while the broker is away")
    timers_parked: dict[str, int] = Field(description="by name")
    put_off: dict[str, int] = Field(description="what the service does by itself in a moment, by what it is")
    connections: str = Field(description="database connections in use, of how many", examples=["3 of 35"])
    figures_age_seconds: int = Field(description="how old what /metrics tells of the database is; 0 if fresh")


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
async def readyz(service: This, figures: Own, response: Response) -> Health:
    """Database, migrations and broker are there; 503 with the problems if not."""
    problems = await figures.problems()
    if problems:
        response.status_code = 503
    return Health(service=service.name, problems=problems)


@router.get("/metrics", dependencies=[MONITORING], response_class=Response)
async def metrics(service: This, figures: Own) -> Response:
    """Prometheus text. With the database or the broker away or silent, what is known without them."""
    await figures.refresh()
    return Response(generate_latest(service.metrics.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/status", dependencies=[MONITORING])
async def status(service: This, figures: Own) -> Status:
    """What is waiting, said and handled; 503 if the database does not tell in time."""
    try:
        state, totals, depths = await asyncio.gather(figures.state(), figures.totals(), figures.depths())
    except TimeoutError:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, NO_ANSWER) from None
    said, handled = totals or (None, None)
    return Status(
        service=service.name,
        today=state.today,
        clock=service.settings.clock,
        days_behind=state.days_behind,
        days_held=service.wall_clock.held,
        outbox_rows=state.outbox_rows,
        said=said,
        last_said_at=state.last_said,
        handled=handled,
        last_handled_at=state.last_handled,
        waiting=depths and depths.waiting,
        retrying=depths and depths.retrying,
        parked=depths and depths.parked,
        timers_parked=state.timers_parked,
        put_off=state.put_off,
        connections=f"{connections_in_use(service.engine)} of {service.most_connections}",
        figures_age_seconds=round(figures.age_seconds),
    )


@router.get("/checks", dependencies=[MONITORING])
async def checks(service: This, session: Reading) -> list[CountOut]:
    """The service's own invariants, counted in one snapshot."""
    await set_transaction_timeout(session)
    counts = [await _day_follows_clock(service, session)]
    counts += await service.parts.check(session) if service.parts.check else []
    return [CountOut(name=each.name, counted=each.counted, breaches=each.breaches) for each in counts]


async def _day_follows_clock(service: Service, session: AsyncSession) -> Count:
    """One day behind is no breach: it is about to turn, and an alert tells if it does not."""
    if service.settings.clock is ClockMode.MANUAL:
        return Count(FOLLOWS, 0, 0)
    reading = await service.wall_clock.read(session)
    return Count(FOLLOWS, 1, bool(service.wall_clock.held) or reading.behind not in (0, 1))


@router.post("/clock", dependencies=[allows(Role.OPERATOR)])
async def clock(service: This, turn: Turn, request: Request) -> Turned:
    """Turn the days one after another up to `to`, and stop when nobody waits for the answer any more.

    Where the clock is manual (demo and tests), to any day of the next 400. Where days follow the wall clock, at most to
    its date: that confirms the date when the days wait for an operator.
    """
    async with service.units.read() as session:
        today = await today_of(session)
    if service.settings.clock is ClockMode.WALL:
        _check_with_wall_clock(service, today, turn.to)
    elif turn.to - today > MOST_DAYS:
        words = f"The clock is turned at most {MOST_DAYS.days} days at a time; today is {today}."
        raise invalid(words, [("to", "lies too far ahead")])
    days = await service.days.turn_to(turn.to, request.is_disconnected)
    async with service.units.read() as session:
        return Turned(days=days, today=await today_of(session))


def _check_with_wall_clock(service: Service, today: date, to: date) -> None:
    wall = service.wall_clock.today()
    if not today <= to <= wall:
        raise conflict(
            f"The days follow the wall clock: today is {today}, the clock says {wall}. "
            "Name a date from the one to the other."
        )
