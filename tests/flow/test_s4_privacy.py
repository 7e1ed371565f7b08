"""What PayPal tells of a payer stays sealed behind the one door: a name is in no table, fact, log, metric or answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.canaries import Canaries, Kept, overheard
from tests.support.paypal import ipns, lists, notices
from tests.support.told import Told
from tests.support.waiting import until

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
PAYER: dict[str, Any] = {
    "first_name": "Zeisig-Given",
    "last_name": "Zeisig-Family",
    "payer_email": "zeisig@donor.example",
}
LISTED = "Zeisig-Listed"
ANSWERS = ("/notices", "/payments", "/monthly-gifts", "/monthly-gifts/months", "/reconciliations/findings")


async def test_a_payer_s_name_can_be_read_nowhere_without_the_key(donations: Told) -> None:
    canaries = Canaries.of(*PAYER.values())
    subscriber = {
        "email_address": "zeisig@donor.example",
        "name": {"given_name": "Zeisig-Given", "surname": "Zeisig-Family"},
    }
    started = notices.subscription("ACTIVATED", PAID, subscriber=subscriber)
    # The mark of an old button may be a name too.
    marked = notices.sale("COMPLETED", PAID, "S1", custom="Zeisig-Family")
    with Kept() as logged:
        async with overheard(donations.world) as wire:
            await donations.tell(started)
            await donations.tell(marked)
            await donations.post(ipns.payment(PAID, "S2", **PAYER))
            await donations.post(ipns.payment(PAID, "S3", payment_date="of no kind", **PAYER))
            await donations.send(*donations.sandbox.signed(marked, datetime.now(UTC) - timedelta(days=60)))
            await until(donations.outcomes, lambda found: "asked" not in found)
            cells = {"Name": LISTED, "From_Email_Address": f"{LISTED}@donor.example", "Custom_Number": LISTED}
            at = ("10/20/2006", "12:00:00", "GMT+09:00")
            row = lists.row(
                at, "Payment", "S4", ("30.00", "USD"), Reference_Txn_ID=notices.SUBSCRIPTION, **cells
            )
            files = {"file": (f"{LISTED}.csv", lists.download([row]), "text/csv")}
            listed = await donations.world.donations.client.post("/reconciliations", files=files)
            assert listed.json()["missing"] == 1
            await donations.world.settled()
            await until(
                lambda: _all(wire), lambda found: any("monthly_gift_changed" in each for each in found)
            )
    assert sorted(await donations.outcomes()) == ["booked", "booked", "kept", "look"]
    # Whoever has the key finds the name in each of them.
    assert [bool(canaries.within(each)) for each in await donations.said()] == [True] * 4
    await canaries.assert_at_home(donations.world, "donations")
    canaries.add([LISTED])
    await canaries.assert_at_home(donations.world, "donations")
    client = donations.world.donations.client
    answers = [listed.text, *[(await client.get(each)).text for each in ANSWERS]]
    answers.append((await client.get("http://test/metrics")).text)
    canaries.assert_none("an answer of donations", answers)
    canaries.assert_none("the broker", wire)
    canaries.assert_none("the logs", logged.lines)


async def _all(wire: list[str]) -> list[str]:
    return wire
