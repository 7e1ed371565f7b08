"""The command: from an empty machine to the table at the end."""

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from shared.cli import Trouble, in_compose
from shared.cli.client import Services, services_of
from shared.cli.days import day
from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters import chapters_of
from shared.cli.demo.gathering import gather
from shared.cli.demo.living import Winter
from shared.cli.demo.loading import load, stand_on
from shared.cli.demo.paypal import WHOM, PayPal
from shared.cli.demo.plan import Plan, load_plan
from shared.cli.demo.report import Report
from shared.cli.demo.results import Found, as_json
from shared.cli.files import to_be_written
from shared.cli.stack import ROOT, Stack
from shared.settings import ClockMode

REGISTER = ROOT / "deploy" / "demo" / "register.xlsx"
PLAN = ROOT / "deploy" / "plan" / "action-plan-2006.toml"

OFFICE = {
    "RELIEF_ORGANISATION_NAME": '{"ja": "見本の支援会", "en": "Relief Demo Group"}',
    "RELIEF_ORGANISATION_ADDRESS": '{"ja": "東京都見本区1-2-3", "en": "1-2-3 Mihon, Tokyo"}',
    "RELIEF_GRANT_LIMITS": json.dumps(
        {"JPY": 50_000, "KRW": 500_000, "USD": 100_00, "EUR": 100_00, "CNY": 3_500_00, "THB": 17_000_00}
    ),
}
"""The invented group: in whose name donations can print letters, and above what amount a treasurer has to agree, which
is less than the demo's hospital costs.
"""
WIDTH = 120
JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the figures to this file too.", callback=to_be_written)
]
RegisterFile = Annotated[Path, typer.Option("--register", help="A register of households, CSV or XLSX.")]
PlanFile = Annotated[Path, typer.Option("--plan", help="A plan, TOML.")]
From = Annotated[
    date | None, typer.Option("--from", parser=day, metavar="DAY", help="The first day; else the plan's.")
]
NoGifts = Annotated[
    bool, typer.Option("--no-gifts", help="Nobody gives money: the winter as the plan left it.")
]
To = Annotated[
    date | None, typer.Option("--to", parser=day, metavar="DAY", help="The last day; else the plan's.")
]


@dataclass(frozen=True)
class Story:
    """What is to be lived through, and whether people give money."""

    plan: Plan
    register: Path
    first: date
    last: date
    gifts: bool = False


@dataclass(frozen=True)
class Told:
    """The PayPal that donations was told of, and where it serves while the demo runs; no port if another one serves."""

    paypal: PayPal
    port: int | None = None


def register(app: typer.Typer) -> None:
    app.command("demo")(demo)


def demo(
    json_file: JsonFile = None,
    register_file: RegisterFile = REGISTER,
    plan_file: PlanFile = PLAN,
    first: From = None,
    last: To = None,
    no_gifts: NoGifts = False,
) -> None:
    """Set everything up, import a register, live through the winter and show what happened."""
    story = replace(_story(load_plan(plan_file), register_file, first, last), gifts=not no_gifts)
    stack, told = _running(story)
    results = asyncio.run(_live(story, stack, told))
    Report(results, story.plan).show(_console(), stack.gateway_url)
    if json_file:
        json_file.write_text(json.dumps(as_json(results), indent=2) + "\n")
    if results.errors:
        raise typer.Exit(1)


def _story(plan: Plan, register_file: Path, first: date | None, last: date | None) -> Story:
    story = Story(
        plan,
        register_file,
        first or plan.winter_from,
        last or plan.lives_until or plan.winter_until,
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


def _running(story: Story) -> tuple[Stack, Told | None]:
    """The stack, started first where it is this command's to start; and the PayPal that donations was told of."""
    told = None
    if in_compose():
        beside = PayPal.beside() if story.gifts else None
        told = Told(beside) if beside else None
    else:
        from shared.cli.local.commands import start
        from shared.cli.local.ports import LOOPBACK
        from shared.cli.local.remembered import Clock
        from shared.cli.local.up import local_run, only_one

        run = local_run()
        known = Clock.read(run.folder)
        if known and known.mode is ClockMode.WALL:
            raise Trouble(
                "These data live by the wall clock, and the demo turns the days by hand. Try it in another checkout, "
                "or remove all data first: ./relief down --erase"
            )
        if story.gifts:
            told = Told(PayPal.kept_in(run.folder / "paypal"), run.ports.paypal)
            with only_one(run.folder):
                run.services[WHOM].tell({**told.paypal.told(f"http://{LOOPBACK}:{told.port}"), **OFFICE})
        start(first_day=None if known else story.first)
    return Stack.load(), told


async def _live(story: Story, stack: Stack, told: Told | None) -> Found:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    async with AsyncExitStack() as around:
        services = await around.enter_async_context(services_of(stack))
        if told and told.port:
            await around.enter_async_context(told.paypal.serving(told.port))
        with Progress(*columns, console=_console()) as progress:
            return await lived(story, services, progress, told.paypal if told else None)


async def lived(story: Story, services: Services, progress: Progress, paypal: PayPal | None = None) -> Found:
    """Live through a story with the services, and gather what they recorded."""
    stage = Stage(
        services,
        story.plan,
        story.register,
        story.first,
        story.last,
        today=story.first,
        gifts=story.gifts,
        paypal=paypal,
    )
    chapters = chapters_of(stage)
    winter = Winter(stage, chapters)
    await stand_on(stage, chapters)
    await load(stage, chapters)
    for each in chapters:
        await each.first_day()
    rows = progress.add_task("register", total=None)
    for each in chapters:
        await each.people_come(lambda done, of: progress.update(rows, completed=done, total=of))
    await winter.settle()
    for each in chapters:
        await each.look_ahead()
    days = progress.add_task("days", total=(story.last - story.first).days + 1)
    await winter.live(lambda: progress.advance(days))
    return await gather(stage, chapters)
