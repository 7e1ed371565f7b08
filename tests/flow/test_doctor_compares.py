"""The doctor holds what one service said beside what another one keeps, and names what was changed past the two."""

from collections.abc import AsyncIterator, Collection
from dataclasses import replace

import httpx
import pytest
from uuid_utils.compat import uuid7

from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.kept import COMPARISONS, Comparison, kept_findings
from shared.cli.operate.doctor.report import Finding
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdClosed, HouseholdState
from tests.support.looking import calling, named
from tests.support.world import World

COMPARED_AS_HOUSEHOLDS = (HouseholdState, HouseholdClosed)
KEPT_ALONE = {
    "payments": "INSERT INTO payment (id, version) VALUES ('{id}', 1)",
    "monthly_gifts": "INSERT INTO gift (id, version) VALUES ('{id}', 1)",
    "donors_linked": "INSERT INTO sponsor (id, version) VALUES ('{id}', 1)",
    "school_answers": """
        SET session_replication_role = replica;
        INSERT INTO school_payment (id, month_id, child_id, household_id, amount, currency, due_on, version)
        VALUES ('{id}', '{id}', '{id}', '{id}', 1, 'JPY', '2006-11-01', 1)
    """,
    "gifts_used": """
        INSERT INTO hold (id, child_id, gift_id, role, made_on, until_on, state, actor)
        VALUES ('{id}', '{id}', '{id}', 'main', '2006-11-01', '2006-12-01', 'held', 'x')
    """,
    "gifts_placed": "INSERT INTO gift_placed (id, version) VALUES ('{id}', 1)",
    "school_payments": """
        INSERT INTO "grant" (id, version, kind, household_id) VALUES ('{id}', 1, 'school', '{id}')
    """,
    "members": "INSERT INTO member (id, version) VALUES ('{id}', 1)",
    "contacts_offered": "INSERT INTO contact_offered (id, version) VALUES ('{id}', 1)",
    "appeals": "INSERT INTO appeal (id, version) VALUES ('{id}', 1)",
    "purchases": "INSERT INTO purchase (id, version) VALUES ('{id}', 1)",
    "grants_asked": """INSERT INTO "grant" (id, version, kind, household_id) VALUES ('{id}', 1, 'hospital', '{id}')""",
    "cases": "INSERT INTO advocacy_case (id, version) VALUES ('{id}', 1)",
    "grants": "INSERT INTO grant_told (id, version) VALUES ('{id}', 1)",
    "sponsorship_consents": "INSERT INTO consent (id, version) VALUES ('{id}', 1)",
    "lessons_wished": "INSERT INTO settlement (id, version, household_id) VALUES ('{id}', 1, '{id}')",
    "learners": """
        SET session_replication_role = replica;
        INSERT INTO lesson_place (id, member_id, household_id, request_id, state, waiting_since)
        VALUES ('{id}', '{id}', '{id}', '{id}', 'waiting', '2006-11-01')
    """,
    "speaking_consents": "INSERT INTO consent (id, version, member_id) VALUES ('{id}', 1, '{id}')",
    "helpers_wished": "INSERT INTO need (id, version, source) VALUES ('{id}', 1, 'settlement')",
    "speakers": """
        SET session_replication_role = replica;
        INSERT INTO speaker (id, alias, kind, member_id, household_id, since, actor)
        VALUES ('{id}', 'A', 'defector', '{id}', '{id}', '2006-11-01', 'x');
        INSERT INTO slot (id, speaker_id, gathering_id, on_day, status, actor)
        VALUES ('{id}', '{id}', '{id}', '2006-11-20', 'planned', 'x')
    """,
    "children": "INSERT INTO child_told (id, version) VALUES ('{id}', 1)",
    "lesson_places": "INSERT INTO lesson_told (id, version) VALUES ('{id}', 1)",
    "helpers_asked": "INSERT INTO need (id, version, source) VALUES ('{id}', 1, 'sponsorship')",
    "helpers_found": "INSERT INTO helper_need (id, version) VALUES ('{id}', 1)",
    "help": "INSERT INTO help_told (id, version) VALUES ('{id}', 1)",
    "slots": "INSERT INTO slot_told (id, version) VALUES ('{id}', 1)",
}
"""By what is kept: a row that nobody said anything of."""


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


async def test_each_row_that_one_service_keeps_and_nobody_said_is_found(
    bare_world: World, client: httpx.AsyncClient
) -> None:
    before = await looked(bare_world, client, bare_world.started)
    assert len(before) == len(COMPARISONS)
    assert [each for each in before.values() if each.breaches or each.unsettled or each.counted] == []
    for each in COMPARISONS:
        await _found_and_excused(bare_world, client, each)


async def _found_and_excused(world: World, client: httpx.AsyncClient, what: Comparison) -> None:
    key, both = uuid7(), (what.sayer, what.keeper)
    world.servers.sql(KEPT_ALONE[what.kept].format(id=key), world.databases[what.keeper])
    found = (await looked(world, client, both))[what.name]
    assert key.bytes in found.unsettled, what
    excused = (await looked(world, client, both, str(key)))[what.name]
    assert key.bytes not in excused.unsettled, what


def test_whoever_hears_of_something_with_a_version_is_compared_with_who_says_it() -> None:
    versioned = [
        (contract.publisher(), consumer)
        for contract, consumers in HEARD_BY.items()
        if "version" in contract.model_fields and not issubclass(contract, COMPARED_AS_HOUSEHOLDS)
        for consumer in consumers
    ]
    assert set(versioned) - {(each.sayer, each.keeper) for each in COMPARISONS} == set()
