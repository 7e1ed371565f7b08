"""Facts that intake might say, sent without intake; and inventory's handler of them, failing at will."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory import handlers
from shared.contracts.intake import (
    AgeBand,
    ClothingSize,
    HouseholdRegistered,
    HouseholdState,
    MemberFacts,
    NeedKind,
)
from shared.messaging.envelope import Envelope, seal
from shared.messaging.unit import Unit
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World


def said(
    contract: type[HouseholdState] = HouseholdRegistered, version: int = 1, people: int = 1, **values: Any
) -> HouseholdState:
    """What intake might say of a household that asks for food."""
    state = {
        "household_id": uuid7(),
        "version": version,
        "code": "LF-06-9999",
        "region": "north",
        "registered_on": FIRST_DAY,
        "on": FIRST_DAY,
        "members": [
            MemberFacts(member_id=UUID(int=n + 1), age_band=AgeBand.ADULT, size=ClothingSize.ADULT_M)
            for n in range(people)
        ],
        "needs": [NeedKind.FOOD],
        **values,
    }
    return contract(**state)


def sealed(fact: Any) -> Envelope:
    return seal(fact, datetime.now(UTC))


async def handled(world: World, count: int) -> None:
    """Wait until inventory has so many messages in its inbox."""

    async def look() -> Any:
        return (await world.inventory.get("/status"))["handled"]

    await until(look, lambda found: found >= count)


def failing(households: set[UUID], times: int) -> Any:
    """The handler, failing the first times that it is given one of these households alone."""
    real, failures = handlers.on_household_registered, dict.fromkeys(households, times)

    async def handler(rules: Any, facts: Sequence[HouseholdState], unit: Unit) -> None:
        await real(rules, facts, unit)
        for fact in facts:
            if failures.get(fact.household_id):
                failures[fact.household_id] -= len(facts) == 1
                raise ZeroDivisionError("a bug of the tests")

    return handler
