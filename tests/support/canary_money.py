"""Donors give, a household is granted money, and whoever can type words at donations types canaries."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.notices import Notice, take
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.domain.notices import Became
from services.donations.paypal import ipn
from services.donations.paypal import notices as reading
from services.donations.settings import Settings
from tests.support.noticed import book_payment
from tests.support.paypal import ipns, lists, notices
from tests.support.pdf_text import text_of
from tests.support.world import FIRST_DAY

if TYPE_CHECKING:
    from tests.support.canary_story import Story

YEN = {"currency": "JPY"}
SPENT = Money(500, "JPY")
PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)


async def give_and_grant(story: "Story", household: Any) -> None:
    """Every free text that donations takes, once."""
    donor = await _donors(story)
    await _gifts(story, donor)
    await _import(story)
    await _rates(story)
    await _letters(story)
    await _list(story)
    await _payer(story)
    await _funds(story)
    await _promises(story, donor)
    await _advance(story)
    await _transfer(story)
    await _conversion(story)
    await _grant(story, household)


async def _donors(story: "Story") -> str:
    first = await _post(
        story, "/donors", {"contact": story.contact("donations", "/donors", "contact", "address")}
    )
    second = await _post(story, "/donors", {"contact": {"name": "Second", "mail": "second@example.org"}})
    path = "/donors/{donor_id}/change"
    await _post(story, path, {"contact": story.contact("donations", path, "contact", "address")}, **second)
    path = "/donors/{donor_id}/contact"
    reason = {"reason": story.plant("donations", path, "reason")}
    shown = await story.world.donations.post(path.format(**first), reason)
    assert story.canaries.within(str(shown))
    for each in ("/donors", "/donors/readings"):
        story.answers["donations"].append((await story.world.donations.client.get(each)).text)
    return str(first["donor_id"])


async def _gifts(story: "Story", donor: str) -> None:
    slip = {"donor_id": donor, "way": "cash", "purpose": "medical", "received_on": str(FIRST_DAY), **YEN}
    right: dict[str, Any] = {"correct": {"purpose": "food"}, "reverse": {}}
    for amount, what in (("9,000", ""), ("10", "correct"), ("20", "reverse")):
        reference = story.plant("donations", "/gifts", "reference")
        gift = await _post(story, "/gifts", {**slip, "amount": amount, "reference": reference})
        if what:
            path = f"/payments/{{payment_id}}/{what}"
            note = story.plant("donations", path, "note")
            await _post(story, path, {**right[what], "note": note}, **gift)


async def _import(story: "Story") -> None:
    """A bank's list has names; of a row that is not taken nothing is kept."""
    story.planted.add(("donations", "/gifts/imports", "file"))
    name = story.canaries.plant("donations contact.name")
    reference, bad = story.canaries.plant("donations payment.transaction_id"), story.canaries.plant()
    file = (
        "reference,received_on,amount,currency,purpose,name,mail,donor\n"
        f"{reference},{FIRST_DAY},10,JPY,medical,{name},,\n"
        f"{bad},{FIRST_DAY},{bad},JPY,{bad},{bad},{bad},\n"
        f"{bad},{bad},10,{bad},medical,,,{bad}\n"
    )
    files = {"file": (f"{bad}.csv", file.encode(), "text/csv")}
    donations = story.world.donations
    for query in ("?dry_run=true", ""):
        found = await donations.client.post(f"/gifts/imports{query}", files=files)
        assert (found.json()["gifts"], found.json()["bad_rows"]) == (1, 2), found.text
        story.answers["donations"].append(found.text)


async def _rates(story: "Story") -> None:
    """Of a row that is not taken nothing is kept."""
    bad = story.plant("donations", "/rates/imports", "file")
    file = f"currency,quote,on_day,rate\nUSD,JPY,{FIRST_DAY},117.25\n{bad},{bad},{bad},{bad}\n"
    files = {"file": (f"{bad}.csv", file.encode(), "text/csv")}
    found = await story.world.donations.client.post("/rates/imports", files=files)
    assert (found.json()["rates"], found.json()["bad_rows"]) == (1, 1), found.text
    story.answers["donations"].append(found.text)


async def _letters(story: "Story") -> None:
    """A receipt and a statement are the only places in which a donor's former name is left."""
    name, address = (story.canaries.plant("donations letter.data") for _ in range(2))
    donor = await _post(story, "/donors", {"contact": {"name": name, "address": address}})
    slip = {"donor_id": donor["donor_id"], "way": "cash", "purpose": "general", "reference": "letters"}
    last_year = FIRST_DAY.replace(year=FIRST_DAY.year - 1)
    gift = await _post(story, "/gifts", {**slip, "received_on": str(last_year), "amount": "30", **YEN})
    receipt = await _post(story, "/payments/{payment_id}/receipt", {}, **gift)
    statement = await _post(story, "/donors/{donor_id}/statements", {"year": last_year.year}, **donor)
    donations = story.world.donations
    for letter_id in (receipt["receipt_id"], statement["statement_id"]):
        for what in ("original", "copy"):
            says = text_of(await donations.pdf(letter_id, what))
            assert {name, address} <= story.canaries.within(says)
    correct = f"/payments/{gift['payment_id']}/correct"
    await donations.post(correct, {"note": "was less", "amount": {"amount": "20", **YEN}})
    await story.world.settled()
    assert len(await donations.receipts()) == 2
    changed = {"contact": {"name": "Third", "address": "Street 3"}}
    await _post(story, "/donors/{donor_id}/change", changed, **donor)
    for each in ("/receipts", "/statements", "/letters/readings"):
        story.answers["donations"].append((await donations.client.get(each)).text)


async def _list(story: "Story") -> None:
    """PayPal's list has the names of everybody who paid; of whoever is not ours nothing is kept."""
    name = story.plant("donations", "/reconciliations", "file")
    cells = {"Name": name, "From_Email_Address": f"{name}@donor.example", "Custom_Number": "gift-2"}
    at = ("10/20/2006", "12:00:00", "JST")
    money = ("3000", "JPY")
    ours = lists.row(at, "Payment", "OURS", money, Reference_Txn_ID="I-CANARY", **cells)
    other = lists.row(at, "Payment", "OTHER", money, **cells)
    files = {"file": (f"{name}.csv", lists.download([ours, other]), "text/csv")}
    donations = story.world.donations
    await donations.post("/monthly-gifts", {"reference": "I-CANARY", "purpose": "medical"})
    await story.world.settled()
    found = await donations.client.post("/reconciliations", files=files)
    assert found.json()["missing"] == 1, found.text
    for each in (found, await donations.client.get("/reconciliations/findings")):
        story.answers["donations"].append(each.text)


async def _payer(story: "Story") -> None:
    """Whoever gives once through PayPal is written down as a donor, and found again by the next notice."""
    given, family = (story.canaries.plant("donations contact.name") for _ in range(2))
    mail = story.canaries.plant("donations contact.mail", "zeisig-{:03}@example.org")
    payer_id = story.canaries.plant(form="ZEISIG{:03}")
    name = {"given_name": given, "surname": family}
    webhook = notices.capture(
        "COMPLETED",
        PAID,
        "ONCE-1",
        custom_id="food",
        payer={"payer_id": payer_id, "email_address": mail, "name": name},
    )
    who: dict[str, Any] = {
        "payer_id": payer_id,
        "first_name": given,
        "last_name": family,
        "payer_email": mail,
    }
    form = ipns.payment(PAID, "ONCE-2", txn_type="web_accept", subscr_id=None, custom="food", **who)
    came = [
        (
            Notice("canary 1", "webhook", notices.as_bytes(webhook), PAID),
            reading.read(notices.as_bytes(webhook)),
        ),
        (
            Notice("canary 2", "ipn", form, PAID),
            ipn.read(form, frozenset({ipns.RECEIVER}), PAID, sandbox=True),
        ),
    ]
    donations = story.world.donations
    settings = cast(Settings, donations.service.settings)
    async with donations.service.units.open() as unit:
        assert await take(unit, settings.zone, settings.seal, came) == [Became.BOOKED] * 2
    for path in ("/notices", "/donors"):
        story.answers["donations"].append((await donations.client.get(path)).text)


async def _funds(story: "Story") -> None:
    """A fund spends what is refunded afterwards, and another one covers it."""
    units = story.world.donations.service.units
    async with units.open() as unit:
        await book_payment(unit, Came("paypal", "S", SPENT, FIRST_DAY, purpose="education", sure=Sure.PAID))
    there = {"from_fund": "education", "to_fund": "general", "amount": "500", **YEN}
    await _post(story, "/decisions", {**there, "note": story.plant("donations", "/decisions", "note")})
    async with units.open() as unit:
        await book_refund(unit, WentBack("paypal", "R", "S", SPENT, FIRST_DAY))
    (lost,) = await story.world.donations.get("/uncovered")
    assert lost["amount"]["minor"] == SPENT.minor
    back = {**there, "from_fund": "general", "to_fund": "education"}
    await _post(story, "/coverings", {**back, "note": story.plant("donations", "/coverings", "note")})
    assert await story.world.donations.get("/uncovered") == []
    path = "/decisions/{decision_id}/undo"
    _, covered = (await story.world.donations.get("/decisions"))["items"]
    await _post(story, path, {"note": story.plant("donations", path, "note")}, decision_id=covered["id"])


async def _promises(story: "Story", donor: str) -> None:
    """A donor gives goods, which are valued twice, and promises money: both were a mistake."""
    rice = {"item": "rice", "quantity": 1, "unit": "g"}
    path = "/gifts-in-kind"
    new = {"receipt_id": donor, "donor_id": donor, "received_on": str(FIRST_DAY), "goods": [rice]}
    gift = await _post(story, path, new)
    path = "/gifts-in-kind/{gift_id}/value"
    await _post(story, path, {"amount": "5", **YEN, "note": "as on the bill"}, **gift)
    note = story.plant("donations", path, "note")
    await _post(story, path, {"amount": "6", **YEN, "note": note}, **gift)
    path = "/gifts-in-kind/{gift_id}/seen"
    await _post(story, path, {"version": 0, "note": story.plant("donations", path, "note")}, **gift)
    path = "/gifts-in-kind/{gift_id}/undo"
    await _post(story, path, {"note": story.plant("donations", path, "note")}, **gift)
    path = "/pledges"
    part = {"due_on": "2006-12-01", "amount": "5", **YEN}
    new = {"donor_id": donor, "purpose": "food", "parts": [part]}
    await _post(story, path, {**new, "note": story.plant("donations", path, "note")})
    pledge = await _post(story, path, new)
    path = "/pledges/{pledge_id}/cancel"
    await _post(story, path, {"note": story.plant("donations", path, "note")}, **pledge)


async def _advance(story: "Story") -> None:
    """A fieldworker gets money, spends a part, brings one back; all of it was a mistake."""
    path = "/advances"
    given = {"fieldworker": "fw-07", "fund": "medical", "place": "cash", "given_on": str(FIRST_DAY), **YEN}
    reference = story.plant("donations", path, "reference")
    advance = await _post(story, path, {**given, "amount": "300", "reference": reference})
    for what, more in (("slips", {"what": "travel"}), ("return", {"place": "cash"})):
        path = f"/advances/{{advance_id}}/{what}"
        slip = {"amount": "100", "happened_on": str(FIRST_DAY), **more, **YEN}
        reference = story.plant("donations", path, "reference")
        await _post(story, path, {**slip, "reference": reference}, **advance)
    path = "/advances/slips/{slip_id}/undo"
    for slip in await story.world.donations.get(f"/advances/{advance['advance_id']}/slips"):
        await _post(story, path, {"note": story.plant("donations", path, "note")}, **slip)
    path = "/advances/{advance_id}/undo"
    await _post(story, path, {"note": story.plant("donations", path, "note")}, **advance)


async def _transfer(story: "Story") -> None:
    """Money goes to the bank, and a fund is said to have begun with some; both were a mistake."""
    path = "/transfers"
    reference = story.plant("donations", path, "reference")
    way = {"from_place": "cash", "to_place": "bank", "reference": reference, "left_on": str(FIRST_DAY)}
    transfer = await _post(story, path, {**way, "amount": "10", **YEN})
    path = "/transfers/{transfer_id}/undo"
    await _post(story, path, {"note": story.plant("donations", path, "note")}, **transfer)
    path = "/openings"
    begun = {"fund": "food", "place": "bank", "on_day": str(FIRST_DAY), "amount": "10", **YEN}
    opening = await _post(story, path, {**begun, "note": story.plant("donations", path, "note")})
    path = "/openings/{opening_id}/undo"
    undone = {"note": story.plant("donations", path, "note")}
    await _post(story, path, undone, opening_id=opening["id"])


async def _conversion(story: "Story") -> None:
    """Money is changed at a rate that is explained; it was a mistake."""
    path = "/conversions"
    amounts = {"given": {"amount": "10", **YEN}, "got": {"amount": "9", "currency": "USD"}}
    own = {"fund": "general", "place": "cash", "happened_on": str(FIRST_DAY)}
    new = {**own, **amounts, "reference": story.plant("donations", path, "reference")}
    conversion = await _post(story, path, {**new, "note": story.plant("donations", path, "note")})
    path = "/conversions/{conversion_id}/undo"
    undone = {"note": story.plant("donations", path, "note")}
    await _post(story, path, undone, conversion_id=conversion["id"])
    path = "/charges"
    reference = story.plant("donations", path, "reference")
    charge = await _post(story, path, {**own, "amount": "10", **YEN, "reference": reference})
    path = "/charges/{charge_id}/undo"
    undone = {"note": story.plant("donations", path, "note")}
    await _post(story, path, undone, charge_id=charge["id"])


async def _grant(story: "Story", household: Any) -> None:
    asked = {"kind": "hospital", "amount": 900, **YEN}
    await story.post("intake", f"/households/{household['household_id']}/grants", asked)
    await story.world.settled()
    (grant,) = await story.world.donations.grants(household)
    back = {"place": "cash", "payee": "clinic-02", **YEN}
    for what, amount, where in (("pay", "900", {"country": "JP"}), ("take-back", "100", {})):
        path = f"/grants/{{grant_id}}/{what}"
        reference = story.plant("donations", path, "reference")
        await _post(story, path, {**back, **where, "amount": amount, "reference": reference}, **grant)
    path = "/grants/{grant_id}/payouts/{payout_id}/undo"
    note = {"note": story.plant("donations", path, "note")}
    *_, came_back = await story.world.donations.get(f"/grants/{grant['grant_id']}/payouts")
    await _post(story, path, note, grant_id=grant["grant_id"], payout_id=came_back["payout_id"])


async def _post(story: "Story", path: str, body: object, **which: Any) -> Any:
    return await story.post("donations", path.format(**which), body)
