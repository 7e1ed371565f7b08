"""`relief intake consents`: what guardians agreed to and has to be asked for anew."""

import asyncio
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.cli.client import Services, services_of
from shared.cli.console import show_rows, shown
from shared.cli.stack import Stack

Days = Annotated[
    int | None, typer.Option("--days", min=0, max=366, help="those that end within so many days, too")
]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="at most so many")]
WHY = {
    "guardian_left": "the guardian does not live with the child any more",
    "minor": "whoever agreed as a grown-up is a minor, for whom a guardian agrees",
    "grown_up": "the child is of age and agrees itself now",
    "over": "its last day has passed",
    "ending": "its last day is near",
}


def consents(days: Days = None, most: Most = 100) -> None:
    """Show consents of children that have to be asked for anew, by household code and member id, and how many."""
    found, counts = asyncio.run(_looked(days, most))
    rows = [
        [each["code"], each["member_id"], each["purpose"], each["until"] or "", _why(each)] for each in found
    ]
    show_rows(("household", "member", "purpose", "until", "why"), rows)
    told = ", ".join(f"{many} {why.replace('_', ' ')}" for why, many in counts.items())
    Console(soft_wrap=True).print(shown(f"{sum(counts.values())} in all: {told}."))


def _why(each: dict[str, Any]) -> str:
    return WHY.get(each["why"], str(each["why"]).replace("_", " "))


async def _looked(days: int | None, most: int) -> tuple[list[dict[str, Any]], dict[str, int]]:
    async with services_of(Stack.load()) as services:
        return await looked(services, days, most)


async def looked(
    services: Services, days: int | None, most: int
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """The first ones of the list, and how many there are by reason."""
    within = {} if days is None else {"days": days}
    page = await services.get("intake", "/consents/to-renew", limit=most, **within)
    return page["items"], await services.get("intake", "/consents/to-renew/count", **within)
