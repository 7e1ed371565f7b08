"""Goods are acknowledged without an amount of money; pledges are expected, kept by payments, or cancelled."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.donations.commands import donors, gifts, in_kind, pledges
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.days import Sure
from services.donations.domain.in_kind import GiftInKind, Goods
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment
from services.donations.domain.pledges import Due, Pledge
from services.donations.queries import pledges as lists
from services.donations.queries.figures import reached
from shared.outcomes import Refused
from tests.support.noticed import book_payment
from tests.support.till import Till
from tests.support.world import World

DAY = date(2006, 11, 1)
RICE = (Goods("rice", 40_000, "g"),)
PARTS = (Due(date(2006, 12, 1), Money(500, "JPY")), Due(date(2006, 11, 15), Money(300, "JPY")))


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        assert await till.breaches() == set()


async def acknowledged(till: Till, donor: UUID | None = None, receipt: UUID | None = None) -> GiftInKind:
    gift = GiftInKind(uuid4(), receipt or uuid4(), DAY, RICE, donor)
    done = await till.do(lambda unit: in_kind.acknowledge(unit, gift))
    assert isinstance(done, GiftInKind), done
    return done


async def entries(till: Till) -> list[tuple[str, str, int]]:
    rows = await till.rows(
        "SELECT kind, account, amount FROM entry JOIN posting ON entry.id = entry_id ORDER BY entry.id, line"
    )
    return [tuple(row.values()) for row in rows]  # type: ignore[misc]


async def test_goods_are_acknowledged_once_and_without_an_amount(till: Till) -> None:
    gift = await acknowledged(till)
    twice = GiftInKind(uuid4(), gift.receipt_id, DAY, RICE)
    assert isinstance(await till.do(lambda unit: in_kind.acknowledge(unit, twice)), Refused)
    lost = GiftInKind(uuid4(), uuid4(), DAY, RICE, donor_id=uuid4())
    assert isinstance(await till.do(lambda unit: in_kind.acknowledge(unit, lost)), Refused)
    future = GiftInKind(uuid4(), uuid4(), date(2006, 11, 2), RICE)
    assert isinstance(await till.do(lambda unit: in_kind.acknowledge(unit, future)), Refused)
    assert (await entries(till), len(await till.rows("SELECT id FROM gift_in_kind"))) == ([], 1)


async def test_a_value_is_booked_of_no_fund_and_undone_when_there_is_another(till: Till) -> None:
    gift = await acknowledged(till)
    await till.do(lambda unit: in_kind.set_value(unit, gift.id, yen(800), "as on the bill"))
    first = [("goods", "goods.JPY", 800), ("goods", "in_kind.JPY", -800)]
    assert await entries(till) == first
    again = await till.do(lambda unit: in_kind.set_value(unit, gift.id, Money(7_50, "USD"), "it was dollars"))
    assert isinstance(again, GiftInKind)
    undone = [("reversed", "goods.JPY", -800), ("reversed", "in_kind.JPY", 800)]
    other = [("goods", "goods.USD", 7_50), ("goods", "in_kind.USD", -7_50)]
    assert await entries(till) == [*first, *undone, *other]
    async with till.units.read() as session:
        figures = await reached(session)
    assert (figures["raised_jpy"], figures["raised_usd"]) == (0, 0)
    assert await till.breaches() == set()
    done = await till.do(lambda unit: in_kind.undo(unit, gift.id, "never came"))
    assert isinstance(done, GiftInKind)
    assert (done.value, done.undone, (await entries(till))[-2:]) == (
        None,
        True,
        [("reversed", "goods.USD", -7_50), ("reversed", "in_kind.USD", 7_50)],
    )
    for late in (
        lambda unit: in_kind.undo(unit, gift.id, "never came"),
        lambda unit: in_kind.set_value(unit, gift.id, yen(1), "again"),
    ):
        assert isinstance(await till.do(late), Refused)
    await acknowledged(till, receipt=gift.receipt_id)


async def test_two_who_acknowledge_one_receipt_at_once_do_it_once(till: Till) -> None:
    receipt = uuid4()
    made = [GiftInKind(uuid4(), receipt, DAY, RICE) for _ in range(4)]
    done = await asyncio.gather(
        *(till.do(lambda unit, gift=gift: in_kind.acknowledge(unit, gift)) for gift in made)  # type: ignore[misc]
    )
    assert len([each for each in done if isinstance(each, GiftInKind)]) == 1


async def promised(till: Till, donor: UUID, *parts: Due) -> UUID:
    done = await till.do(lambda unit: pledges.promise(unit, donor, "food", parts or PARTS))
    assert isinstance(done, Pledge), done
    return done.id


async def given(till: Till, donor: UUID, minor: int, reference: str, currency: str = "JPY") -> UUID:
    slip = gifts.Slip(donor, "bank", reference, Money(minor, currency), "food", DAY)
    done = await till.do(lambda unit: gifts.receive(unit, slip))
    assert isinstance(done, Payment)
    return done.id


async def keep(till: Till, pledge: UUID, number: int, payment: UUID) -> Pledge | Refused:
    return await till.do(lambda unit: pledges.keep(unit, pledge, number, payment))


async def stand(till: Till, pledge: UUID) -> list[str]:
    async with till.units.read() as session:
        return [row["status"] for row in await lists.parts(session, await till.today(), [pledge])]


async def expected(till: Till) -> tuple[int, int]:
    """What is expected in yen, and how many parts are overdue."""
    async with till.units.read() as session:
        figures = await reached(session)
        overdue = await lists.overdue(session, await till.today())
    return figures["expected_jpy"], len(overdue)


async def test_a_promise_is_expected_until_it_is_kept_overdue_or_cancelled(till: Till) -> None:
    donor = (await till.donor()).id
    pledge = await promised(till, donor)
    assert (await expected(till), await stand(till, pledge)) == ((800, 0), ["expected", "expected"])
    assert await till.fund("food") == (0, 0, 0)
    # The parts are numbered by their days.
    assert isinstance(await keep(till, pledge, 1, await given(till, donor, 300, "B-1")), Pledge)
    assert (await expected(till), await stand(till, pledge)) == ((500, 0), ["kept", "expected"])
    await till.to(date(2006, 12, 1))
    assert await expected(till) == (500, 0)
    await till.to(date(2006, 12, 2))
    assert (await expected(till), await stand(till, pledge)) == ((0, 1), ["kept", "overdue"])
    done = await till.do(lambda unit: pledges.cancel(unit, pledge, "lost his work"))
    assert isinstance(done, Pledge)
    assert (await expected(till), await stand(till, pledge)) == ((0, 0), ["kept", "cancelled"])
    late = await keep(till, pledge, 2, await given(till, donor, 500, "B-2"))
    assert isinstance(late, Refused)
    assert isinstance(await till.do(lambda unit: pledges.cancel(unit, pledge, "again")), Refused)


async def test_a_payment_keeps_as_many_parts_as_it_covers(till: Till) -> None:
    donor, other = (await till.donor()).id, (await till.donor("Other")).id
    pledge = await promised(till, donor)
    whole = await given(till, donor, 799, "B-1")
    assert isinstance(await keep(till, pledge, 1, whole), Pledge)
    wrong = {
        "is less than was promised": whole,
        "is another donor's": await given(till, other, 900, "B-2"),
        "is in another currency": await given(till, donor, 900, "B-3", "USD"),
    }
    for words, payment in wrong.items():
        done = await keep(till, pledge, 2, payment)
        assert isinstance(done, Refused)
        assert done.fields == (("payment_id", words),)
    assert isinstance(await keep(till, pledge, 3, whole), Refused)
    assert isinstance(await keep(till, pledge, 1, wrong["is less than was promised"]), Refused)
    assert isinstance(await keep(till, pledge, 2, uuid4()), Refused)
    # Whoever turns out to be the same donor keeps it too.
    await till.do(lambda unit: donors.merge(unit, other, donor))
    assert isinstance(await keep(till, pledge, 2, wrong["is another donor's"]), Pledge)
    assert await stand(till, pledge) == ["kept", "kept"]
    done = await till.do(lambda unit: pledges.loosen(unit, pledge, 2))
    assert isinstance(done, Pledge)
    assert await stand(till, pledge) == ["kept", "expected"]
    assert isinstance(await till.do(lambda unit: pledges.loosen(unit, pledge, 2)), Refused)


async def test_a_refund_makes_a_promise_unkept(till: Till) -> None:
    donor = (await till.donor()).id
    pledge = await promised(till, donor)
    sale = Came("paypal", "S", yen(300), DAY, yen(0), held=False, purpose="food", sure=Sure.PAID)
    payment = await till.do(lambda unit: book_payment(unit, sale))
    assert isinstance(payment, Payment)
    await keep(till, pledge, 1, payment.id)
    assert await expected(till) == (500, 0)
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R", "S", yen(1), DAY)))
    assert (await expected(till), await stand(till, pledge)) == ((800, 0), ["expected", "expected"])
    assert await till.breaches() == set()


async def test_what_a_payment_keeps_is_counted_whatever_is_refunded_loosened_or_cancelled(till: Till) -> None:
    """The fixture and each step hold the kept totals against the parts."""
    donor = (await till.donor()).id
    first, second = await promised(till, donor), await promised(till, donor)
    sale = Came("paypal", "S", yen(600), DAY, yen(0), held=False, purpose="food", sure=Sure.PAID)
    payment = await till.do(lambda unit: book_payment(unit, sale))
    assert isinstance(payment, Payment)
    for pledge in (first, second):
        assert isinstance(await keep(till, pledge, 1, payment.id), Pledge)
    assert await expected(till) == (1_000, 0)
    # Of 599 nothing is kept; of these, 300 keep one part.
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R", "S", yen(1), DAY)))
    assert (await expected(till), await till.breaches()) == ((1_600, 0), set())
    assert isinstance(await till.do(lambda unit: pledges.loosen(unit, first, 1)), Pledge)
    assert (await stand(till, second), await expected(till)) == (["kept", "expected"], (1_300, 0))
    assert await till.breaches() == set()
    assert isinstance(await till.do(lambda unit: pledges.cancel(unit, second, "moved away")), Pledge)
    assert (await stand(till, second), await expected(till)) == (["kept", "cancelled"], (800, 0))
    # What a cancelled pledge loses is expected of nobody.
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R2", "S", yen(400), DAY)))
    assert (await stand(till, second), await expected(till)) == (["cancelled", "cancelled"], (800, 0))


async def test_what_is_expected_is_read_from_kept_totals_and_not_from_all_pledges(till: Till) -> None:
    donor = (await till.donor()).id
    for _ in range(3):
        await promised(till, donor)
    looked = text("SELECT relname, idx_scan + seq_scan AS scans FROM pg_stat_xact_user_tables")
    async with till.units.read() as session:
        before = (await session.execute(looked)).all()
        await reached(session)
        after = (await session.execute(looked)).all()
    were, are = [{row.relname: row.scans for row in found} for found in (before, after)]
    assert are["pledge_part"] == were["pledge_part"]
    assert are["pledge_total"] > were["pledge_total"]
    assert await till.rows("SELECT count(*) AS n FROM pledge_total") == [{"n": 2}]


async def test_a_gift_that_was_less_than_was_typed_makes_a_promise_unkept(till: Till) -> None:
    donor = (await till.donor()).id
    pledge = await promised(till, donor)
    payment = await given(till, donor, 300, "B-1")
    await keep(till, pledge, 1, payment)
    done = await till.do(lambda unit: gifts.correct(unit, payment, yen(30), None, "typed wrong"))
    assert isinstance(done, Payment)
    assert await stand(till, pledge) == ["expected", "expected"]
    assert await till.breaches() == set()


async def test_two_parts_are_not_kept_at_once_by_money_for_one(till: Till) -> None:
    donor = (await till.donor()).id
    due = [Due(date(2006, 12, 1), yen(300)) for _ in range(4)]
    pledge = await promised(till, donor, *due)
    payment = await given(till, donor, 650, "B-1")
    done = await asyncio.gather(*(keep(till, pledge, number, payment) for number in range(1, 5)))
    assert len([each for each in done if isinstance(each, Pledge)]) == 2


async def test_a_promise_is_about_days_to_come_and_of_a_known_donor(till: Till) -> None:
    donor = (await till.donor()).id
    past = (Due(date(2006, 10, 31), yen(1)),)
    for wanted in (
        lambda unit: pledges.promise(unit, donor, "food", past),
        lambda unit: pledges.promise(unit, uuid4(), "food", PARTS),
    ):
        assert isinstance(await till.do(wanted), Refused)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("UPDATE gift_in_kind SET value = value + 1", {"what goods are worth is what the ledger has"}),
        (
            "UPDATE pledge_part SET amount = 9000",
            {
                "payments are as large as the pledges that they keep",
                "what is expected of pledges is what their parts say",
            },
        ),
        (
            "UPDATE pledge_total SET parts = parts + 1",
            {"what is expected of pledges is what their parts say"},
        ),
        ("DELETE FROM pledge_total", {"what is expected of pledges is what their parts say"}),
    ],
)
async def test_the_doctor_sees_a_value_or_a_promise_that_was_changed(
    till_url: str, change: str, names: set[str]
) -> None:
    async with Till.open(till_url, DAY) as till:
        gift = await acknowledged(till)
        await till.do(lambda unit: in_kind.set_value(unit, gift.id, yen(800), "as on the bill"))
        donor = (await till.donor()).id
        await keep(till, await promised(till, donor), 1, await given(till, donor, 300, "B-1"))
        assert await till.breaches() == set()
        await till.rows(change)
        assert await till.breaches() == names


async def test_gifts_in_kind_and_pledges_are_listed_by_donor(bare_world: World) -> None:
    await bare_world.start("intake", "inventory", "donations")
    donations = bare_world.donations
    donor, hidden = await donations.donor(), await donations.donor("Hidden Society")
    await donations.post(f"/donors/{hidden}/change", {"anonymous": True})
    goods = [{"item": "rice", "quantity": 40_000, "unit": "g"}]
    new: dict[str, Any] = {"received_on": "2006-10-20", "goods": goods}
    for giver in (donor, hidden, None):
        await donations.post("/gifts-in-kind", {**new, "receipt_id": str(uuid4()), "donor_id": giver})
    (mine,) = (await donations.get("/gifts-in-kind", donor_id=donor))["items"]
    assert (mine["goods"], mine["value"], mine["donor_id"]) == (goods, None, donor)
    worth = {"amount": "8,000", "currency": "JPY", "note": "as on the bill"}
    valued = await donations.post(f"/gifts-in-kind/{mine['gift_id']}/value", worth)
    assert valued["value"]["words"] == "JPY 8,000"
    every = (await donations.get("/gifts-in-kind"))["items"]
    assert [each["donor_id"] for each in every] == [donor, None, None]
    undone = await donations.post(f"/gifts-in-kind/{mine['gift_id']}/undo", {"note": "never came"})
    assert (undone["value"], undone["undone"]) == (None, True)

    parts = [{"due_on": "2006-11-02", "amount": "300", "currency": "JPY"}]
    body = {"donor_id": donor, "purpose": "food", "parts": parts}
    pledge = f"/pledges/{(await donations.post('/pledges', body))['pledge_id']}"
    other = f"/pledges/{(await donations.post('/pledges', {**body, 'donor_id': hidden}))['pledge_id']}"
    (mine,) = (await donations.get("/pledges", donor_id=donor))["items"]
    assert (mine["donor_id"], mine["parts"][0]["status"]) == (donor, "expected")
    assert [each["donor_id"] for each in (await donations.get("/pledges"))["items"]] == [donor, None]
    gift = await donations.gift("300", "food", donor_id=donor)
    paid = {"payment_id": gift["payment_id"]}
    assert (await donations.try_post(f"{other}/parts/1/keep", paid)).status_code == 422
    await donations.post(f"{pledge}/parts/1/keep", paid)
    await bare_world.turn("2006-11-03")
    (late,) = await donations.get("/pledges/overdue")
    assert (late["amount"]["minor"], late["status"]) == (300, "overdue")
    await donations.client.get("http://test/metrics")
    assert await donations.metric("relief_pledges_overdue", currency="JPY") == 1
    await donations.post(f"{pledge}/parts/1/loosen")
    assert len(await donations.get("/pledges/overdue")) == 2
    await donations.post(f"{other}/cancel", {"note": "lost interest"})
    assert len(await donations.get("/pledges/overdue")) == 1
