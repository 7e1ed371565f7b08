"""`relief up` and `relief down`."""

from datetime import date, datetime
from typing import Annotated

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.local.up import LocalRun, Settings, local_run, only_one
from shared.settings import ClockMode

FIRST_DAY = date(2006, 11, 1)

WallClock = Annotated[bool, typer.Option("--wall-clock", help="Let days pass by the real clock.")]
FirstDay = Annotated[
    datetime | None,
    typer.Option(
        "--first-day", formats=["%Y-%m-%d"], help="The day the system starts on, if it has no day yet."
    ),
]
Erase = Annotated[bool, typer.Option("--erase", help="Remove the data, the logs and the passwords too.")]


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("down")(down)


def up(wall_clock: WallClock = False, first_day: FirstDay = None) -> None:
    """Start everything on this machine; what runs already is left alone."""
    if wall_clock:
        refuse_another_clock(local_run())
    start(ClockMode.WALL if wall_clock else ClockMode.MANUAL, first_day.date() if first_day else FIRST_DAY)


def refuse_another_clock(run: LocalRun) -> None:
    """Trouble if something runs with a clock that is turned by hand."""
    known = Settings.read(run.folder)
    if known and known.clock is ClockMode.MANUAL and any(run.running().values()):
        raise Trouble(
            "What runs has a clock that is turned by hand: ./relief down, then ./relief up --wall-clock"
        )


def start(clock: ClockMode = ClockMode.MANUAL, first_day: date = FIRST_DAY) -> LocalRun:
    """What `up` does, for the commands that need the stack: start what does not run and say so."""
    console = Console(stderr=True)
    run = local_run()
    wanted = Settings(run.ports.gateway, clock, first_day if clock is ClockMode.MANUAL else None)
    with only_one(run.folder):
        if run.stack_path.exists() and all(run.running().values()):
            console.print(f"Already running: {run.gateway.url}")
            return run
        with console.status("starting") as progress:
            run.up(wanted, lambda part: progress.update(f"starting {part}"))
    console.print(f"Running: {run.gateway.url}")
    return run


def down(erase: Erase = False) -> None:
    """Stop everything that `up` started."""
    console = Console(stderr=True)
    run = local_run()
    with only_one(run.folder):
        with console.status("stopping") as progress:
            run.down(lambda part: progress.update(f"stopping {part}"))
        if erase:
            run.erase()
    console.print("Stopped, and the data removed." if erase else "Stopped. The data is kept.")
