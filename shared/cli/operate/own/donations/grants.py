"""Grants that somebody has to agree to: list them, agree, refuse. Who decides says so, by a code of the group's own."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from uuid_utils.compat import uuid7

from shared.cli.client import Services, services_of
from shared.cli.console import show_rows, shown
from shared.cli.stack import Stack
from shared.contracts.donations import NotPaid
from shared.principals import staff_principal


def _code(text: str) -> str:
    try:
        staff_principal(text)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return text


Grant = Annotated[UUID, typer.Argument(help="the grant's id, as the list shows it", metavar="GRANT")]
Who = Annotated[
    str,
    typer.Option(
        "--as", help="who decides, by a code like treasurer-1; never a name", envvar="RELIEF_AS", parser=_code
    ),
]
Version = Annotated[
    int, typer.Option("--version", min=1, help="as the list shows it: what the grant was when you saw it")
]
Why = Annotated[NotPaid, typer.Option("--reason", help="why it is not paid")]
HEADINGS = (
    "grant",
    "version",
    "urgency",
    "kind",
    "asked on",
    "by",
    "wanted",
    "set aside",
    "agreed",
    "status",
)


def waiting() -> None:
    """List the grants that wait for a decision: the most urgent first, of those the oldest."""
    show_rows(list(HEADINGS), asyncio.run(_listed()))


def agree(grant: Grant, version: Version, who: Who) -> None:
    """Agree to a grant, as the list shows it. Never who asked for it or for more, and nobody twice."""
    asyncio.run(_decided(grant, "approve", who, {"version": version}))
    Console().print(shown(f"{who} agrees to {grant}."))


def refuse(grant: Grant, who: Who, reason: Why = NotPaid.OTHER) -> None:
    """It is not paid; what was set aside goes to those who wait."""
    asyncio.run(_decided(grant, "refuse", who, {"reason": reason.value}))
    Console().print(shown(f"{grant} is not paid: {reason.value}."))


async def _listed() -> list[list[str]]:
    async with services_of(Stack.load()) as services:
        return await rows(services)


async def _decided(grant: UUID, what: str, who: str, body: Any) -> None:
    async with services_of(Stack.load()) as services:
        await decide(services, grant, what, who, body)


async def rows(services: Services) -> list[list[str]]:
    """The grants that wait for somebody to agree, by urgency, then age."""
    every = [each async for each in services.each("donations", "/grants", undecided=True)]
    return [
        [
            each["grant_id"],
            str(each["version"]),
            str(each["urgency"]),
            each["kind"],
            each["asked_on"],
            ", ".join(dict.fromkeys([each["asked_by"], *each["raised_by"]])),
            each["wanted"]["words"],
            each["set_aside"]["words"],
            f"{each['agreed']} of {each['have_to_agree']}",
            each["status"],
        ]
        for each in every
    ]


async def decide(services: Services, grant: UUID, what: str, who: str, body: Any = None) -> Any:
    """Somebody decides about a grant; Trouble if the service refuses, in its words."""
    return await services.post("donations", f"/grants/{grant}/{what}", body, f"{what} {uuid7()}", who=who)
