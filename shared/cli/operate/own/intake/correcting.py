"""`relief intake correct` and `move`: what was kept of a member is wrong, or they live elsewhere now."""

import asyncio
import re
from typing import Annotated, Any
from uuid import uuid4

import typer

from shared.cli import Trouble, typed
from shared.cli.client import Services, services_of
from shared.cli.operate.own.intake.households import Household, in_order, show_one, the_one
from shared.cli.stack import Stack

Member = Annotated[
    str, typer.Argument(help="its id, or its number in the list of `show`: 1 is the first one")
]


def _asked(flag: str, words: str) -> Any:
    # Without a value it is asked for, so that a name need not stand in the shell's history.
    return typer.Option(
        flag, prompt=words, prompt_required=False, help=f"{words}; without a value it is asked for"
    )


GivenName = Annotated[str | None, _asked("--given-name", "given name")]
FamilyName = Annotated[str | None, _asked("--family-name", "family name")]
BirthDate = Annotated[str | None, _asked("--birth-date", "birth date, like 1980-05-17; a year alone will do")]
Age = Annotated[int | None, typer.Option("--age", help="in full years, if no birth date is known")]
Sex = Annotated[str | None, typer.Option("--sex", help="female, male or unknown")]
Size = Annotated[str | None, typer.Option("--size", help="clothing size, like 122 or M")]
Relation = Annotated[str | None, typer.Option("--relation", help="to the head: head, spouse, child, ...")]
There = Annotated[str, typer.Option("--relation", help="to the head there: spouse, child, ...")]
Languages = Annotated[str | None, typer.Option("--languages", help="codes, like ko;zh")]


def correct(  # noqa: PLR0913, PLR0917, each is an option
    household: Household,
    member: Member,
    given_name: GivenName = None,
    family_name: FamilyName = None,
    birth_date: BirthDate = None,
    age: Age = None,
    sex: Sex = None,
    size: Size = None,
    relation: Relation = None,
    languages: Languages = None,
) -> None:
    """Correct a member: what is given is right, the rest stays. The timeline tells what was corrected, and no value."""
    said = {
        "given_name": given_name,
        "family_name": family_name,
        "birth_date": birth_date,
        "age": age,
        "sex": sex,
        "size": size,
        "relation": relation,
        "languages": None
        if languages is None
        else [each for each in re.split(r"[;,\s]+", languages) if each],
    }
    body = {name: value for name, value in said.items() if value is not None}
    if not body:
        raise Trouble("Say what is to be corrected, like --size 122.")
    show_one(asyncio.run(_on(household, member, body)))


def move(household: Household, member: Member, to: Household, relation: There = "other") -> None:
    """Move a member to another household; what was set aside and given goes along."""
    show_one(asyncio.run(_move(household, member, to, relation)))


async def _move(household: str, member: str, to: str, relation: str) -> dict[str, Any]:
    async with services_of(Stack.load()) as services:
        return await moved(services, household, member, to, relation)


async def moved(services: Services, household: str, member: str, to: str, relation: str) -> dict[str, Any]:
    """The household to which they moved. Trouble if there is no such household or member, or it is refused."""
    there = await the_one(services, to)
    body = {"to": there["household_id"], "relation": relation}
    path = f"{await _path(services, household, member)}/move"
    after: dict[str, Any] = await services.post("intake", path, body, f"move/{uuid4()}")
    return after


async def _on(household: str, member: str, body: dict[str, Any]) -> dict[str, Any]:
    async with services_of(Stack.load()) as services:
        return await corrected(services, household, member, body)


async def corrected(services: Services, household: str, member: str, body: dict[str, Any]) -> dict[str, Any]:
    """The household after the correction. Trouble if there is no such household or member, or it is refused."""
    path = f"{await _path(services, household, member)}/correct"
    after: dict[str, Any] = await services.post("intake", path, body, f"correct/{uuid4()}")
    return after


async def _path(services: Services, household: str, member: str) -> str:
    known = await the_one(services, household)
    ids = [each["member_id"] for each in in_order(known)]
    numbers = {str(number): each for number, each in enumerate(ids, 1)}
    chosen = numbers.get(member, member)
    if chosen not in ids:
        raise Trouble(f"There is no such member; {typed('intake show ' + known['code'])} lists them.")
    return f"/households/{known['household_id']}/members/{chosen}"
