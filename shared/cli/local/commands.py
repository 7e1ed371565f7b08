"""`relief up` and `relief down`."""

from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.days import day
from shared.cli.local.keeper import keep, keeper_of, start_keeper
from shared.cli.local.processes import stop_all
from shared.cli.local.remembered import Settings, clock_for
from shared.cli.local.up import LocalRun, local_run, only_one
from shared.contracts import SERVICES

WallClock = Annotated[
    bool,
    typer.Option(
        "--wall-clock", help="Let days pass by the real clock, from the first start on; the data remember it."
    ),
]
FirstDay = Annotated[
    date | None,
    typer.Option(
        "--first-day",
        parser=day,
        metavar="DAY",
        help="The day a new system starts on; 2006-11-01 if it is not given.",
    ),
]
Part = Annotated[str, typer.Argument(help=f"{', '.join(SERVICES)}, gateway, rabbitmq or postgres")]
Erase = Annotated[bool, typer.Option("--erase", help="Remove the data, the logs and the passwords too.")]


def register(app: typer.Typer) -> None:
    app.command("up")(up)
    app.command("down")(down)
    app.command("stop")(stop)
    app.command("start")(start_part)
    app.command("keep", hidden=True)(keep_running)


def up(wall_clock: WallClock = False, first_day: FirstDay = None) -> None:
    """Start everything on this machine; what runs already is left alone."""
    start(wall_clock=wall_clock, first_day=first_day)


def start(*, wall_clock: bool = False, first_day: date | None = None) -> LocalRun:
    """What `up` does, for the commands that need the stack: start what does not run and say so.

    Trouble if the data here live by another clock, or began on another day.
    """
    console = Console(stderr=True)
    run = local_run()
    clock = clock_for(run.folder, wall_clock, first_day)
    wanted = Settings(run.ports.gateway, clock.mode, clock.first_day)
    with only_one(run.folder):
        if run.stack_path.exists() and all(run.running().values()):
            start_keeper(run)
            console.print(f"Already running: {run.gateway.url}")
            return run
        with console.status("starting") as progress:
            run.up(wanted, lambda part: progress.update(f"starting {part}"))
        start_keeper(run)
    console.print(f"Running: {run.gateway.url}")
    return run


def stop(part: Part) -> None:
    """Stop one part and leave the others running; ./relief start PART, or up, starts it again."""
    run = local_run()
    _known(run, part)
    with only_one(run.folder):
        if not run.running()[part]:
            raise Trouble(f"{part} is not running.")
        run.stop(part)
    Console(stderr=True).print(f"Stopped {part}. ./relief start {part} starts it again.")


def start_part(part: Part) -> None:
    """Start one part that was stopped, and wait until it is ready."""
    run = local_run()
    _known(run, part)
    settings = Settings.read(run.folder)
    if settings is None:
        raise Trouble("Nothing runs here: ./relief up starts everything.")
    with only_one(run.folder), Console(stderr=True).status(f"starting {part}"):
        run.start(part, settings)
    Console(stderr=True).print(f"{part} runs.")


def _known(run: LocalRun, part: str) -> None:
    if part not in run.running():
        raise Trouble(f"There is no part {part!r}; there are {', '.join(run.running())}.")


def keep_running() -> None:
    """Start again what dies, and keep the logs short; `up` starts this in the background."""
    keep(local_run())


def down(erase: Erase = False) -> None:
    """Stop everything that `up` started."""
    console = Console(stderr=True)
    run = local_run(to_stop_it=True)
    with only_one(run.folder):
        stop_all([keeper_of(run)])
        with console.status("stopping") as progress:
            run.down(lambda part: progress.update(f"stopping {part}"))
        if erase:
            run.erase()
    console.print("Stopped, and the data removed." if erase else "Stopped. The data is kept.")
