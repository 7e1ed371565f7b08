"""`relief clock`: turn the days of all services, one after another."""

import asyncio
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from shared.cli import Trouble
from shared.cli.client import Services, services_of
from shared.cli.days import day as parsed_day
from shared.cli.stack import Stack
from shared.contracts import SERVICES
from shared.service.operations import MOST_DAYS

Day = Annotated[
    date, typer.Argument(parser=parsed_day, metavar="DAY", help="The day to turn to, like 2006-12-01.")
]


def register(app: typer.Typer) -> None:
    app.command("clock")(clock)


def clock(day: Day) -> None:
    """Turn the days of all services up to a date: by hand (demo and tests), or to confirm what the wall clock says."""
    asyncio.run(_turn_all(Stack.load(), day))


async def days_of(services: Services) -> dict[str, date]:
    """Each service's today."""
    return {name: date.fromisoformat((await services.get(name, "/status"))["today"]) for name in SERVICES}


async def turn(services: Services, to: date, names: Iterable[str] = SERVICES) -> None:
    """Turn these services to a day, one after another; one that is there already stays.

    Trouble if a service follows the wall clock and the day lies before its own or after the clock's.
    """
    for name in names:
        await services.post(name, "/clock", {"to": to.isoformat()})


async def _turn_all(stack: Stack, to: date) -> None:
    console = Console(stderr=True)
    async with services_of(stack) as services:
        today = await days_of(services)
        if late := [name for name, day in today.items() if day > to]:
            raise Trouble(f"Days do not turn back: {late[0]} has {today[late[0]]} already.")
        # Day by day, a service sees no slip of the year in what it is asked for.
        if (ahead := to - min(today.values())) > MOST_DAYS:
            raise Trouble(
                f"{to} lies {ahead.days:,} days ahead, and no day turns back. At most {MOST_DAYS.days} are turned at a "
                "time: if the date is meant, turn to a nearer one first."
            )
        first = min(today.values()) + timedelta(days=1)
        days = [first + timedelta(days=n) for n in range((to - first).days + 1)]
        for day in track(days or [to], "turning the days", console=console, transient=True):
            await turn(services, day)
    console.print(f"All services have {to}.")
