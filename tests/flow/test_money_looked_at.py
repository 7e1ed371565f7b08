"""What a treasurer has to look at is shown with what to do, and is a finding of the doctor once it waited too long."""

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from services.donations.api.paypal import SENT_BY_PAYPAL
from services.donations.commands.matching import Match
from services.donations.commands.notices import Notice, see, take
from services.donations.commands.reconciling import reconcile
from services.donations.domain.holds import hold_words
from services.donations.domain.notices import Became
from services.donations.paypal import notices as reading
from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row
from shared.outcomes import Refused
from tests.support.paypal import ipns, notices
from tests.support.till import WITHOUT_PURPOSE, Till, staff
from tests.support.told import Told
from tests.support.waiting import until

ZONE = ZoneInfo("Asia/Tokyo")
DAY = date(2006, 11, 10)
PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
UNSEEN = "notices of money that could not be booked are looked at in time"


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till


async def by_webhook(till: Till, told: Mapping[str, Any]) -> Any:
    body = notices.as_bytes(told)
    notice = Notice(str(told["id"]), "webhook", body, PAID)
    (taken,) = await till.do(
        lambda unit: take(unit, ZONE, till.settings.seal, [(notice, reading.read(body))]), SENT_BY_PAYPAL
    )
    return taken


async def breaches(till: Till) -> set[str]:
    """Without those of a gift that nobody registered."""
    return await till.breaches() & {WITHOUT_PURPOSE, UNSEEN}


async def test_money_without_a_purpose_is_a_finding_after_a_month(till: Till) -> None:
    await by_webhook(till, notices.sale("COMPLETED", PAID, subscription_id=None, custom=None))
    for day, found in (((11, 19), set[str]()), ((11, 20), {WITHOUT_PURPOSE})):
        await till.to(date(2006, *day))
        assert await breaches(till) == found
    await till.rows("UPDATE payment SET refunded = gross")
    assert await breaches(till) == set()


async def test_money_that_could_not_be_booked_is_a_finding_until_somebody_has_seen_it(till: Till) -> None:
    pounds = notices.sale("COMPLETED", PAID, money=("30.00", "GBP"))
    assert await by_webhook(till, pounds) is Became.LOOK
    assert await breaches(till) == set()
    await till.to(date(2006, 11, 20))
    assert await breaches(till) == {UNSEEN}
    (notice,) = await till.rows("SELECT id FROM notice")
    assert await till.do(lambda unit: see(unit, notice["id"]), staff("treasurer")) is Became.SEEN
    assert isinstance(await till.do(lambda unit: see(unit, notice["id"])), Refused)
    assert await breaches(till) == set()
    (kept,) = await till.rows("SELECT outcome, actor FROM notice")
    assert (kept["outcome"], kept["actor"]) == ("seen", "staff:treasurer")


async def test_a_treasurer_says_that_a_notice_was_looked_at(donations: Told) -> None:
    api = donations.world.donations
    await donations.tell(notices.sale("COMPLETED", PAID, money=("30.00", "GBP")))
    (notice,) = (await api.get("/notices", outcome="look"))["items"]
    path = f"/notices/{notice['notice_id']}/seen"
    assert (await api.post(path))["outcome"] == "seen"
    assert (await api.try_post(path)).status_code == 409
    assert (await api.try_post(f"/notices/{UUID(int=7)}/seen")).status_code == 404
    assert (await api.get("/notices", outcome="look"))["items"] == []


REVIEW = [{"payment_hold_reason": "PAYMENT_REVIEW"}]


@pytest.mark.parametrize("order", list(permutations(["held", "sale", "repeat"])))
async def test_why_paypal_holds_money_is_shown_while_it_does(donations: Told, order: tuple[str, ...]) -> None:
    told = {
        "held": notices.sale("COMPLETED", PAID, payment_hold_status="HELD", payment_hold_reasons=REVIEW),
        "repeat": notices.held(PAID),
        "sale": notices.sale("COMPLETED", PAID),
    }
    for each in order:
        await donations.tell(told[each])
    api = donations.world.donations
    (payment,) = (await api.get("/payments", held=True))["items"]
    first = min(("held", "repeat"), key=order.index)
    review = first == "held"
    assert payment["hold_reason"] == ("payment_review" if review else "payment_hold")
    assert ("may take weeks" in payment["hold_words"]) is review
    await donations.tell(notices.held(PAID, status="RELEASED", update_time=notices.written(LATER)))
    (payment,) = (await api.get("/payments"))["items"]
    assert (payment["held"]["minor"], payment["hold_words"]) == (0, "")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("payment_hold", "some days"),
        ("shipping_risk_hold", "some days"),
        ("regulatory_review", "weeks"),
        ("", "they say why"),
        ("something_new", "they say why"),
    ],
)
def test_codes_of_holds_are_worded(code: str, words: str) -> None:
    assert words in hold_words(code)


NAMELESS = notices.refund(LATER, "R1", None, money=("10.00", "USD"), linked=False)
LISTED = Row("R1", Kind.REFUND, "completed", Amount(-10_00, "USD"), LATER, "T1107", refers_to=notices.SALE)


async def compared(till: Till) -> Match:
    ((_, match),) = await reconcile(till.units, staff("treasurer"), ZONE, [LISTED])
    return match


@pytest.mark.parametrize("order", list(permutations(["sale", "refund", "list"])), ids=" ".join)
async def test_a_refund_that_names_no_payment_is_settled_by_the_list(
    till: Till, order: tuple[str, ...]
) -> None:
    """By the refund's own id, whichever comes first; and it is booked once."""
    told = 0
    for each in (*order, "refund", "list"):
        if each == "list":
            await compared(till)
        elif each == "refund":
            told += 1
            await by_webhook(till, {**NAMELESS, "id": f"WH-{told}"})
        else:
            await by_webhook(till, notices.sale("COMPLETED", PAID, subscription_id=None, custom="food"))
    assert await compared(till) is Match.MATCHED
    rows = await till.rows("SELECT outcome, transaction_id FROM notice WHERE event_type LIKE '%REFUNDED'")
    assert [(row["outcome"], row["transaction_id"]) for row in rows] == [("booked", notices.SALE)] * 2
    assert await till.fund("food", "USD") == (18_83, 0, 0)
    # Its bytes are kept no longer than those of others.
    assert await till.rows("SELECT notice_id FROM notice_body") == []


async def test_an_ipn_that_names_the_payment_settles_the_refund_that_did_not(donations: Told) -> None:
    await donations.tell(notices.sale("COMPLETED", PAID))
    await donations.tell(NAMELESS)
    await donations.post(ipns.back(LATER, "R1", money=("-10.00", "USD")))
    await until(donations.outcomes, lambda found: found == ["booked"] * 3)
    assert await donations.entries() == ["gift", "refund"]
    assert await donations.held_and_free() == (0, 1883)
