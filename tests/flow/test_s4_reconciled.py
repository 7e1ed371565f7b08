"""PayPal's transaction list against the books: what no notice told is booked once, however often the list is sent."""

import asyncio
import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.support.paypal import lists, notices
from tests.support.told import Told

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
MORNING = ("10/20/2006", "12:00:00", "GMT+09:00")
AFTERWARDS = ("10/28/2006", "12:00:00", "GMT+09:00")
LAST = ("10/31/2006", "12:00:00", "GMT+09:00")
NOTHING = {"matched": 0, "missing": 0, "different": 0, "unknown": 0, "waiting": 0}
Row = Mapping[str, str]


def sale(
    name: str = notices.SALE, value: str = "30.00", at: tuple[str, str, str] = MORNING, **cells: str
) -> Row:
    every = {
        "Fee": "-1.17",
        "Transaction_Event_Code": "T0002",
        "Reference_Txn_ID": notices.SUBSCRIPTION,
        "Balance_Impact": "Credit",
    }
    return lists.row(at, "Subscription Payment", name, (value, "USD"), **{**every, **cells})


def hold(code: str, name: str, value: str) -> Row:
    cells = {"Transaction_Event_Code": code, "Reference_Txn_ID": notices.SALE}
    return lists.row(AFTERWARDS, "Hold", name, (value, "USD"), **cells)


def back(name: str, value: str, of: str = notices.SALE, code: str = "T1107") -> Row:
    cells = {"Transaction_Event_Code": code, "Reference_Txn_ID": of, "Balance_Impact": "Debit"}
    return lists.row(AFTERWARDS, "Payment Refund", name, (value, "USD"), **cells)


async def compare(donations: Told, rows: Sequence[Row], **params: Any) -> dict[str, Any]:
    files = {"file": ("Download.CSV", lists.download(rows), "text/csv")}
    answer = await donations.world.donations.client.post("/reconciliations", files=files, params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def counts(found: Mapping[str, Any]) -> dict[str, int]:
    return {name: found[name] for name in NOTHING if found[name]}


STORIES: dict[str, tuple[list[Any], list[Row], dict[str, int], tuple[int, int], list[str]]] = {
    # name: notices before, rows, what was found, held and free afterwards, what is booked
    "what the notices told is matched": (
        [notices.sale("COMPLETED", PAID), notices.refund(LATER, "R1", money=("10.00", "USD"))],
        [sale(), back("R1", "-10.00")],
        {"matched": 2},
        (0, 1883),
        ["gift", "refund"],
    ),
    "no notice came at all": (
        [],
        [back("R1", "-10.00"), sale()],
        {"missing": 2},
        (0, 1883),
        ["gift", "refund"],
    ),
    "the notice did not say the fee": (
        [notices.sale("COMPLETED", PAID, fee=None)],
        [sale()],
        {"matched": 1},
        (0, 2883),
        ["fee", "gift"],
    ),
    "a hold of whose end no notice told": (
        [notices.held(PAID)],
        [
            sale(),
            hold("T1105", "H1", "28.83"),
        ],
        {"matched": 1, "missing": 1},
        (0, 2883),
        ["gift", "released"],
    ),
    "a hold of which no notice told": (
        [notices.sale("COMPLETED", PAID)],
        [hold("T1110", "H1", "-28.83"), sale()],
        {"matched": 1, "missing": 1},
        (2883, 0),
        ["gift", "held"],
    ),
    "a hold of which no notice told, and its end": (
        [notices.sale("COMPLETED", PAID)],
        [hold("T1105", "H2", "28.83"), hold("T1503", "H1", "-28.83"), sale()],
        {"matched": 3},
        (0, 2883),
        ["gift"],
    ),
    "another amount": (
        [notices.sale("COMPLETED", PAID)],
        [sale(value="31.00")],
        {"different": 1},
        (0, 2883),
        ["gift"],
    ),
    "a refund beyond what is left": (
        [notices.sale("COMPLETED", PAID)],
        [sale(), back("R1", "-31.00")],
        {"matched": 1, "different": 1},
        (0, 2883),
        ["gift"],
    ),
    "a reversal that a webhook told": (
        [notices.sale("COMPLETED", PAID), notices.sale("REVERSED", LATER)],
        [sale(), back("X1", "-30.00", code="T1106")],
        {"matched": 2},
        (0, 0),
        ["gift", "refund"],
    ),
    "a reversal that was taken back": (
        [notices.sale("COMPLETED", PAID), notices.sale("REVERSED", LATER)],
        [sale(), back("X1", "-30.00", code="T1106"), back("Y1", "30.00", of="X1", code="T1202")],
        {"matched": 2, "missing": 1},
        (0, 2883),
        ["gift", "refund", "restored"],
    ),
    "a reversal that a lost dispute had booked, and that was taken back": (
        [
            notices.sale("COMPLETED", PAID),
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_BUYER_FAVOUR"),
            notices.sale("REVERSED", LATER),
        ],
        [sale(), back("X1", "-30.00", code="T1106"), back("Y1", "30.00", of="X1", code="T1202")],
        {"matched": 2, "missing": 1},
        (0, 2883),
        ["gift", "refund", "restored"],
    ),
    "a reversal that a dispute took back": (
        [
            notices.sale("COMPLETED", PAID),
            notices.sale("REVERSED", LATER),
            notices.dispute("RESOLVED", LATER, outcome="RESOLVED_SELLER_FAVOUR"),
        ],
        [sale(), back("X1", "-30.00", code="T1106"), back("Y1", "30.00", code="T1202")],
        {"matched": 3},
        (0, 2883),
        ["gift", "refund", "restored"],
    ),
    "what is not final, or of yesterday": (
        [],
        [sale(Status="Pending"), sale("S2", at=LAST)],
        {"waiting": 2},
        (0, 0),
        [],
    ),
    "a currency in which we have no accounts": (
        [],
        [sale(Currency="GBP")],
        {"different": 1},
        (0, 0),
        [],
    ),
}


DIFFERS = {
    "another amount": [("amount", "USD 30.00", "USD 31.00")],
    "a refund beyond what is left": [("left", "USD 30.00", "USD 31.00")],
    "a currency in which we have no accounts": [("currency", "one of JPY, KRW, USD, EUR, CNY, THB", "GBP")],
}


@pytest.mark.parametrize("name", STORIES)
async def test_a_list_is_compared_and_what_is_missing_is_booked_once(donations: Told, name: str) -> None:
    told, rows, expected, money, booked = STORIES[name]
    for each in told:
        await donations.tell(each)
    assert counts(await compare(donations, rows)) == expected
    assert await donations.held_and_free() == money
    assert await donations.entries() == booked
    # Again: what was missing is there.
    again = {"matched": expected.get("matched", 0) + expected.get("missing", 0)}
    again |= {each: expected[each] for each in ("different", "waiting") if each in expected}
    assert counts(await compare(donations, rows)) == {each: many for each, many in again.items() if many}
    # The notices come after all.
    for each in told or [
        notices.sale("COMPLETED", PAID),
        notices.refund(LATER, "R1", money=("10.00", "USD")),
    ]:
        if name not in ("what is not final, or of yesterday", "a currency in which we have no accounts"):
            await donations.tell(each)
    assert await donations.entries() == booked
    found = await donations.world.donations.get("/reconciliations/findings")
    assert len(found) == sum(again.values()) - again["matched"]
    told_of = [tuple(each.values()) for row in found for each in row["differs"]]
    assert told_of == DIFFERS.get(name, [])
    assert all((row["status"] == "different") == bool(row["differs"]) for row in found)
    text = (await donations.world.donations.client.get("/reconciliations/findings.csv")).text
    listed = list(csv.reader(io.StringIO(text)))[1:]
    assert [tuple(each[-3:]) for each in listed if each[2] == "different"] == told_of


async def test_a_row_that_raises_an_error_is_listed_with_its_reason_and_the_others_go_on(
    donations: Told,
) -> None:
    rows = [sale("S1"), sale("S2"), sale("S3"), back("R2", "-10.00", "S2")]
    database = donations.world.databases["donations"]
    donations.world.servers.sql(
        "ALTER TABLE payment ADD CONSTRAINT bad CHECK (transaction_id <> 'S2')", database
    )
    try:
        found = await compare(donations, rows)
        assert {**counts(found), "failed": found["failed"]} == {"missing": 2, "failed": 2}
        listed = await donations.world.donations.get("/reconciliations/findings", status="failed")
        assert {each["reference"] for each in listed} == {"S2", "R2"}
        assert all(each["reason"].startswith("CheckViolationError in ") for each in listed)
        assert await donations.entries() == ["gift"] * 2
    finally:
        donations.world.servers.sql("ALTER TABLE payment DROP CONSTRAINT bad", database)
    # Once the defect is mended, the same list books the rest.
    found = await compare(donations, rows)
    assert {**counts(found), "failed": found["failed"]} == {"matched": 2, "missing": 2, "failed": 0}
    assert await donations.entries() == ["gift"] * 3 + ["refund"]
    assert not any(
        each["reason"] for each in await donations.world.donations.get("/reconciliations/findings")
    )


async def test_the_list_can_be_fetched_for_known_subscriptions(donations: Told) -> None:
    donations.sandbox.paypal.transactions += [
        lists.transaction("T0002", "S1", PAID, fee="-1.17", refers_to=notices.SUBSCRIPTION),
        lists.transaction("T1107", "R1", LATER, ("-10.00", "USD"), refers_to="S1"),
        lists.transaction("T0002", "S2", PAID, refers_to="I-UNKNOWN"),
        # Given once, with the mark of a fund.
        lists.transaction("T0006", "S3", PAID, custom_field="food"),
        lists.transaction("T0006", "S4", PAID, custom_field="a friend's"),
    ]
    october = {"first": "2006-10-01", "last": "2006-10-31"}
    post = donations.world.donations.try_post
    answer = await post("/reconciliations/fetch", october)
    assert answer.status_code == 200, answer.text
    assert counts(answer.json()) == {"missing": 3}
    assert answer.json()["others"] == [{"kind": "payment", "currency": "USD", "rows": 2, "minor": 60_00}]
    assert counts((await post("/reconciliations/fetch", october)).json()) == {"matched": 3}
    assert await donations.held_and_free() == (0, 1883)
    assert (await donations.world.donations.fund("food", "USD"))["free"] == 30_00
    assert (await post("/reconciliations/fetch", {**october, "last": "2006-11-01"})).status_code == 422

    async def away() -> Response:
        return PlainTextResponse("", 502)

    donations.sandbox.paypal.instead = away
    assert (await post("/reconciliations/fetch", october)).status_code == 503


async def test_what_notices_said_is_removed_once_the_list_agrees(donations: Told) -> None:
    await donations.tell(notices.sale("COMPLETED", PAID))
    await donations.tell(notices.sale("COMPLETED", PAID, "S2"))
    await donations.tell(notices.sale("COMPLETED", PAID, "S3", money=("29.00", "USD")))
    await compare(donations, [sale(), sale("S3")])
    kept = await donations.rows("""
        SELECT transaction_id FROM notice JOIN notice_body ON notice_id = notice.id ORDER BY transaction_id
    """)
    # S2 was not listed yet, and about S3 the two do not agree.
    assert kept == [("S2",), ("S3",)]
    # A repeat is known by its digest even so.
    await donations.tell(notices.sale("COMPLETED", PAID))
    assert await donations.entries() == ["gift"] * 3


async def test_of_rows_that_are_not_the_group_s_only_sums_are_told(donations: Told) -> None:
    other = {
        "To_Email_Address": "else@shop.example",
        "Reference_Txn_ID": "",
        "Transaction_Event_Code": "T0006",
    }
    rows = [lists.row(MORNING, "Payment", f"X{number}", ("5.00", "USD"), **other) for number in range(3)]
    found = await compare(donations, [*rows, sale()])
    assert counts(found) == {"missing": 1}
    assert found["others"] == [{"kind": "payment", "currency": "USD", "rows": 3, "minor": 15_00}]
    assert await donations.rows("SELECT transaction_id FROM finding") == [(notices.SALE,)]


async def test_two_lists_and_the_notices_at_once_book_once(donations: Told) -> None:
    rows = [sale(f"S{number}") for number in range(4)]
    rows += [back(f"R{number}", "-10.00", f"S{number}") for number in range(4)]
    told = [notices.sale("COMPLETED", PAID, f"S{number}") for number in range(4)]
    told += [notices.refund(LATER, f"R{number}", f"S{number}", money=("10.00", "USD")) for number in range(4)]
    await asyncio.gather(
        compare(donations, rows), compare(donations, rows[::-1]), *(donations.tell(each) for each in told)
    )
    assert await donations.entries() == ["gift"] * 4 + ["refund"] * 4
    assert await donations.held_and_free() == (0, 4 * 1883)


async def test_a_file_that_is_no_list_is_refused_with_what_is_missing(donations: Told) -> None:
    client = donations.world.donations.client
    for content, words in ((b"a,b\r\n1,2\r\n", "date"), (b"\xff\xfe\x00", "text")):
        answer = await client.post("/reconciliations", files={"file": ("x.csv", content, "text/csv")})
        assert answer.status_code == 422
        assert words in answer.json()["errors"][0]["reason"]
    doubtful = sale(at=("3/4/2006", "12:00:00", "GMT+09:00"))
    answer = await client.post(
        "/reconciliations", files={"file": ("x.csv", lists.download([doubtful]), "text/csv")}
    )
    assert "day_first" in answer.json()["detail"]
    assert counts(await compare(donations, [doubtful], day_first=True)) == {"missing": 1}
