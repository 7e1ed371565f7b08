"""Funds lend each other money by a decision, and pay it back by another one."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any

import pytest

from services.donations.commands import funds
from services.donations.commands.funds import Decided, Move
from services.donations.domain.money import Money
from services.donations.queries.lending import loans
from shared.outcomes import Refused
from tests.support.till import Till

DAY, DUE = date(2006, 11, 1), date(2006, 12, 1)
OVERDUE = "loans between funds are paid back in time"


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_000, "general")
        yield till


async def moved(till: Till, minor: int, back: Any = None, **more: Any) -> Any:
    """From the general fund to the one for food, or what is paid `back` of such a loan."""
    names = ("food", "general") if back else ("general", "food")
    move = Move(*names, Money(minor, "JPY"), "as decided", pays_back=back, **more)
    return await till.do(partial(funds.move, wanted=move))


async def owed(till: Till) -> list[tuple[int, date]]:
    async with till.units.read() as session:
        return [(int(row["left"]), row["pay_back_on"]) for row in await loans(session)]


async def test_a_loan_is_owed_until_it_is_paid_back_and_overdue_after_its_day(till: Till) -> None:
    loan = await moved(till, 300, pay_back_on=DUE)
    given = await moved(till, 100)
    assert await owed(till) == [(300, DUE)]
    part = await moved(till, 200, loan.id)
    assert await owed(till) == [(100, DUE)]
    for refused in (
        await moved(till, 101, loan.id),
        await moved(till, 1, given.id),
        await moved(till, 1, part.id),
    ):
        assert isinstance(refused, Refused)
    assert isinstance(await till.do(lambda unit: funds.undo(unit, loan.id, "was wrong")), Refused)
    await till.to(DUE)
    assert await till.breaches() == set()
    await till.to(date(2006, 12, 2))
    assert await till.breaches() == {OVERDUE}
    assert isinstance(await moved(till, 100, loan.id), Decided)
    assert (await owed(till), await till.breaches()) == ([], set())
    # What paid it back was a mistake: it is owed again.
    await till.do(lambda unit: funds.undo(unit, part.id, "was wrong"))
    assert (await owed(till), await till.breaches()) == ([(200, DUE)], {OVERDUE})
