"""The command: from an empty machine to the table at the end."""

import asyncio
import json
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.cli import Trouble, in_compose
from shared.cli.client import Services, services_of
from shared.cli.demo.gathering import first_day_forecast, gather
from shared.cli.demo.living import SETTLE_SECONDS, Winter
from shared.cli.demo.loading import load, stand_on
from shared.cli.demo.plan import Plan, load_plan
from shared.cli.demo.report import Report
from shared.cli.demo.results import Results, as_json
from shared.cli.demo.settle import Quiet, until
from shared.cli.operate.own.intake import import_register, show_bad_rows
from shared.cli.stack import ROOT, Stack

REGISTER = ROOT / "deploy" / "demo" / "register.xlsx"
PLAN = ROOT / "deploy" / "plan" / "action-plan-2006.toml"

WIDTH = 120
DAY = ["%Y-%m-%d"]
JsonFile = Annotated[Path | None, typer.Option("--json", help="Write the figures to this file too.")]
RegisterFile = Annotated[Path, typer.Option("--register", help="A register of households, CSV or XLSX.")]
PlanFile = Annotated[Path, typer.Option("--plan", help="A plan, TOML.")]
From = Annotated[datetime | None, typer.Option("--from", formats=DAY, help="The first day; else the plan's.")]
To = Annotated[datetime | None, typer.Option("--to", formats=DAY, help="The last day; else the plan's.")]


@dataclass(frozen=True)
class Story:
    """What is to be lived through."""

    plan: Plan
    register: Path
    first: date
    last: date


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    json_file: JsonFile = None,
    register_file: RegisterFile = REGISTER,
    plan_file: PlanFile = PLAN,
    first: From = None,
    last: To = None,
) -> None:
    """Set everything up, import a register, live through the winter and show what happened."""
    story = _story(load_plan(plan_file), register_file, first, last)
    stack = _running(story.first)
    results = asyncio.run(_live(story, stack))
    Report(results, story.plan).show(_console(), stack.gateway_url)
    if json_file:
        json_file.write_text(json.dumps(as_json(results), indent=2) + "\n")
    if results.bad_rows:
        raise typer.Exit(1)


def _story(plan: Plan, register_file: Path, first: datetime | None, last: datetime | None) -> Story:
    story = Story(
        plan,
        register_file,
        first.date() if first else plan.winter_from,
        last.date() if last else plan.winter_until,
    )
    if not register_file.is_file():
        raise Trouble(f"There is no register {register_file}.")
    if story.last < story.first:
        raise Trouble(f"The last day, {story.last}, lies before the first, {story.first}.")
    return story


def _console() -> Console:
    """The terminal; in a pipe or a log the tables get room enough."""
    console = Console()
    return console if console.is_terminal else Console(width=WIDTH)


def _running(first: date) -> Stack:
    """The stack, started first where it is this command's to start."""
    if not in_compose():
        from shared.cli.local.commands import start

        start(first_day=first)
    return Stack.load()


async def _live(story: Story, stack: Stack) -> Results:
    console = _console()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with services_of(stack) as services:
        today = await stand_on(services, story.plan, story.first)
        await load(services, story.plan, story.first)
        winter = Winter(services, story.plan, story.first, story.last, today)
        await winter.first_day()
        with Progress(*columns, console=console) as progress:
            report = await _import(story, services, progress)
            forecast = await first_day_forecast(winter)
            days = progress.add_task("days", total=(story.last - story.first).days + 1)
            await winter.live(lambda: progress.advance(days))
        show_bad_rows(console, report)
        return await gather(winter, forecast, report["bad_rows"])


async def _import(story: Story, services: Services, progress: Progress) -> dict[str, Any]:
    rows = progress.add_task("register", total=None)
    report = await import_register(
        services, story.register, lambda done, total: progress.update(rows, completed=done, total=total)
    )
    progress.update(rows, completed=report["rows"], total=report["rows"])
    await until(Quiet(services), SETTLE_SECONDS)
    return report
