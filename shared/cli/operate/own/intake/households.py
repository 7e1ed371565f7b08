"""Households by code, reference or id; their members, without names; and who was shown names."""

import asyncio
import re
from typing import Annotated, Any

import typer
from rich.console import Console

from shared.cli import Trouble
from shared.cli.client import Refused, Services, services_of
from shared.cli.console import show_rows, shown
from shared.cli.stack import Stack

NAMED = "its code (LF-06-0042), its reference in somebody's register, however written, or its id"
Household = Annotated[str, typer.Argument(help=NAMED)]
OfHousehold = Annotated[str | None, typer.Argument(help="of this household alone, by its id")]
Most = Annotated[int, typer.Option("--most", min=1, max=500, help="at most so many")]
CODE = re.compile(r"[A-Za-z0-9-]{1,20}", re.ASCII)
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)
LONGEST_REFERENCE = 60
HOUSEHOLD = ("code", "household_id", "status", "region", "arrived_on", "people")
MEMBER = ("member_id", "relation", "sex", "age_band", "size", "languages", "joined_on", "left_on")


def find(household: Household) -> None:
    """Find a household by its code, or by its reference in somebody's register."""
    some = asyncio.run(_found(household))
    show_rows(("code", "household", "status", "region", "arrived", "people"), [_row(each) for each in some])


def show(household: Household) -> None:
    """Show a household and its members, without names: their ids are what `correct` wants."""
    show_one(asyncio.run(_one(household)))


def readings(household_id: OfHousehold = None, most: Most = 50) -> None:
    """Show who was shown names and birth dates, of households and of advocacy cases, the newest first."""
    page = asyncio.run(_readings(household_id, most))
    rows = [
        [each["at"], each["actor"], each["household_id"] or each["case_id"], each["route"]]
        for each in page["items"]
    ]
    show_rows(("at (UTC)", "who", "household or case", "route"), rows)


def in_order(known: dict[str, Any]) -> list[dict[str, Any]]:
    """The members as they are numbered, in the order in which they joined: who joins later changes no number."""
    return sorted(known["members"], key=lambda each: (each["joined_on"], each["member_id"]))


def show_one(known: dict[str, Any]) -> None:
    """A household and its members."""
    Console(soft_wrap=True).print(shown(", ".join(str(each) for each in _row(known))))
    members = [{**each, "languages": " ".join(each["languages"])} for each in in_order(known)]
    rows = [
        [number, *("" if each[name] is None else each[name] for name in MEMBER)]
        for number, each in enumerate(members, 1)
    ]
    show_rows(("", "member", "relation", "sex", "age band", "size", "languages", "joined", "left"), rows)


async def looked_up(services: Services, household: str) -> list[dict[str, Any]]:
    """The households that are called so. Trouble if there is none."""
    if ID.fullmatch(household):
        return [await services.get("intake", f"/households/{household}")]
    found: dict[str, dict[str, Any]] = {}
    if CODE.fullmatch(household):
        page = await services.get("intake", "/households", q=household)
        found |= {each["code"]: each for each in page["items"] if each["code"] == household.upper()}
    if len(household) <= LONGEST_REFERENCE:
        try:
            some = await services.post("intake", "/households/find", {"register_ref": household})
        except Refused as refused:
            raise Trouble(f"This can be neither a code nor a reference; give {NAMED}. ({refused})") from None
        found |= {each["code"]: each for each in some}
    if not found:
        raise Trouble(f"No household is called so; give {NAMED}.")
    return list(found.values())


async def the_one(services: Services, household: str) -> dict[str, Any]:
    """One household with its members. Trouble if two are called so."""
    some = await looked_up(services, household)
    if len(some) > 1:
        codes = ", ".join(each["code"] for each in some)
        raise Trouble(f"Two households are called so, one by its code and one by its reference: {codes}.")
    known: dict[str, Any] = await services.get("intake", f"/households/{some[0]['household_id']}")
    return known


async def _found(household: str) -> list[dict[str, Any]]:
    async with services_of(Stack.load()) as services:
        return await looked_up(services, household)


async def _one(household: str) -> dict[str, Any]:
    async with services_of(Stack.load()) as services:
        return await the_one(services, household)


async def _readings(household_id: str | None, most: int) -> Any:
    async with services_of(Stack.load()) as services:
        return await services.get("intake", "/readings", household_id=household_id, limit=most)


def _row(household: dict[str, Any]) -> list[object]:
    return [household[name] for name in HOUSEHOLD]
