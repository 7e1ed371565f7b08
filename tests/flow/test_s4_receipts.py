"""S4, what a donor is sent: a receipt for each payment, under one number, true for as long as it is valid."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.donations.commands import donors
from services.donations.commands.gifts import Slip, receive
from services.donations.commands.receipts import issue_receipt, reprint
from services.donations.commands.statements import Statement, issue_statement
from services.donations.domain.letters import Receipt
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment
from shared.outcomes import Refused
from tests.support.paypal import ipns, lists, notices
from tests.support.pdf_text import text_of
from tests.support.till import Till
from tests.support.told import Told
from tests.support.waiting import until
from tests.support.world import FIRST_DAY

LAST_YEAR = FIRST_DAY.replace(year=FIRST_DAY.year - 1)
"""A year that is over, so that there is a statement of it."""

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
YEN = {"currency": "JPY"}


async def sale(donations: Told, sale_id: str = notices.SALE, **donor: Any) -> dict[str, Any]:
    """A payment by PayPal of USD 30.00, whose donor is known."""
    api = donations.world.donations
    giver = await api.giver(**donor)
    monthly = {"reference": notices.SUBSCRIPTION, "purpose": "education", "donor_id": giver}
    if known := (await api.get("/monthly-gifts"))["items"]:
        await api.post(f"/monthly-gifts/{known[0]['gift_id']}/change", {"donor_id": giver})
    else:
        await api.post("/monthly-gifts", monthly)
    await donations.tell(notices.sale("COMPLETED", PAID, sale_id))
    found: list[dict[str, Any]] = (await api.get("/payments"))["items"]
    return next(each for each in found if each["reference"] == sale_id)


async def gift(donations: Told, amount: str = "1,000", **more: Any) -> Any:
    """A gift by bank of somebody who can be written to."""
    api = donations.world.donations
    donor_id = more.pop("donor_id", None) or await api.giver()
    return await api.gift(amount, donor_id=donor_id, **more)


def shown(receipts: list[dict[str, Any]]) -> list[tuple[str, str, str, str | None]]:
    return [(each["number"], each["state"], each["reason"], each["refund_id"]) for each in receipts]


async def test_one_payment_has_one_receipt_though_two_replicas_are_asked_at_once(donations: Told) -> None:
    world = donations.world
    (other,) = await world.start("donations", **donations.settings)
    payments = [await gift(donations) for _ in range(3)]
    asked = [
        each.post(f"/payments/{payment['payment_id']}/receipt", {})
        for payment in payments
        for each in (world.donations, other) * 3
    ]
    given = await asyncio.gather(*asked)
    assert len({(each["receipt_id"], each["payment_id"]) for each in given}) == 3
    listed = await world.donations.receipts()
    assert sorted(each["number"] for each in listed) == ["2006-1", "2006-2", "2006-3"]
    assert {each["state"] for each in listed} == {"issued"}


Road = Callable[[Told, Mapping[str, Any]], Awaitable[Any]]


async def by_webhook(donations: Told, _: Mapping[str, Any]) -> None:
    await donations.tell(notices.refund(LATER, "R1"))
    await donations.tell(notices.refund(LATER, "R1"))


async def by_ipn(donations: Told, _: Mapping[str, Any]) -> None:
    await donations.post(ipns.back(LATER, "R1"))
    await until(donations.outcomes, lambda found: "asked" not in found)


async def by_reversal(donations: Told, _: Mapping[str, Any]) -> None:
    await donations.tell(notices.sale("REVERSED", LATER))


async def by_dispute(donations: Told, _: Mapping[str, Any]) -> None:
    await donations.tell(notices.dispute("CREATED", LATER))
    await donations.tell(notices.dispute("RESOLVED", LATER, outcome="RESOLVED_BUYER_FAVOUR"))


async def by_list(donations: Told, _: Mapping[str, Any]) -> None:
    cells = {"Transaction_Event_Code": "T1107", "Reference_Txn_ID": notices.SALE, "Balance_Impact": "Debit"}
    at = ("10/28/2006", "12:00:00", "GMT+09:00")
    row = lists.row(at, "Payment Refund", "R1", ("-30.00", "USD"), **cells)
    files = {"file": ("Download.CSV", lists.download([row]), "text/csv")}
    found = await donations.world.donations.client.post("/reconciliations", files=files)
    assert found.json()["missing"] == 1, found.text


ROADS: dict[str, tuple[Road, str, str | None]] = {
    # name: how the money went back, why the receipt ended, whose refund it was
    "a webhook": (by_webhook, "refunded", "R1"),
    "an IPN": (by_ipn, "refunded", "R1"),
    "a reversal": (by_reversal, "refunded", f"reversal {notices.SALE}"),
    "a dispute that was lost": (by_dispute, "reversed", None),
    "PayPal's list": (by_list, "refunded", "R1"),
}


@pytest.mark.parametrize("road", ROADS)
async def test_whatever_road_a_refund_comes_its_receipt_is_void(donations: Told, road: str) -> None:
    go, reason, refund_id = ROADS[road]
    api = donations.world.donations
    before, payment, after = await gift(donations), await sale(donations), await gift(donations)
    for each in (before, payment, after):
        receipt = await api.receipt(each)
        if each is payment:
            mine = receipt
    await go(donations, payment)
    assert shown(await api.receipts()) == [
        ("2006-1", "issued", "", None),
        ("2006-2", "void", reason, refund_id),
        ("2006-3", "issued", "", None),
    ]
    assert (
        await api.try_post(f"/letters/{mine['receipt_id']}/original", {"reason": "audit"})
    ).status_code == 409
    assert text_of(await api.pdf(mine["receipt_id"], "copy")).endswith("COPYVOID")
    assert (await api.try_post(f"/payments/{payment['payment_id']}/receipt", {})).status_code == 409


async def test_money_that_comes_back_after_a_reversal_has_a_new_receipt(donations: Told) -> None:
    """A number that is void stays so: whoever has that letter was told that it is."""
    api, payment = donations.world.donations, await sale(donations)
    await api.receipt(payment)
    await donations.tell(notices.sale("REVERSED", LATER))
    again = ipns.back(LATER, "Y1", status="Canceled_Reversal", money=("30.00", "USD"))
    await donations.post(again)
    await until(donations.outcomes, lambda found: found == ["booked"] * 3)
    await api.receipt(payment)
    assert [each[:2] for each in shown(await api.receipts())] == [("2006-1", "void"), ("2006-2", "issued")]


async def replaced(donations: Told) -> list[dict[str, Any]]:
    """All receipts, once each that is replaced names the other."""

    def enough(found: list[dict[str, Any]]) -> bool:
        return all(each["replaced_by"] for each in found if each["state"] == "replaced")

    return await until(donations.world.donations.receipts, enough)


async def test_a_refund_in_part_replaces_the_receipt_under_a_new_number(donations: Told) -> None:
    api = donations.world.donations
    payment = await sale(donations)
    await api.receipt(payment)
    await api.receipt(await gift(donations))
    for number, value in ((1, "10.00"), (2, "5.00")):
        await donations.tell(notices.refund(LATER, f"R{number}", money=(value, "USD")))
        listed = await replaced(donations)
    assert shown(listed) == [
        ("2006-1", "replaced", "refunded", "R1"),
        ("2006-2", "issued", "", None),
        ("2006-3", "replaced", "refunded", "R2"),
        ("2006-4", "issued", "", None),
    ]
    assert [each["amount"]["minor"] for each in listed] == [30_00, 1_000, 20_00, 15_00]
    assert [each["replaced_by"] for each in listed[:3:2]] == [
        listed[2]["receipt_id"],
        listed[3]["receipt_id"],
    ]
    says = text_of(await api.pdf(listed[3]["receipt_id"]))
    assert "USD 15.00" in says
    assert "takes the place of receipt No. 2006-3" in says
    await donations.tell(notices.refund(LATER, "R3", money=("15.00", "USD")))
    assert shown(await replaced(donations))[3] == ("2006-4", "void", "refunded", "R3")


async def test_a_payment_that_is_of_another_day_has_another_receipt_for_that_reason(donations: Told) -> None:
    api = donations.world.donations
    payment = await sale(donations)
    await donations.tell(notices.refund(LATER, "R1", money=("10.00", "USD")))
    await api.receipt(payment)
    cleared = notices.written(LATER + timedelta(days=1))
    await donations.tell(notices.sale("COMPLETED", PAID, payment_mode="ECHECK", update_time=cleared))
    listed = await replaced(donations)
    assert shown(listed) == [("2006-1", "replaced", "corrected", None), ("2006-2", "issued", "", None)]
    assert "29 October 2006" in text_of(await api.pdf(listed[1]["receipt_id"]))


async def test_a_slip_that_is_corrected_has_another_receipt_and_a_reversed_one_none(donations: Told) -> None:
    api = donations.world.donations
    payment = await gift(donations)
    path = f"/payments/{payment['payment_id']}"
    await api.receipt(payment)
    await api.post(f"{path}/correct", {"note": "was more", "amount": {"amount": "2,000", **YEN}})
    assert [each["amount"]["minor"] for each in await replaced(donations)] == [1_000, 2_000]
    await api.post(f"{path}/correct", {"note": "was for food", "purpose": "food"})
    listed = await replaced(donations)
    assert "Food" in text_of(await api.pdf(listed[-1]["receipt_id"]))
    await api.post(f"{path}/reverse", {"note": "typed twice"})
    ended = [each[1:3] for each in shown(await api.receipts())]
    assert ended == [("replaced", "corrected")] * 2 + [("void", "reversed")]


async def test_the_receipt_of_another_donor_takes_the_place_of_a_wrong_one(donations: Told) -> None:
    api = donations.world.donations
    payment = await sale(donations, name="Wrong")
    await api.receipt(payment)
    (gift,) = (await api.get("/monthly-gifts"))["items"]
    right = {"donor_id": await api.giver("Right")}
    await api.post(f"/monthly-gifts/{gift['gift_id']}/change", right)
    second = await api.receipt(payment)
    assert [each[:3] for each in shown(await api.receipts())] == [
        ("2006-1", "replaced", "corrected"),
        ("2006-2", "issued", ""),
    ]
    assert "Right" in text_of(await api.pdf(second["receipt_id"]))


async def test_copies_are_alike_and_whoever_is_shown_a_letter_is_written_down(donations: Told) -> None:
    api = donations.world.donations
    receipt = (await api.receipt(await gift(donations)))["receipt_id"]
    original, again = await api.pdf(receipt), await api.pdf(receipt)
    copies = [await api.pdf(receipt, "copy", "donor_asked") for _ in range(2)]
    assert original == again
    assert copies[0] == copies[1] != original
    assert text_of(copies[0]) == text_of(original) + "COPY"
    readings = (await api.get("/letters/readings"))["items"]
    assert [(each["what"], each["reason"]) for each in readings] == [
        ("original", "sending"),
        ("original", "sending"),
        ("copy", "donor_asked"),
        ("copy", "donor_asked"),
    ]
    assert {each["letter_id"] for each in readings} == {receipt}
    for body in ({}, {"reason": ""}, {"reason": "because"}):
        assert (await api.try_post(f"/letters/{receipt}/original", body)).status_code == 422


async def test_a_receipt_names_an_anonymous_donor_and_the_day_on_which_money_came(donations: Told) -> None:
    api = donations.world.donations
    giver = await api.giver("김영희", "서울 1", anonymous=True, language="ja")
    payment = await gift(donations, donor_id=giver, received_on="2006-10-05", purpose="medical")
    receipt = await api.receipt(payment)
    says = re.sub(r"\s", "", text_of(await api.pdf(receipt["receipt_id"])))
    for each in (
        "김영희様",
        "서울1",
        "2006年10月5日",
        "1,000円",
        "医療支援",
        "例示救援会",
        "東京都例示区1-2-3",
        "2006-1",
    ):
        assert each in says, each
    assert (await api.receipts())[0]["donor_id"] is None
    english = await api.receipt(await gift(donations, donor_id=giver), language="en")
    assert "Donation Receipt" in text_of(await api.pdf(english["receipt_id"]))


async def test_what_cannot_have_a_receipt_takes_no_number(donations: Told) -> None:
    api = donations.world.donations
    await donations.tell(notices.sale("PENDING", PAID, "PENDING"))
    await donations.tell(notices.sale("COMPLETED", PAID, "NOBODY", subscription_id="I-OTHER"))
    await donations.tell(notices.refund(PAID, "EARLY", "NOT-THERE"))
    (nobody,) = (await api.get("/payments"))["items"]
    unprintable = await gift(donations, donor_id=await api.giver("สมชาย"))
    without_address = await api.gift("5")
    disputed = await sale(donations)
    await donations.tell(notices.dispute("CREATED", LATER))
    for each in (nobody, unprintable, without_address, disputed):
        refused = await api.try_post(f"/payments/{each['payment_id']}/receipt", {})
        assert refused.status_code == 409, refused.text
    found = await donations.rows("SELECT id FROM payment WHERE version = 0")
    for each in [*found, (UUID(int=0),)]:
        assert (await api.try_post(f"/payments/{each[0]}/receipt", {})).status_code == 404
    assert await donations.rows("SELECT last FROM receipt_series") == []
    await donations.tell(notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"))
    assert (await api.receipt(disputed))["number"] == "2006-1"


async def test_without_an_organisation_the_answer_says_what_to_set(till_url: str) -> None:
    async with Till.open(till_url, FIRST_DAY) as till:
        payment = await till.gift(1_000)
        nobody = replace(till.settings.office, names={}, addresses={})
        refused = await till.do(lambda unit: issue_receipt(unit, nobody, payment.id))
        assert isinstance(refused, Refused)
        for word in (
            "RELIEF_ORGANISATION_NAME",
            "RELIEF_ORGANISATION_ADDRESS",
            '{"ja"',
            "start donations anew",
        ):
            assert word in refused.words
        assert await till.rows("SELECT number FROM receipt") == []


async def test_a_receipt_that_nothing_can_print_anew_is_void_and_the_refund_is_booked(
    donations: Told,
) -> None:
    api = donations.world.donations
    payment = await sale(donations)
    await api.receipt(payment)
    (monthly,) = (await api.get("/monthly-gifts"))["items"]
    path = f"/donors/{monthly['donor_id']}/change"
    await api.post(path, {"contact": {"name": "สมชาย", "address": "Street 1"}})
    await donations.tell(notices.refund(LATER, "R1", money=("10.00", "USD")))
    await until(api.receipts, lambda found: found[0]["state"] == "void")
    assert (await donations.entries())[-1] == "refund"
    await api.post(path, {"contact": {"name": "Somchai", "address": "Street 1"}})
    assert (await api.receipt(payment))["number"] == "2006-2"
    assert [each["amount"]["minor"] for each in await api.receipts(state="issued")] == [20_00]


async def test_numbers_begin_anew_each_year_and_september_to_august_is_one_too(donations: Told) -> None:
    world = donations.world
    await world.donations.receipt(await gift(donations))
    (fiscal,) = await world.start("donations", **donations.settings, receipt_numbering="fiscal")
    numbers = []
    for day in (None, "2007-01-02"):
        if day:
            await world.turn(day)
        for each in (world.donations, fiscal):
            payment = await gift(donations)
            numbers.append((await each.post(f"/payments/{payment['payment_id']}/receipt", {}))["number"])
    assert numbers == ["2006-2", "2006/07-1", "2007-1", "2006/07-2"]
    assert [each["number"] for each in await world.donations.receipts(series="2006/07")] == [
        numbers[1],
        numbers[3],
    ]


async def statement(donations: Told, donor_id: str, year: int = 2005) -> dict[str, Any]:
    made: dict[str, Any] = await donations.world.donations.post(
        f"/donors/{donor_id}/statements", {"year": year}
    )
    return made


async def test_a_statement_tells_a_calendar_year_by_currency_and_ends_with_a_refund(donations: Told) -> None:
    api = donations.world.donations
    donor, same = await api.giver(), await api.giver("Yamada again")
    last: dict[str, Any] = {}
    for day, amount, currency in (
        ("2004-12-31", "7", "JPY"),
        ("2005-01-01", "1,000", "JPY"),
        ("2005-09-02", "10.50", "USD"),
        ("2005-12-31", "500", "JPY"),
        ("2006-01-01", "6", "JPY"),
    ):
        made = await gift(donations, amount, currency=currency, received_on=day, donor_id=donor)
        last = made if amount == "500" else last
    await gift(donations, "9", donor_id=same, received_on="2005-03-01")
    gone = await gift(donations, "8", donor_id=donor, received_on="2005-03-01")
    await api.post(f"/payments/{gone['payment_id']}/reverse", {"note": "typed twice"})
    first = await statement(donations, donor)
    assert [each["words"] for each in first["sums"]] == ["JPY 1,500", "USD 10.50"]
    assert (await statement(donations, donor))["statement_id"] == first["statement_id"]
    says = text_of(await api.pdf(first["statement_id"]))
    assert (says.count("TotalJPY 1,500"), says.count("TotalUSD 10.50")) == (1, 1)
    assert "31 December 2004" not in says
    await api.post(f"/donors/{same}/merge", {"into": donor})
    second = await statement(donations, donor)
    assert [each["words"] for each in second["sums"]] == ["JPY 1,509", "USD 10.50"]
    await api.post(f"/payments/{last['payment_id']}/reverse", {"note": "typed twice"})
    third = await statement(donations, donor)
    assert [each["words"] for each in third["sums"]] == ["JPY 1,009", "USD 10.50"]
    listed = (await api.get("/statements", year=2005))["items"]
    assert [(each["state"], each["reason"]) for each in listed] == [
        ("replaced", "outdated"),
        ("void", "reversed"),
        ("issued", ""),
    ]
    assert listed[2]["sums"] == third["sums"]
    assert text_of(await api.pdf(second["statement_id"], "copy")).endswith("COPYVOID")
    assert [each["words"] for each in (await statement(donations, donor, 2004))["sums"]] == ["JPY 7"]


async def test_a_year_that_is_not_over_or_of_which_nothing_is_left_has_no_statement(donations: Told) -> None:
    world, api = donations.world, donations.world.donations
    donor = await api.giver()
    made = await gift(donations, "500", donor_id=donor, received_on="2006-10-31")

    async def asked(year: int) -> tuple[int, str]:
        answer = await api.try_post(f"/donors/{donor}/statements", {"year": year})
        return answer.status_code, answer.json().get("detail", "")

    running = "2006 is not over. Its statement can be made from 2007-01-01 on; until then each gift can have a receipt."
    assert [await asked(year) for year in (2007, 2006)] == [(422, "2007 has not begun."), (422, running)]
    assert (await asked(2005))[0] == 409
    await world.turn("2006-12-31")
    assert (await asked(2006))[0] == 422
    await world.turn("2007-01-01")
    assert [each["words"] for each in (await statement(donations, donor, 2006))["sums"]] == ["JPY 500"]
    await api.post(f"/payments/{made['payment_id']}/reverse", {"note": "typed twice"})
    nothing = (
        "Of 2006 there is nothing to tell: nothing came from this donor, or it went back or is disputed."
    )
    assert await asked(2006) == (409, nothing)
    assert [each["state"] for each in (await api.get("/statements", year=2006))["items"]] == ["void"]


async def test_two_who_ask_for_a_statement_at_once_get_the_same(donations: Told) -> None:
    (other,) = await donations.world.start("donations", **donations.settings)
    donor = await donations.world.donations.giver()
    await gift(donations, donor_id=donor, received_on="2005-11-01")
    path, body = f"/donors/{donor}/statements", {"year": 2005}
    asked = [each.post(path, body) for each in (donations.world.donations, other) * 3]
    assert len({each["statement_id"] for each in await asyncio.gather(*asked)}) == 1


async def test_receipts_and_statements_of_one_donor_do_not_wait_for_each_other_for_ever(
    till_url: str,
) -> None:
    async with Till.open(till_url, FIRST_DAY, pool_size=14) as till:
        office, donor = till.settings.office, (await till.donor(address="Street 1")).id

        async def given(number: int) -> UUID:
            slip = Slip(donor, "bank", f"slip {number}", Money(100, "JPY"), "food", LAST_YEAR)
            payment = await till.do(lambda unit: receive(unit, slip))
            assert isinstance(payment, Payment)
            return payment.id

        async def receipt(payment_id: UUID) -> UUID:
            done = await till.do(lambda unit: issue_receipt(unit, office, payment_id))
            assert isinstance(done, Receipt)
            return done.id

        async def told() -> UUID:
            done = await till.do(lambda unit: issue_statement(unit, office, donor, LAST_YEAR.year))
            assert isinstance(done, Statement)
            return done.id

        for start in range(0, 24, 6):
            payments = [await given(number) for number in range(start, start + 6)]
            asked = [*(receipt(each) for each in payments * 2), *(told() for _ in range(4))]
            assert len(set(await asyncio.gather(*asked))) == 7
        assert await till.breaches() == set()


async def test_when_donors_are_parted_again_each_is_told_of_their_own_gifts_alone(till_url: str) -> None:
    async with Till.open(till_url, FIRST_DAY) as till:
        office = till.settings.office
        first, second = [(await till.donor(name, address="Street 1")).id for name in ("Kestrel", "Wren")]

        async def given(donor: UUID, minor: int) -> UUID:
            slip = Slip(donor, "bank", f"slip {minor}", Money(minor, "JPY"), "food", LAST_YEAR)
            payment = await till.do(lambda unit: receive(unit, slip))
            assert isinstance(payment, Payment)
            return payment.id

        async def told(donor: UUID) -> Statement:
            done = await till.do(lambda unit: issue_statement(unit, office, donor, LAST_YEAR.year))
            assert isinstance(done, Statement)
            return done

        async def receipt() -> tuple[UUID, UUID]:
            done = await till.do(lambda unit: issue_receipt(unit, office, payment))
            assert isinstance(done, Receipt)
            return done.id, done.donor_id

        payment = await given(first, 100)
        await given(second, 200)
        await till.do(lambda unit: donors.merge(unit, first, second))
        both, named_second = await told(second), await receipt()
        assert ([each.money.minor for each in both.lines], named_second[1]) == ([100, 200], second)
        await till.do(lambda unit: donors.part(unit, first))
        (row,) = await till.rows("SELECT state, reason FROM statement")
        assert dict(row) == {"state": "void", "reason": "parted"}
        (row,) = await till.rows("SELECT state, reason FROM receipt")
        assert dict(row) == {"state": "replaced", "reason": "parted"}
        await till.do(lambda unit: reprint(unit, office))
        own = await receipt()
        assert (own[0] != named_second[0], own[1]) == (True, first)
        assert len(await till.rows("SELECT id FROM receipt")) == 2
        assert [each.money.minor for each in (await told(first)).lines] == [100]
        await till.rows("UPDATE statement SET state = 'issued', reason = '' WHERE id = :id", id=both.id)
        assert await till.breaches() == {"no payment stands in two valid statements"}
        # However two came to tell of one payment, a new one ends all others.
        assert [each.money.minor for each in (await told(first)).lines] == [100]
        assert await till.breaches() == set()
        assert [each.money.minor for each in (await told(second)).lines] == [200]
        assert await till.breaches() == set()


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM receipt",
        "TRUNCATE receipt CASCADE",
        "UPDATE letter SET issued_on = '2006-01-01'",
        "DELETE FROM letter_reading",
        "UPDATE letter_reading SET reason = 'other'",
    ],
)
async def test_the_database_lets_nobody_take_a_number_or_a_letter_away(donations: Told, change: str) -> None:
    api = donations.world.donations
    await api.pdf((await api.receipt(await gift(donations)))["receipt_id"])
    with pytest.raises(DBAPIError, match="append-only"):
        async with api.service.units.open() as unit:
            await unit.session.execute(text(change))


LETTERS = "no valid letter says another amount or day than its payments"
BROKEN = {
    f"{LETTERS}: amount": ("UPDATE payment SET refunded = 1", "UPDATE payment SET refunded = 0"),
    f"{LETTERS}: day": (
        "UPDATE payment SET happened_on = happened_on - 1",
        "UPDATE payment SET happened_on = happened_on + 1",
    ),
    "each number of a receipt has its row": (
        "UPDATE receipt_series SET last = last + 1",
        "UPDATE receipt_series SET last = last - 1",
    ),
    "each letter is kept as it was issued": (
        "ALTER TABLE letter DISABLE TRIGGER ALL; UPDATE letter SET body = body || 'x'::bytea",
        "UPDATE letter SET body = substring(body FOR length(body) - 1); ALTER TABLE letter ENABLE TRIGGER ALL",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_the_doctor_sees_a_letter_that_is_wrong(donations: Told, name: str) -> None:
    world = donations.world
    await world.donations.receipt(await gift(donations))
    await world.sound()
    breaking, mending = BROKEN[name]
    database = world.databases["donations"]
    world.servers.sql(breaking, database)
    broken = [each["name"] for each in await world.donations.get("/checks") if each["breaches"]]
    world.servers.sql(mending, database)
    # What stands in a letter follows from what the payment says went back, and that from the ledger.
    amounts = "what came, went back and was kept as a fee of a payment is what the ledger has of it"
    assert {*broken} - {amounts} == {name.partition(": ")[0]}


async def test_the_year_of_a_receipt_is_that_of_its_issue(donations: Told) -> None:
    await donations.world.turn(str(date(2007, 2, 1)))
    receipt = await donations.world.donations.receipt(await gift(donations))
    assert (receipt["number"], receipt["received_on"]) == ("2007-1", "2006-11-01")
