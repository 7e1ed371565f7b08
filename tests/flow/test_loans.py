"""Funds lend each other money by a decision, and pay it back by another one."""

import importlib
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


OLD: dict[str, tuple[list[tuple[int, int | None]], list[int]]] = {
    # Loans (an amount, and the day of December on which it is due) and what went the other way (below 0, or with None
    # the same way), in time; and what is still owed, the first due first.
    "whole": ([(300, 1), (-300, None)], []),
    "in part is not known to be meant": ([(300, 1), (-200, None)], [300]),
    "in two parts": ([(300, 1), (-200, None), (-100, None)], [300]),
    "the one of which as much is left": ([(300, 1), (200, 9), (-200, None)], [300]),
    "of two alike the one that is due first": ([(200, 9), (200, 1), (-200, None)], [200]),
    "what went back before it was lent pays nothing": ([(300, None), (-200, None), (300, 1)], [300]),
    "what went the same way pays nothing": ([(300, 1), (100, None)], [300]),
    "more than was lent": ([(100, None), (300, 1), (-400, None)], [300]),
    "several at once": ([(300, 1), (200, 9), (-500, None)], [300, 200]),
}


@pytest.mark.parametrize("name", OLD)
async def test_what_paid_a_loan_back_before_that_was_said_pays_it_back(till: Till, name: str) -> None:
    migration = importlib.import_module("services.donations.migrations.versions.0015_loans_paid_back")
    decisions, left = OLD[name]
    for minor, day in decisions:
        names = ("general", "food") if minor > 0 else ("food", "general")
        due = DUE.replace(day=day) if day else None
        move = Move(*names, Money(abs(minor), "JPY"), "as decided", pay_back_on=due)
        assert isinstance(await till.do(partial(funds.move, wanted=move)), Decided)
    for _ in range(2):
        await till.rows(migration.PAID_BACK)
        found = await owed(till)
        assert [minor for minor, _ in found] == left
        assert name != "of two alike the one that is due first" or found[0][1].day == 9


async def test_what_was_undone_or_is_another_currency_s_or_covered_pays_no_loan_back(till: Till) -> None:
    migration = importlib.import_module("services.donations.migrations.versions.0015_loans_paid_back")
    loan = await moved(till, 300, pay_back_on=DUE)
    back = Move("food", "general", Money(300, "JPY"), "as decided")
    wrong: Any = await till.do(partial(funds.move, wanted=back))
    await till.do(lambda unit: funds.undo(unit, wrong.id, "was wrong"))
    await till.gift(300, "food", "USD")
    dollars = Move("food", "general", Money(300, "USD"), "as decided")
    assert isinstance(await till.do(partial(funds.move, wanted=dollars)), Decided)
    # As a covering looks.
    covered: Any = await till.do(partial(funds.move, wanted=back))
    query = "UPDATE entry SET kind = 'covered' WHERE id = :entry"
    await till.rows("ALTER TABLE entry DISABLE TRIGGER entry_append_only")
    try:
        await till.rows(query, entry=covered.entry_id)
    finally:
        await till.rows("ALTER TABLE entry ENABLE TRIGGER entry_append_only")
    await till.rows(migration.PAID_BACK)
    assert (await owed(till), isinstance(loan, Decided)) == ([(300, DUE)], True)
