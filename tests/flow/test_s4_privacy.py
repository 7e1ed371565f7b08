"""What PayPal tells of a payer stays sealed behind the one door: a name is in no table, fact, log, metric or answer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.canaries import Canaries, Kept, overheard
from tests.support.paypal import ipns, lists, notices
from tests.support.told import Notice, Told
from tests.support.waiting import until

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
PAYER: dict[str, Any] = {
    "first_name": "Zeisig-Given",
    "last_name": "Zeisig-Family",
    "payer_email": "zeisig@donor.example",
}
LISTED = "Zeisig-Listed"
ANSWERS = (
    "/notices",
    "/payments",
    "/monthly-gifts",
    "/monthly-gifts/months",
    "/reconciliations/findings",
    "/donors",
    "/donors/readings",
)
CONTACT = "donations contact.{}"


class Once:
    """Three who give once through PayPal, each by another road. Their names and mails live where donors' do, and their
    ids at PayPal nowhere.
    """

    def __init__(self, canaries: Canaries) -> None:
        self._plant = canaries.plant

    def _payer(self) -> tuple[str, str, str, str]:
        """An id, a given name, a family name, a mail."""
        name, mail = CONTACT.format("name"), CONTACT.format("mail")
        given, family = self._plant(name), self._plant(name)
        return self._plant(form="ZEISIG{:03}"), given, family, self._plant(mail, "zeisig-{:03}@donor.example")

    def ipn(self) -> bytes:
        who: dict[str, Any] = dict(
            zip(("payer_id", "first_name", "last_name", "payer_email"), self._payer(), strict=True)
        )
        return ipns.payment(PAID, "O1", txn_type="web_accept", subscr_id=None, custom="food", **who)

    def capture(self) -> Notice:
        return notices.capture("COMPLETED", PAID, "O2", custom_id="food", payer=self._paying())

    def sale(self) -> Notice:
        return notices.sale(
            "COMPLETED", PAID, "O3", subscription_id=None, custom="food", payer=self._paying()
        )

    def _paying(self) -> dict[str, Any]:
        payer_id, given, family, mail = self._payer()
        name = {"given_name": given, "surname": family}
        return {"payer_id": payer_id, "email_address": mail, "name": name}


async def test_a_payer_s_name_can_be_read_nowhere_without_the_key(donations: Told) -> None:
    canaries = Canaries.of(*PAYER.values())
    once = Once(canaries)
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
            await donations.post(once.ipn())
            await donations.tell(once.capture())
            await donations.tell(once.sale())
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
    assert sorted(await donations.outcomes()) == ["booked"] * 5 + ["kept", "look"]
    # Whoever has the key finds the name in each of them, but for what was told of the subscription.
    assert [bool(canaries.within(each)) for each in await donations.said()] == [False, *[True] * 6]
    # Each of those who gave once is a donor, and as such in one place alone.
    assert len((await donations.world.donations.get("/donors"))["items"]) == 3
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
