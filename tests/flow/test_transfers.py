"""The group's own money goes from place to place, and is in the books from their beginning."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.commands import transfers as commands
from services.donations.commands.matching import Match
from services.donations.commands.reconciling import ours, reconcile
from services.donations.commands.transfers import Arrival, NewTransfer, Opened, Opening
from services.donations.domain.funds import FUNDS
from services.donations.domain.money import Money
from services.donations.domain.transfers import Transfer
from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row, kind_of
from services.donations.queries.figures import reached
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.judge import agrees
from tests.support.properties import tried_with
from tests.support.till import Till, staff
from tests.support.world import World

DAY = date(2006, 11, 1)
Work = Callable[[Unit], Awaitable[Any]]
LEFT, CAME = date(2006, 10, 20), date(2006, 10, 23)
OUT = NewTransfer("paypal", "bank", Money(10_000, "JPY"), "T-1", LEFT)
THERE = Arrival(CAME, Money(250, "JPY"))
OPENING = Opening("food", "bank", Money(5_000, "JPY"), date(2006, 9, 1), "as on the statement of August")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_000)
        await till.lies(10_000, "paypal")
        yield till
        assert await till.breaches() == set()
        await agrees(till)


async def send(till: Till, wanted: NewTransfer = OUT, arrival: Arrival | None = THERE) -> Transfer | Refused:
    return await till.do(lambda unit: commands.send(unit, wanted, arrival))


async def stands(till: Till) -> dict[str, int]:
    """What stands on the accounts of the group, but for those with nothing."""
    query = """
        SELECT account, CAST(sum(amount) AS bigint) AS amount FROM posting JOIN account ON code = account
        WHERE fund = '' OR kind = 'fees' GROUP BY 1 HAVING sum(amount) <> 0
    """
    return {row["account"]: row["amount"] for row in await till.rows(query)}


async def test_money_leaves_on_one_day_and_comes_on_another_less_a_fee(till: Till) -> None:
    sent = await send(till, arrival=None)
    assert isinstance(sent, Transfer)
    assert await stands(till) == {"bank.JPY": 1_000, "transit.JPY": 10_000}
    assert await till.breaches() == set()
    done = await till.do(lambda unit: commands.arrive(unit, sent.id, THERE))
    assert isinstance(done, Transfer), done
    assert await stands(till) == {"bank.JPY": 10_750, "fees.general.JPY": 250}
    # No fund has more or less, but for the fee.
    assert await till.fund("general") == (750, 0, 0)
    days = await till.rows(
        "SELECT kind, happened_on FROM entry WHERE kind IN ('sent', 'arrived') ORDER BY id"
    )
    assert [(row["kind"], row["happened_on"]) for row in days] == [("sent", LEFT), ("arrived", CAME)]
    assert isinstance(await till.do(lambda unit: commands.arrive(unit, sent.id, THERE)), Refused)
    await till.do(lambda unit: commands.undo(unit, sent.id, "typed twice"))
    assert isinstance(await till.do(lambda unit: commands.undo(unit, sent.id, "again")), Refused)
    assert await stands(till) == {"bank.JPY": 1_000, "paypal.JPY": 10_000}
    assert isinstance(await send(till), Transfer)


@pytest.mark.parametrize(
    ("wanted", "arrival"),
    [
        (replace(OUT, to_place="paypal"), THERE),
        (replace(OUT, left_on=date(2006, 11, 2)), None),
        (OUT, replace(THERE, arrived_on=date(2006, 10, 19))),
        (OUT, replace(THERE, arrived_on=date(2006, 11, 2))),
        (OUT, replace(THERE, fee=Money(10_000, "JPY"))),
        (OUT, replace(THERE, fee=Money(1, "USD"))),
        (OUT, replace(THERE, fee=Money(1_001, "JPY"))),
        (OUT, replace(THERE, fee_fund="food")),
    ],
)
async def test_what_cannot_be_is_not_booked(till: Till, wanted: NewTransfer, arrival: Arrival | None) -> None:
    assert isinstance(await send(till, wanted, arrival), Refused)
    assert await stands(till) == {"bank.JPY": 1_000, "paypal.JPY": 10_000}


async def test_a_transfer_is_booked_once_however_many_book_it(till: Till) -> None:
    done = await asyncio.gather(*(send(till) for _ in range(4)))
    assert len([each for each in done if isinstance(each, Transfer)]) == 1


def listed(code: str, minor: int, reference: str = "T-1") -> Row:
    gross, at = Amount(minor, "JPY"), datetime(2006, 10, 20, 3, tzinfo=UTC)
    return Row(reference, kind_of(code, gross), "completed", gross, at, code=code)


@pytest.mark.parametrize(
    ("wanted", "row", "found"),
    [
        (OUT, listed("T0400", -10_000), Match.MATCHED),
        (OUT, listed("T0400", -9_999), Match.DIFFERENT),
        (replace(OUT, from_place="bank", to_place="paypal"), listed("T0300", 9_750), Match.MATCHED),
        (replace(OUT, from_place="bank", to_place="paypal"), listed("T0300", 10_000), Match.DIFFERENT),
        (OUT, replace(listed("T0400", -10_000), moves=False), Match.WAITING),
    ],
)
async def test_paypal_s_list_finds_a_transfer(
    till: Till, wanted: NewTransfer, row: Row, found: Match
) -> None:
    assert row.kind in (Kind.WITHDRAWAL, Kind.DEPOSIT)
    # What nobody has booked yet is a row of others: its sum is told.
    assert (await ours(till.units, [row], frozenset())).rows == ()
    await till.lies(9_000, "bank")
    assert isinstance(await send(till, wanted), Transfer)
    kept = await ours(till.units, [row], frozenset())
    (done,) = await reconcile(till.units, staff("treasurer"), ZoneInfo("Asia/Tokyo"), kept.rows)
    assert done[1] is found


async def opened(till: Till, opening: Opening = OPENING) -> Opened | Refused:
    return await till.do(lambda unit: commands.open_balance(unit, opening))


async def test_what_a_fund_began_with_is_booked_once_and_is_no_gift(till: Till) -> None:
    done = await opened(till)
    assert isinstance(done, Opened)
    assert await till.fund("food") == (5_000, 0, 0)
    early = replace(OPENING, place="cash", on_day=date(2006, 11, 2))
    for wrong in (OPENING, replace(OPENING, amount=Money(1, "JPY")), early):
        assert isinstance(await opened(till, wrong), Refused)
    others: tuple[dict[str, Any], ...] = ({"place": "cash"}, {"amount": Money(1, "USD")}, {"fund": "general"})
    for more in (replace(OPENING, **each) for each in others):
        assert isinstance(await opened(till, more), Opened)
    async with till.units.read() as session:
        assert (await reached(session))["raised_jpy"] == 1_000
    await till.do(lambda unit: commands.undo_opening(unit, done.id, "a nought too many"))
    assert isinstance(await till.do(lambda unit: commands.undo_opening(unit, done.id, "again")), Refused)
    assert isinstance(await opened(till, replace(OPENING, amount=Money(500, "JPY"))), Opened)
    assert await till.fund("food") == (5_500, 0, 0)


async def test_what_was_promised_of_it_is_not_undone(till: Till) -> None:
    done = await opened(till, replace(OPENING, fund="medical"))
    assert isinstance(done, Opened)
    await till.serve()
    asked = till.asked(4_000)
    await till.hears(asked)
    assert (await till.grant(asked)).set_aside == 4_000
    assert isinstance(await till.do(lambda unit: commands.undo_opening(unit, done.id, "wrong")), Refused)


PLACES = st.sampled_from(["cash", "bank", "paypal"])
MINOR = st.integers(1, 300)


@tried_with(15)
@given(
    acts=st.lists(
        st.tuples(st.sampled_from("soau"), PLACES, PLACES, MINOR, st.sampled_from(FUNDS[:3])), max_size=12
    )
)
def test_whatever_goes_where_the_books_are_right(till_url: str, acts: list[tuple[Any, ...]]) -> None:
    async def live() -> None:
        async with Till.open(till_url, DAY) as till:
            for what, first, second, minor, fund in acts:
                arrival = Arrival(CAME, Money(minor // 3, "JPY") if minor % 2 else None, fund)
                known = [row["id"] for row in await till.rows("SELECT id FROM transfer ORDER BY id")]
                if what == "o":
                    await opened(till, replace(OPENING, fund=fund, place=first, amount=Money(minor, "JPY")))
                elif what == "s" or not known:
                    new = NewTransfer(first, second, Money(minor, "JPY"), str(minor % 5), LEFT)
                    await send(till, new, arrival if minor % 3 else None)
                else:
                    which = known[minor % len(known)]
                    works: dict[str, Work] = {
                        "a": partial(commands.arrive, transfer_id=which, arrival=arrival),
                        "u": partial(commands.undo, transfer_id=which, note="wrong"),
                    }
                    await till.do(works[what])
                assert await till.breaches() == set()
            await agrees(till)

    asyncio.run(live())


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            "UPDATE transfer SET amount = amount + 1",
            "what is on its way between accounts is what its transfers say",
        ),
        ("UPDATE opening SET amount = amount + 1", "what funds began with is what was opened, once"),
    ],
)
async def test_the_doctor_sees_transfers_and_ledger_differ(till_url: str, change: str, name: str) -> None:
    async with Till.open(till_url, DAY) as till:
        await till.lies(10_000, "paypal")
        await send(till, arrival=None)
        await opened(till)
        assert await till.breaches() == set()
        await till.rows(change)
        assert await till.breaches() == {name}


async def test_transfers_and_openings_are_booked_and_seen_over_http(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    donations = bare_world.donations
    opening = {"fund": "general", "place": "paypal", "amount": "900", "currency": "JPY"}
    first = await donations.post(
        "/openings", {**opening, "on_day": "2006-09-01", "note": "as PayPal shows it"}
    )
    again = await donations.try_post(
        "/openings", {**opening, "on_day": "2006-09-01", "note": "as PayPal shows it"}
    )
    assert again.status_code == 409
    body = {
        "from_place": "paypal",
        "to_place": "bank",
        "amount": "500",
        "currency": "JPY",
        "reference": "T-1",
    }
    sent = await donations.post("/transfers", {**body, "left_on": "2006-10-20"})
    assert sent["arrived_on"] is None
    fee = {"amount": "10", "currency": "JPY"}
    came = await donations.post(
        f"/transfers/{sent['transfer_id']}/arrive", {"arrived_on": "2006-10-23", "fee": fee}
    )
    assert (came["fee"]["minor"], came["fee_fund"]) == (10, "general")
    balance = await donations.get("/trial-balance")
    shown = {each["account"]: each["amount"]["minor"] for each in balance["accounts"]}
    assert (shown["bank.JPY"], shown["paypal.JPY"], balance["off"]) == (490, 400, {})
    whole = {
        **body,
        "amount": "400",
        "reference": "T-2",
        "left_on": "2006-10-20",
        "arrival": {"arrived_on": "2006-10-20"},
    }
    assert (await donations.post("/transfers", whole))["arrived_on"] == "2006-10-20"
    for each in (await donations.get("/transfers"))["items"]:
        assert (await donations.post(f"/transfers/{each['transfer_id']}/undo", {"note": "typed twice"}))[
            "undone"
        ]
    await donations.post(f"/openings/{first['id']}/undo", {"note": "a nought too many"})
    assert [each["undone"] for each in await donations.get("/openings")] == [True]
    assert (await donations.get("/trial-balance"))["accounts"] == []
