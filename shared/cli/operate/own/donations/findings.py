"""How the rows of PayPal's list were found, and in what those differ that are booked otherwise."""

import asyncio
from typing import Annotated, Any

import typer

from shared.cli.client import Services, services_of
from shared.cli.console import show_rows
from shared.cli.stack import Stack

Status = Annotated[
    str | None,
    typer.Option("--status", help="different, unknown, waiting, missing, failed, matched; all but matched"),
]
HEADINGS = ("reference", "kind", "day", "status", "in what")


def findings(status: Status = None) -> None:
    """List the rows of PayPal's list that did not match when they were compared last, the newest first."""
    show_rows(list(HEADINGS), asyncio.run(_listed(status)))


async def _listed(status: str | None) -> list[list[str]]:
    async with services_of(Stack.load()) as services:
        return await rows(services, status)


async def rows(services: Services, status: str | None) -> list[list[str]]:
    """A row for each finding, with everything in which it differs."""
    found = await services.get("donations", "/reconciliations/findings", status=status)
    names = ("reference", "kind", "happened_on", "status")
    return [[*(each[name] for name in names), each["reason"] or "; ".join(_words(each))] for each in found]


def _words(finding: Any) -> list[str]:
    return [f"{each['what']}: {each['ours']}, PayPal {each['theirs']}" for each in finding["differs"]]
