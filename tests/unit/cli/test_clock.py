"""`relief clock` turns no further than somebody means."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest

from shared.cli import Trouble
from shared.cli.operate import clock
from shared.cli.stack import Stack
from shared.service.operations import MOST_DAYS

TODAY = date(2006, 11, 1)


@pytest.fixture
def turned(monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days to which a stack is turned in which no service runs; all stand on TODAY."""
    days: list[date] = []

    @asynccontextmanager
    async def services(_: Stack) -> AsyncIterator[None]:
        yield None

    async def stand(_: None) -> dict[str, date]:
        return {"intake": TODAY, "events": TODAY + timedelta(days=1)}

    async def turn(_: None, to: date) -> None:
        days.append(to)

    monkeypatch.setattr(clock, "services_of", services)
    monkeypatch.setattr(clock, "days_of", stand)
    monkeypatch.setattr(clock, "turn", turn)
    return days


async def test_as_many_days_are_turned_as_are_allowed(turned: list[date]) -> None:
    await clock._turn_all(Stack({}, "", "", ""), TODAY + MOST_DAYS)
    assert len(turned) == MOST_DAYS.days


async def test_a_slip_of_the_year_turns_nothing(turned: list[date]) -> None:
    with pytest.raises(Trouble, match=r"33,968 days ahead.*turn to a nearer one first"):
        await clock._turn_all(Stack({}, "", "", ""), date(2099, 11, 1))
    assert turned == []
