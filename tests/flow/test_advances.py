"""Fieldworkers carry money of a fund, settle it by slips, and bring the rest back; never more than they got."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from services.donations.commands import advances
from services.donations.commands import grants as giving
from services.donations.commands.advances import NewAdvance, Rest, Slip
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout
from services.donations.domain.advances import Advance
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.queries.advances import AdvanceFilter
from services.donations.queries.advances import advances as listed
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till, staff
from tests.support.world import World

DAY = date(2006, 11, 1)
TREASURER = staff("treasurer")


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


NEW = NewAdvance("fw-07", "protection", yen(1_000), "bank", "A-1", date(2006, 10, 20))
SLIP = Slip("S-1", yen(300), date(2006, 10, 25), "travel")
MOVE = text("UPDATE slip SET happened_on = happened_on + CAST(:days AS integer)")
REST = Rest("R-1", yen(200), DAY, "bank")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_500, "protection")
        yield till
        assert await till.breaches() == set()


async def give(till: Till, wanted: NewAdvance = NEW) -> UUID:
    done = await till.do(lambda unit: advances.give(unit, till.settings.limits, wanted), TREASURER)
    assert isinstance(done, Advance), done
    return done.id


async def settle(till: Till, advance: UUID, slip: Slip = SLIP) -> Advance | Refused:
    return await till.do(lambda unit: advances.settle(unit, till.settings.limits, advance, slip), TREASURER)


async def bring_back(till: Till, advance: UUID, rest: Rest = REST) -> Advance | Refused:
    return await till.do(lambda unit: advances.bring_back(unit, advance, rest), TREASURER)


async def test_no_slip_and_no_return_is_older_than_its_advance(till: Till) -> None:
    advance = await give(till)
    for done in (
        await settle(till, advance, replace(SLIP, happened_on=NEW.given_on - timedelta(days=1))),
        await bring_back(till, advance, replace(REST, happened_on=NEW.given_on - timedelta(days=1))),
    ):
        assert isinstance(done, Refused)
        assert "went out on 2006-10-20" in done.words
    assert isinstance(await settle(till, advance, replace(SLIP, happened_on=NEW.given_on)), Advance)
    for days, seen in ((-1, {"no slip is older than its advance"}), (1, set[str]())):
        await till.do(lambda unit, days=days: unit.session.execute(MOVE, {"days": days}))  # type: ignore[misc]
        assert await till.breaches() == seen


async def slips(till: Till) -> list[UUID]:
    return [row["id"] for row in await till.rows("SELECT id FROM slip ORDER BY id")]


async def stands(till: Till, account: str) -> int:
    query = "SELECT coalesce(sum(amount), 0) AS amount FROM posting WHERE account = :account"
    return int((await till.rows(query, account=account))[0]["amount"])


async def test_money_is_carried_settled_and_brought_back(till: Till) -> None:
    advance = await give(till)
    # The fund has it still, and can promise none of it.
    assert await till.fund("protection") == (1_500, 1_000, 0)
    assert await stands(till, "advanced.protection.fw-07.JPY") == 1_000
    settled = await settle(till, advance)
    assert isinstance(settled, Advance)
    assert settled.left == 700
    assert await till.fund("protection") == (1_200, 700, 0)
    back = await bring_back(till, advance)
    assert isinstance(back, Advance)
    assert (back.left, back.settled, back.returned) == (500, 300, 200)
    assert await till.fund("protection") == (1_200, 500, 0)
    assert await stands(till, "spent.protection.JPY") == 300
    assert await stands(till, "bank.JPY") == 700
    days = await till.rows("SELECT kind, happened_on FROM entry WHERE kind <> 'gift' ORDER BY id")
    assert [dict(row) for row in days] == [
        {"kind": "advanced", "happened_on": NEW.given_on},
        {"kind": "spent", "happened_on": SLIP.happened_on},
        {"kind": "returned", "happened_on": DAY},
    ]


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (replace(NEW, amount=yen(1_501)), "not enough JPY free"),
        (replace(NEW, amount=Money(1, "USD")), "not enough USD free"),
        (replace(NEW, given_on=date(2006, 11, 2)), "once it was given"),
    ],
)
async def test_no_more_goes_out_than_is_free(till: Till, wanted: NewAdvance, words: str) -> None:
    done = await till.do(lambda unit: advances.give(unit, till.settings.limits, wanted))
    assert isinstance(done, Refused)
    assert words in done.words
    assert await till.rows("SELECT id FROM advance") == []


@pytest.mark.parametrize(
    ("slip", "words"),
    [
        (replace(SLIP, amount=yen(701)), "JPY 700 is left"),
        (replace(SLIP, amount=Money(1, "USD")), "JPY 700 is left"),
        (SLIP, "reference already"),
        (replace(SLIP, happened_on=date(2006, 11, 2)), "once it is there"),
        (replace(SLIP, grant_id=UUID(int=9)), "no such grant"),
    ],
)
async def test_no_slip_counts_twice_or_beyond_what_is_left(till: Till, slip: Slip, words: str) -> None:
    advance = await give(till)
    await settle(till, advance)
    right = slip if slip is SLIP else replace(slip, reference="S-2")
    done = await settle(till, advance, right)
    assert isinstance(done, Refused)
    assert words in done.words
    # A slip is the fieldworker's, whatever advance it is brought for.
    if slip is SLIP:
        other = await give(till, replace(NEW, reference="A-2", amount=yen(500)))
        assert isinstance(await settle(till, other), Refused)
    assert len(await slips(till)) == 1


async def test_a_reference_goes_out_once(till: Till) -> None:
    await give(till)
    done = await till.do(lambda unit: advances.give(unit, till.settings.limits, replace(NEW, amount=yen(1))))
    assert isinstance(done, Refused)
    assert await till.fund("protection") == (1_500, 1_000, 0)


async def test_what_was_a_mistake_is_undone_and_its_reference_free_again(till: Till) -> None:
    advance = await give(till)
    await settle(till, advance)
    await bring_back(till, advance)
    early = await till.do(lambda unit: advances.undo(unit, advance, "typed twice"))
    assert isinstance(early, Refused)
    for slip in await slips(till):
        done = await till.do(lambda unit, slip=slip: advances.undo_slip(unit, slip, "typed twice"))  # type: ignore[misc]
        assert isinstance(done, Advance)
        again = await till.do(lambda unit, slip=slip: advances.undo_slip(unit, slip, "typed twice"))  # type: ignore[misc]
        assert isinstance(again, Refused)
    assert await till.fund("protection") == (1_500, 1_000, 0)
    assert isinstance(await settle(till, advance, replace(SLIP, amount=yen(30))), Advance)
    (last,) = (await slips(till))[2:]
    await till.do(lambda unit: advances.undo_slip(unit, last, "typed twice"))
    gone = await till.do(lambda unit: advances.undo(unit, advance, "never given"))
    assert isinstance(gone, Advance)
    assert (gone.left, await till.fund("protection")) == (0, (1_500, 0, 0))
    assert isinstance(await settle(till, advance), Refused)
    assert isinstance(await till.do(lambda unit: advances.undo(unit, advance, "again")), Refused)
    notes = await till.rows("SELECT count(*) AS n FROM reversal")
    assert notes[0]["n"] == 4
    await give(till)


async def test_a_return_is_not_undone_once_others_were_promised_the_money(till: Till) -> None:
    advance = await give(till)
    await bring_back(till, advance, replace(REST, amount=yen(1_000)))
    asked = till.asked(1_200, kind="protection")
    await till.hears(asked)
    (slip,) = await slips(till)
    done = await till.do(lambda unit: advances.undo_slip(unit, slip, "typed twice"))
    assert isinstance(done, Refused)
    assert (await till.grant(asked)).set_aside == 1_200


async def test_a_slip_may_have_paid_a_grant(till: Till) -> None:
    asked = till.asked(400, kind="protection")
    other = till.asked(50, kind="hospital")
    await till.hears(asked, other)
    advance = await give(till)
    paying = replace(SLIP, what="rent", grant_id=asked.request_id)
    for wrong in (replace(paying, grant_id=other.request_id), replace(paying, amount=yen(401))):
        assert isinstance(await settle(till, advance, wrong), Refused)
    assert isinstance(await settle(till, advance, paying), Advance)
    grant = await till.grant(asked)
    assert (grant.paid, grant.set_aside, grant.status) == (300, 100, "paid_part")
    assert await till.fund("protection") == (1_200, 700, 100)
    (payout,) = await till.rows("SELECT place, payee, amount FROM payout")
    assert dict(payout) == {"place": "field", "payee": "fw-07", "amount": 300}
    assert await till.breaches() == set()
    (slip,) = await slips(till)
    assert isinstance(await till.do(lambda unit: advances.undo_slip(unit, slip, "another one")), Advance)
    grant = await till.grant(asked)
    assert (grant.paid, grant.set_aside) == (0, 400)
    assert await till.fund("protection") == (1_500, 1_000, 400)


async def granted(till: Till, minor: int = 400, kind: str = "protection") -> Any:
    """A grant for which all money of the fund is set aside, and an advance of it."""
    asked = till.asked(minor, kind=kind)
    await till.hears(asked, till.asked(2_000, kind=kind, urgency=3))
    return asked, await give(till, replace(NEW, amount=yen(300), grant_id=asked.request_id))


async def test_an_advance_carries_what_is_set_aside_for_its_grant(till: Till) -> None:
    asked, advance = await granted(till)
    grant = await till.grant(asked)
    assert (grant.set_aside, grant.carried, grant.missing, grant.status) == (100, 300, 0, "set_aside")
    assert await till.fund("protection") == (1_500, 300, 1_200)
    for wrong in (SLIP, replace(SLIP, grant_id=UUID(int=9))):
        assert isinstance(await settle(till, advance, wrong), Refused)
    paying = replace(SLIP, amount=yen(200), grant_id=asked.request_id)
    assert isinstance(await settle(till, advance, paying), Advance)
    assert isinstance(await bring_back(till, advance, replace(REST, amount=yen(100))), Advance)
    grant = await till.grant(asked)
    assert (grant.paid, grant.set_aside, grant.carried, grant.missing) == (200, 200, 0, 0)
    assert await till.fund("protection") == (1_300, 0, 1_300)
    assert await till.breaches() == set()
    for slip in await slips(till):
        done = await till.do(lambda unit, slip=slip: advances.undo_slip(unit, slip, "typed twice"))  # type: ignore[misc]
        assert isinstance(done, Advance), done
    grant = await till.grant(asked)
    assert (grant.paid, grant.set_aside, grant.carried) == (0, 100, 300)
    await till.do(lambda unit: advances.undo(unit, advance, "never given"))
    assert (await till.grant(asked)).set_aside == 400
    assert await till.fund("protection") == (1_500, 0, 1_500)


@pytest.mark.parametrize(
    ("minor", "kind", "words"),
    [(401, "protection", "JPY 400 is set aside"), (1, "return", "2 more have to agree")],
)
async def test_no_more_goes_out_for_a_grant_than_is_set_aside_and_agreed_to(
    till: Till, minor: int, kind: str, words: str
) -> None:
    await till.gift(1_000, "resettlement")
    asked = till.asked(400, kind=kind)
    await till.hears(asked)
    fund = (await till.grant(asked)).key.fund
    new = replace(NEW, fund=fund, amount=yen(minor), grant_id=asked.request_id)
    done = await till.do(lambda unit: advances.give(unit, till.settings.limits, new))
    assert isinstance(done, Refused)
    assert words in done.words
    other = replace(new, fund="food")
    assert isinstance(await till.do(lambda unit: advances.give(unit, till.settings.limits, other)), Refused)


async def test_what_is_carried_for_a_grant_that_is_over_is_its_fund_s(till: Till) -> None:
    asked, advance = await granted(till)
    await till.hears(asked.model_copy(update={"version": 2, "status": "withdrawn"}))
    assert (await till.grant(asked)).carried == 0
    assert isinstance(await settle(till, advance, replace(SLIP, grant_id=asked.request_id)), Refused)
    assert isinstance(await settle(till, advance, replace(SLIP, amount=yen(100))), Advance)
    assert isinstance(await bring_back(till, advance), Advance)
    await till.serve()
    assert await till.fund("protection") == (1_400, 0, 1_400)


async def test_a_return_that_is_paid_meanwhile_is_not_undone(till: Till) -> None:
    asked, advance = await granted(till)
    await bring_back(till, advance, replace(REST, amount=yen(300)))
    part = Payout(yen(400), "bank", "payee-1", "1")
    await till.do(lambda unit: giving.pay(unit, till.settings.limits, asked.request_id, part))
    (slip,) = await slips(till)
    assert isinstance(await till.do(lambda unit: advances.undo_slip(unit, slip, "typed twice")), Refused)


async def test_a_grant_that_two_have_to_agree_to_is_not_paid_in_the_field(till: Till) -> None:
    asked = till.asked(400, kind="return")
    await till.gift(1_000, "resettlement")
    await till.hears(asked)
    advance = await give(till, replace(NEW, fund="resettlement", amount=yen(500)))
    done = await settle(till, advance, replace(SLIP, grant_id=asked.request_id))
    assert isinstance(done, Refused)
    assert "2 more have to agree" in done.words


async def test_two_at_once_never_settle_more_than_went_out(till: Till) -> None:
    advance = await give(till)
    made = [replace(SLIP, reference=f"S-{number}") for number in range(5)]
    rests = [replace(REST, reference=f"R-{number}") for number in range(3)]
    done = await asyncio.gather(
        *(settle(till, advance, each) for each in made),
        *(bring_back(till, advance, each) for each in rests),
    )
    taken = [each for each in done if isinstance(each, Advance)]
    assert 3 <= len(taken) <= 5
    (row,) = await till.rows("SELECT amount - settled - returned AS n FROM advance")
    assert 0 <= row["n"] < 300
    one = [replace(SLIP, reference="S-9", amount=yen(1))] * 3
    twice = await asyncio.gather(*(settle(till, advance, each) for each in one)) if row["n"] else [None]
    assert len([each for each in twice if isinstance(each, Advance)]) <= 1


@pytest.mark.parametrize(
    "change",
    ["settled = 1001", "settled = 600, returned = 401", "settled = -1", "settled = 1, undone = true"],
)
async def test_the_database_itself_refuses_more_than_was_advanced(till: Till, change: str) -> None:
    await give(till)
    with pytest.raises(IntegrityError):
        await till.rows(f"UPDATE advance SET {change}")  # noqa: S608


async def test_a_refund_takes_no_money_that_a_fieldworker_carries(till: Till) -> None:
    sale = Came("paypal", "S", yen(900), DAY, yen(0), held=False, purpose="protection", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, sale))
    await till.lies(500, "bank")
    await give(till, replace(NEW, amount=yen(2_000)))
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R", "S", yen(900), DAY)))
    assert await till.fund("protection") == (2_000, 2_000, 0)
    assert await stands(till, "uncovered.protection.JPY") == 500


async def test_who_waits_for_money_is_not_told_that_what_is_carried_is_held_back(till: Till) -> None:
    await give(till, replace(NEW, amount=yen(1_500)))
    await till.hears(till.asked(300, kind="protection"))
    sale = Came("paypal", "S", yen(900), DAY, yen(0), held=True, purpose="protection", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, sale))
    await till.hears(till.asked(200, kind="protection"))
    query = "SELECT CAST(data AS json) AS data FROM journal WHERE contract = :name ORDER BY message_id"
    facts = [row["data"] for row in await till.rows(query, name="donations.grant_changed.v1")]
    assert [each.get("held") for each in facts] == [None, {"amount": 900, "currency": "JPY"}]


async def test_what_is_open_for_more_than_thirty_days_is_listed(till: Till) -> None:
    first = await give(till, replace(NEW, given_on=date(2006, 10, 2), amount=yen(600)))
    await give(till, replace(NEW, reference="A-2", amount=yen(100), given_on=date(2006, 10, 3)))

    async def overdue(before: date) -> list[UUID]:
        async with till.units.read() as session:
            found = await listed(session, AdvanceFilter(before=before), 10)
        return [row["id"] for row in found]

    assert await overdue(date(2006, 10, 2)) == []
    assert await overdue(date(2006, 10, 3)) == [first]
    await settle(till, first, replace(SLIP, amount=yen(600)))
    assert await overdue(date(2006, 10, 3)) == []


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("UPDATE advance SET settled = settled + 1", "what fieldworkers carry is what the ledger has"),
        (
            'UPDATE "grant" SET carried = 1',
            "what fieldworkers carry for a grant is what its advances have left",
        ),
        (
            "UPDATE slip SET amount = amount + 1",
            "no more of an advance is settled than went out, and by slips",
        ),
    ],
)
async def test_the_doctor_sees_slips_and_ledger_differ(till_url: str, change: str, name: str) -> None:
    async with Till.open(till_url, DAY) as till:
        await till.gift(1_500, "protection")
        await till.hears(till.asked(100, kind="protection"))
        await settle(till, await give(till))
        assert await till.breaches() == set()
        await till.rows(change)
        assert name in await till.breaches()


async def test_advances_are_booked_and_seen_over_http(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    donations = bare_world.donations
    await donations.gift("1,500", "protection")
    body: dict[str, Any] = {
        "fieldworker": "fw-07",
        "fund": "protection",
        "amount": "1,000",
        "currency": "JPY",
        "place": "bank",
        "reference": "A-1",
        "given_on": "2006-09-30",
    }
    advance = await donations.post("/advances", body)
    assert advance["left"]["words"] == "JPY 1,000"
    assert (await donations.try_post("/advances", {**body, "fieldworker": "Hong Gil"})).status_code == 422
    path = f"/advances/{advance['advance_id']}"
    slip = {
        "reference": "S-1",
        "amount": "300",
        "currency": "JPY",
        "happened_on": "2006-10-25",
        "what": "travel",
    }
    assert (await donations.post(f"{path}/slips", slip))["left"]["minor"] == 700
    assert (await donations.try_post(f"{path}/slips", slip)).status_code == 409
    rest = {
        "reference": "R-1",
        "amount": "100",
        "currency": "JPY",
        "happened_on": "2006-10-26",
        "place": "bank",
    }
    assert (await donations.post(f"{path}/return", rest))["returned"]["minor"] == 100
    (overdue,) = (await donations.get("/advances", overdue=True))["items"]
    assert (overdue["left"]["minor"], overdue["fieldworker"]) == (600, "fw-07")
    await donations.client.get("http://test/metrics")
    assert await donations.metric("relief_advances_open_minor_units", currency="JPY") == 600
    assert await donations.metric("relief_advances_overdue") == 1
    days = {"currency": "JPY", "from": "2006-09-01", "to": "2006-11-30"}
    statement = await donations.get("/funds/protection/statement", **days)
    assert (statement["advanced"]["minor"], statement["changes"]["spent"]["minor"]) == (600, -300)
    for each in await donations.get(f"{path}/slips"):
        await donations.post(f"/advances/slips/{each['slip_id']}/undo", {"note": "typed twice"})
    assert (await donations.post(f"{path}/undo", {"note": "never given"}))["undone"] is True
    assert (await donations.get("/advances", open=True))["items"] == []
