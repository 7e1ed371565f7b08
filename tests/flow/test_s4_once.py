"""A gift that is given once through PayPal: its appeal or fund, and its donor, whichever road tells of it first."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from tests.support.paypal import ipns, notices
from tests.support.told import Told
from tests.support.waiting import until

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER = PAID + timedelta(days=8)
Telling = Callable[[Told], Awaitable[None]]


def by_webhook(**changed: Any) -> Telling:
    told = notices.sale("COMPLETED", PAID, subscription_id=None, **{"custom": None, **changed})
    return lambda donations: donations.tell(told)


def by_capture(**changed: Any) -> Telling:
    """The same money under the newer API has the same id."""
    told = notices.capture("COMPLETED", PAID, notices.SALE, **{"custom_id": None, **changed})
    return lambda donations: donations.tell(told)


def by_ipn(**changed: Any) -> Telling:
    form = {"txn_type": "web_accept", "subscr_id": None, "custom": None, **changed}
    return lambda donations: donations.post(ipns.payment(PAID, **form))


async def judged(donations: Told) -> None:
    """PayPal has said of each IPN that it is its own, and it is booked."""

    async def outcomes() -> list[str]:
        await donations.world.settled()
        return await donations.outcomes()

    await until(outcomes, lambda found: "asked" not in found)


async def appeal_of(donations: Told) -> Mapping[str, Any]:
    api = donations.world.donations
    price = {"item": "rice", "amount": "25.00", "currency": "USD", "per": 1}
    await api.post("/prices", price)
    made: Mapping[str, Any] = await api.post("/appeals", {"item": "rice", "quantity": 1, "purpose": "food"})
    return made


ROADS: dict[str, tuple[Callable[..., Telling], str, str]] = {
    "webhook": (by_webhook, "custom", "invoice_number"),
    "capture": (by_capture, "custom_id", "invoice_id"),
    "IPN": (by_ipn, "custom", "invoice"),
}


@pytest.mark.parametrize("order", list(permutations(ROADS, 2)), ids=" then ".join)
@pytest.mark.parametrize("mark", ["custom", "invoice"])
async def test_a_gift_for_an_appeal_is_the_appeal_s_and_its_donor_s_by_either_road(
    donations: Told, order: tuple[str, ...], mark: str
) -> None:
    appeal = await appeal_of(donations)
    for road in (*order, *order):
        telling, custom, invoice = ROADS[road]
        bears = (
            {custom: appeal["code"]} if mark == "custom" else {custom: "x-1", invoice: f"{appeal['code']}-17"}
        )
        await telling(**bears)(donations)
    await judged(donations)
    api = donations.world.donations
    (found,) = (await api.get("/appeals"))["items"]
    assert (found["raised"]["minor"], found["set_aside"]["minor"], found["status"]) == (2883, 2500, "funded")
    (payment,) = (await api.get("/payments"))["items"]
    assert (payment["purpose"], payment["appeal_id"]) == ("food", appeal["appeal_id"])
    donors = (await api.get("/donors"))["items"]
    if "IPN" in order:
        assert [each["donor_id"] for each in donors] == [payment["donor_id"]]
        contact = await api.post(f"/donors/{payment['donor_id']}/contact", {"reason": "to thank them"})
        assert (contact["name"], contact["mail"]) == ("Hanako Yamada", "hanako.yamada@donor.example")
    else:
        assert (donors, payment["donor_id"]) == ([], None)
    assert await donations.entries() == ["gift"]


@pytest.mark.parametrize(
    ("telling", "purpose"),
    [
        (by_webhook(custom="medical"), "medical"),
        (by_capture(custom_id="CLOTHING"), "clothing"),
        (by_ipn(item_number="food-2"), "food"),
        (by_ipn(custom="A-00000000"), "unassigned"),
        (by_webhook(custom="A-00000000", invoice_number="general"), "general"),
        (by_webhook(), "unassigned"),
    ],
    ids=[
        "fund by webhook",
        "fund by capture",
        "fund by item",
        "unknown code",
        "unknown code and a fund",
        "no mark",
    ],
)
async def test_a_mark_names_a_fund_and_what_nobody_knows_waits_for_the_treasurer(
    donations: Told, telling: Telling, purpose: str
) -> None:
    await telling(donations)
    await judged(donations)
    assert await donations.outcomes() == ["unassigned" if purpose == "unassigned" else "booked"]
    assert await donations.held_and_free(purpose) == (0, 2883)
    listed = (await donations.world.donations.get("/payments", purpose="unassigned"))["items"]
    assert len(listed) == (purpose == "unassigned")


async def test_the_treasurer_gives_money_of_an_unknown_code_to_an_appeal(donations: Told) -> None:
    appeal, api = await appeal_of(donations), donations.world.donations
    await by_webhook(custom="A-00000000")(donations)
    (payment,) = (await api.get("/payments"))["items"]
    path, body = f"/payments/{payment['payment_id']}/assign", {"appeal_id": appeal["appeal_id"]}
    assert (await api.try_post(path, {"purpose": "medical", **body})).status_code == 422
    await api.post(path, {"purpose": "food", **body})
    (found,) = (await api.get("/appeals"))["items"]
    assert (found["raised"]["minor"], found["status"]) == (2883, "funded")


@pytest.mark.parametrize("right", [None, "food"])
async def test_what_staff_say_of_a_purpose_stays_whatever_the_payer_s_mark_says_again(
    donations: Told, right: str | None
) -> None:
    api = donations.world.donations
    await by_webhook(fee=None)(donations)
    (payment,) = (await api.get("/payments"))["items"]
    path = f"/payments/{payment['payment_id']}"
    await api.post(f"{path}/assign", {"purpose": "education"})
    await api.post(f"{path}/unassign")
    if right:
        await api.post(f"{path}/assign", {"purpose": right})
    # Both say more than the first: who gave it, and the fee.
    for telling in (by_ipn(custom="medical"), by_capture(custom_id="medical")):
        await telling(donations)
    await judged(donations)
    (payment,) = (await api.get("/payments"))["items"]
    assert payment["purpose"] == (right or "unassigned")
    assert payment["donor_id"]
    assert await donations.held_and_free(right or "unassigned") == (0, 2883)
    assert await donations.held_and_free("medical") == (0, 0)


async def test_what_the_donor_named_is_not_taken_back_without_a_decision(donations: Told) -> None:
    api = donations.world.donations
    await by_webhook(custom="medical")(donations)
    (payment,) = (await api.get("/payments"))["items"]
    refused = await api.try_post(f"/payments/{payment['payment_id']}/unassign")
    assert (refused.status_code, "The donor gave this money for medical" in refused.text) == (409, True)
    assert await donations.held_and_free("medical") == (0, 2883)


async def test_who_gives_twice_is_one_donor_and_who_has_another_id_is_another(donations: Told) -> None:
    await by_ipn(custom="food", txn_id="S1")(donations)
    await by_ipn(custom="food", txn_id="S2", first_name="H.")(donations)
    await by_ipn(custom="food", txn_id="S3", payer_id="OTHER")(donations)
    await by_ipn(custom="food", txn_id="S4", payer_id=None)(donations)
    await judged(donations)
    api = donations.world.donations
    found = {each["reference"]: each["donor_id"] for each in (await api.get("/payments"))["items"]}
    assert found["S1"] == found["S2"] != found["S3"]
    assert (found["S4"], len((await api.get("/donors"))["items"])) == (None, 2)
    # The two who are called alike are shown, and not merged.
    assert await api.get(f"/donors/{found['S3']}/alike") != []
    payers = await donations.rows("SELECT encode(key, 'escape') FROM payer")
    assert not [each for each in payers if notices.DONOR["payer_id"] in each[0]]


@pytest.mark.parametrize("what", ["REFUNDED", "REVERSED"])
async def test_what_goes_back_of_a_capture_lowers_its_appeal(donations: Told, what: str) -> None:
    appeal = await appeal_of(donations)
    back = notices.capture_back(what, LATER, "R1", money=("10.00", "USD"))
    capture = notices.capture("COMPLETED", PAID, custom_id=appeal["code"])
    for each in (back, capture, back, notices.capture("PENDING", PAID), notices.capture("DENIED", PAID)):
        await donations.tell(each)
    (found,) = (await donations.world.donations.get("/appeals"))["items"]
    assert (found["raised"]["minor"], found["set_aside"]["minor"], found["status"]) == (1883, 1883, "open")
