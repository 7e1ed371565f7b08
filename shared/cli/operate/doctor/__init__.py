"""`relief doctor`: checks the invariants across the services, on the running system."""

import asyncio
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from shared.cli.console import wide_enough
from shared.cli.files import to_be_written
from shared.cli.operate.doctor.broker import broker_findings
from shared.cli.operate.doctor.feeds import look_at_feeds
from shared.cli.operate.doctor.households import household_findings
from shared.cli.operate.doctor.kept import kept_findings
from shared.cli.operate.doctor.messages import message_findings, set_apart_by
from shared.cli.operate.doctor.movement import STATISTICS_SECONDS, moving, until_quiet
from shared.cli.operate.doctor.report import Finding, Report
from shared.cli.operate.doctor.services import service_findings, timer_findings
from shared.cli.stack import Stack
from shared.contracts import heard_by

Json = Annotated[
    Path | None, typer.Option("--json", help="write the counts to this file too", callback=to_be_written)
]
Wait = Annotated[float, typer.Option("--wait", min=0, help="seconds to wait for messages that are under way")]

REPORT_WIDTH = 110
ANSWER_SECONDS = 120


def register(app: typer.Typer) -> None:
    app.command("doctor")(doctor)


def doctor(json: Json = None, wait: Wait = 0.0) -> None:
    """Check that every message was handled once and that all figures agree; exit 1 if one does not."""
    console = Console(stderr=True)
    with console.status("looking"):
        report = asyncio.run(_examine_running(wait))
    report.show(wide_enough(REPORT_WIDTH))
    if json is not None:
        report.write(json)
    if not report.ok:
        raise typer.Exit(1)


async def _examine_running(wait: float) -> Report:
    async with httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False) as client:
        return await examine(Stack.load(), client, wait)


async def examine(stack: Stack, client: httpx.AsyncClient, wait: float = 0.0) -> Report:
    """Look at everything. While messages move, what is missing is under way; when nothing moves it is a breach.

    What waits for another try does not move: it is known by its id. With `wait` (seconds) it waits until nothing moves
    or waits; what does even then is a breach of its own.
    """
    left = await until_quiet(stack, client, wait)
    report = await _look(stack, client)
    if not left.moving and report.unsettled:
        # Queue lengths are told late: only what is still missing after that time, with nothing moving, is lost.
        await asyncio.sleep(STATISTICS_SECONDS)
        left, earlier = await until_quiet(stack, client, wait), report
        report = await _look(stack, client)
        if not left.moving and not (await moving(stack, client)).moving:
            return _in_time(report.after(earlier), report.retrying, wait)
        left = await moving(stack, client)
    if not left.moving and not report.unsettled:
        report.under_way = report.feeding + report.retrying
        return _in_time(report, report.retrying, wait)
    on_the_way = max(report.unsettled, left.moving) + report.retrying
    report.under_way = on_the_way + report.feeding
    return _in_time(report, on_the_way, wait)


def _in_time(report: Report, on_the_way: int, wait: float) -> Report:
    """Nothing that is on its way is held against the report, unless it had its time."""
    if on_the_way:
        report.findings.append(Finding("messages: arrive in time", on_the_way, on_the_way if wait else 0))
    return report


async def _look(stack: Stack, client: httpx.AsyncClient) -> Report:
    set_apart = {name: await set_apart_by(stack, name) for name in stack.services if heard_by(name)}
    excused = {name: apart.subjects for name, apart in set_apart.items()}
    feeds = await look_at_feeds(stack)
    messages = await message_findings(stack, set_apart, feeds)
    own = await service_findings(stack, client)
    timers = await timer_findings(stack)
    households = await household_findings(stack, client, excused, feeds)
    kept = await kept_findings(stack, client, excused, feeds)
    broker = await broker_findings(stack)
    findings = [*messages, feeds.finding, *own, *timers, *households, *kept, *broker]
    return Report(findings, retrying=sum(apart.retrying for apart in set_apart.values()))
