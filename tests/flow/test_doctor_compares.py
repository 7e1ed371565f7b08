"""The doctor holds what one service said beside what another one keeps, and names what was changed past the two."""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

import httpx
import pytest
from uuid_utils.compat import uuid7

from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.kept import (
    COMPARISONS,
    Comparison,
    agreed_to_speak,
    gift_goes_on,
    kept_findings,
    learns_as_wished,
)
from shared.cli.operate.doctor.report import Finding
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdClosed, HouseholdState
from tests.support.breaking import WALLS
from tests.support.compared import KEPT, KEPT_OTHERWISE, SAID, SAID_OTHERWISE
from tests.support.looking import calling, named
from tests.support.world import World

COMPARED_AS_HOUSEHOLDS = (HouseholdState, HouseholdClosed)
ALSO_UNUSED = (gift_goes_on, agreed_to_speak, learns_as_wished)
"""What is said may be used by nobody."""


@pytest.fixture
async def client(bare_world: World) -> AsyncIterator[httpx.AsyncClient]:
    await bare_world.start("intake", "inventory", "sponsorship", "events", "donations")
    async with calling(bare_world) as client:
        yield client


async def looked(
    world: World, client: httpx.AsyncClient, services: Collection[str], *excused: str
) -> dict[str, Finding]:
    """What is found between these services."""
    stack = named(world)
    stack = replace(stack, services={name: stack.services[name] for name in services})
    ids = {name: set(excused) for name in services}
    found = await kept_findings(stack, client, ids, Feeds(Finding("feeds")))
    return {each.name: each for each in found}


@dataclass
class Case:
    """What two services have of one thing, and whether the doctor is to find something there."""

    what: Comparison
    statements: Mapping[str, Sequence[str]]
    found: bool
    key: UUID = field(default_factory=uuid7)


def cases(what: Comparison) -> Iterator[Case]:
    """Said alone, kept alone, the same of both, and one value changed on one side."""
    said, kept = SAID[what.kept], KEPT[what.kept]
    yield Case(what, {what.keeper: [kept]}, found=True)
    yield Case(what, {what.sayer: [said]}, found=what.fits not in ALSO_UNUSED)
    yield Case(what, {what.sayer: [said], what.keeper: [kept]}, found=False)
    for service, changes in ((what.sayer, SAID_OTHERWISE), (what.keeper, KEPT_OTHERWISE)):
        for change in changes.get(what.kept, ()):
            rows = {what.sayer: [said], what.keeper: [kept]}
            rows[service].append(f"UPDATE {change} WHERE id = '{{id}}'")
            yield Case(what, rows, found=True)


async def test_the_doctor_finds_what_is_said_or_kept_alone_and_what_differs(
    bare_world: World, client: httpx.AsyncClient
) -> None:
    before = await looked(bare_world, client, bare_world.started)
    assert len(before) == len(COMPARISONS)
    assert [each for each in before.values() if each.breaches or each.unsettled or each.counted] == []
    wanted = [case for what in COMPARISONS for case in cases(what)]
    for service in bare_world.started:
        told = [
            statement.format(id=case.key) for case in wanted for statement in case.statements.get(service, ())
        ]
        bare_world.servers.sql(";".join([WALLS, *told]), bare_world.databases[service])
    found = await looked(bare_world, client, bare_world.started)
    wrong = [case for case in wanted if (case.key.bytes in found[case.what.name].unsettled) != case.found]
    assert wrong == []
    excused = await looked(bare_world, client, bare_world.started, *(str(case.key) for case in wanted))
    assert [each for each in excused.values() if each.unsettled] == []


def test_whoever_hears_of_something_with_a_version_is_compared_with_who_says_it() -> None:
    versioned = [
        (contract.publisher(), consumer)
        for contract, consumers in HEARD_BY.items()
        if "version" in contract.model_fields and not issubclass(contract, COMPARED_AS_HOUSEHOLDS)
        for consumer in consumers
    ]
    assert set(versioned) - {(each.sayer, each.keeper) for each in COMPARISONS} == set()
