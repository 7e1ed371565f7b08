"""Settlement requests as intake tells of them, for tests in which no family is registered."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.contracts.base import Contract
from shared.contracts.intake import SettlementAsked
from shared.messaging.envelope import seal
from tests.support.world import FIRST_DAY, World


def asked(*members: UUID, version: int = 1, on: date = FIRST_DAY, **more: Any) -> SettlementAsked:
    """A request for lessons in Tokyo, of a household of its own unless it is said."""
    values = {
        "request_id": uuid7(),
        "household_id": uuid7(),
        "household_version": 1,
        "member_ids": members or (uuid7(),),
        "wishes": {"lessons"},
        "region": "tokyo",
        "status": "asked",
        **more,
    }
    return SettlementAsked(version=version, on=on, **values)


def later(fact: SettlementAsked, **changes: Any) -> SettlementAsked:
    """The next state of a request."""
    return fact.model_copy(update={"version": fact.version + 1, "status": "changed", **changes})


async def tell(world: World, *facts: Contract) -> None:
    """Facts are said, and have been handled."""
    await world.send(*(seal(each, datetime.now(UTC)) for each in facts))
    await world.settled()
