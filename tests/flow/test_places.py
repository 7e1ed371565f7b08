"""Nobody takes more from the bank, the till or PayPal than lies there; what PayPal tells is booked all the same."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import advances, gifts, grants, transfers
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.transfers import Arrival, NewTransfer
from services.donations.domain.days import Sure
from services.donations.domain.ledger import EntryKind, Kind, Line, account
from services.donations.domain.money import Money
from services.donations.domain.transfers import Transfer
from services.donations.ledger import MoneyLedger
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till, converting

DAY = date(2006, 11, 1)
EMPTY = "nowhere but at PayPal lies less than nothing"
WORDS = "JPY 100 lie {}, and JPY {} were asked for."
Work = Callable[[Unit], Awaitable[Any]]


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    """A fund with enough, of which 100 lie in the till, 100 at PayPal and 800 at the bank."""
    async with Till.open(till_url, DAY) as till:
        for where, minor in (("cash", 100), ("paypal", 100), ("bank", 800)):
            await till.lies(minor, where, fund="medical")
        yield till


def sent(minor: int, from_place: str = "paypal", to_place: str = "bank", reference: str = "T-1") -> Work:
    wanted = NewTransfer(from_place, to_place, yen(minor), reference, DAY)
    return lambda unit: transfers.send(unit, wanted, Arrival(DAY))


async def a_grant(till: Till) -> UUID:
    asked = till.asked(150)
    await till.hears(asked)
    return asked.request_id


async def ways_out(till: Till) -> dict[str, Work]:
    """All ways in which somebody asks for money of a place, each for more than lies there."""
    limits, grant = till.settings.limits, await a_grant(till)
    part = grants.Payout(yen(101), "cash", "clinic-02", "P-1")
    new = advances.NewAdvance("fw-1", "medical", yen(101), "cash", "A-1", DAY)
    return {
        "transfer": sent(101),
        "conversion": converting("medical", "paypal", yen(101), Money(1_00, "USD"), DAY),
        "advance": partial(advances.give, limits=limits, wanted=new),
        "grant": partial(grants.pay, limits=limits, grant_id=grant, payout=part),
    }


async def test_no_way_out_takes_more_than_lies_there(till: Till) -> None:
    for name, work in (await ways_out(till)).items():
        refused = await till.do(work)
        assert isinstance(refused, Refused), name
        where = "at PayPal" if name in ("transfer", "conversion") else "in the till"
        assert refused.words.startswith(WORDS.format(where, 101)), name
    assert await till.breaches() == set()


async def test_what_was_spent_is_not_undone_where_it_came_in(till: Till) -> None:
    """A slip, a transfer, an opening balance, a return: each is a mistake that somebody spent."""
    donor = (await till.donor()).id
    slip = gifts.Slip(donor, "cash", "1", yen(50), "medical", DAY)
    payment: Any = await till.do(lambda unit: gifts.receive(unit, slip))
    moved: Any = await till.do(sent(50, "bank", "cash", "T-2"))
    (opening,) = await till.rows("SELECT id FROM opening WHERE place = 'cash'")
    new = advances.NewAdvance("fw-1", "medical", yen(50), "bank", "A-1", DAY)
    carried: Any = await till.do(partial(advances.give, limits=till.settings.limits, wanted=new))
    rest = advances.Rest("R-1", yen(50), DAY, "cash")
    await till.do(lambda unit: advances.bring_back(unit, carried.id, rest))
    (back,) = await till.rows("SELECT id FROM slip")
    assert isinstance(await till.do(sent(250, "cash", "bank", "T-3")), Transfer)
    undoings: dict[str, Work] = {
        "reversed": lambda unit: gifts.reverse(unit, payment.id, "bounced"),
        "corrected": lambda unit: gifts.correct(unit, payment.id, yen(1), None, "misread"),
        "transfer": lambda unit: transfers.undo(unit, moved.id, "typed twice"),
        "opening": lambda unit: transfers.undo_opening(unit, opening["id"], "typed twice"),
        "return": lambda unit: advances.undo_slip(unit, back["id"], "typed twice"),
    }
    for name, work in undoings.items():
        refused = await till.do(work)
        assert isinstance(refused, Refused), name
        assert refused.words.startswith("JPY 0 lie in the till"), name
    # Once it lies there again, each of them can be.
    await till.do(sent(500, "bank", "cash", "T-4"))
    for name, work in undoings.items():
        assert isinstance(await till.do(work), Refused) is (name == "corrected"), name
    assert await till.breaches() == set()


async def test_two_at_once_never_take_the_same_money(till: Till) -> None:
    done = await asyncio.gather(*(till.do(sent(40, reference=f"T-{number}")) for number in range(6)))
    assert len([each for each in done if isinstance(each, Transfer)]) == 2
    assert await till.breaches() == set()


async def test_what_paypal_tells_is_booked_though_less_lies_there_and_nobody_takes_more(till: Till) -> None:
    sale = Came("paypal", "S", yen(60), DAY, yen(0), held=False, purpose="general", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, sale))
    assert isinstance(await till.do(sent(150)), Transfer)
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R", "S", yen(60), DAY)))
    assert isinstance(await till.do(sent(1, reference="T-2")), Refused)
    assert isinstance(await till.do(sent(50, "bank", "paypal", "T-3")), Transfer)


async def test_the_doctor_shows_another_place_with_less_than_nothing(till: Till) -> None:
    lines = (Line(account(Kind.CASH, "JPY"), -101), Line(account(Kind.BANK, "JPY"), 101))

    async def told(unit: Unit) -> None:
        async with MoneyLedger.open(unit) as ledger:
            ledger.book(EntryKind.PURCHASED, lines)

    await till.do(told)
    assert await till.breaches() == {EMPTY}
    assert isinstance(await till.do(sent(1, "bank", "cash")), Transfer)


async def test_what_is_asked_for_is_never_booked_unseen(till: Till) -> None:
    lines = (Line(account(Kind.CASH, "JPY"), -1), Line(account(Kind.BANK, "JPY"), 1))

    async def forgets(unit: Unit) -> None:
        async with MoneyLedger.open(unit) as ledger:
            ledger.book(EntryKind.SENT, lines)

    with pytest.raises(ValueError, match="nobody looked"):
        await till.do(forgets)
