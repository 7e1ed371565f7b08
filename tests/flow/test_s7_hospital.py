"""S7: hospital care is asked for; money is set aside, or it is said what is missing; it is paid; the rest goes back."""

from typing import Any
from uuid import UUID

import pytest

from shared.contracts.donations import GiftCorrected, GiftReceived, GrantChanged
from tests.support.donations import paying
from tests.support.world import World, household_id

pytestmark = pytest.mark.runs("donations", "intake")


async def told(world: World, household: Any) -> list[str]:
    """What the household's timeline says of grants, the oldest first."""
    entries = await world.intake.timeline(household)
    return [each["summary"] for each in reversed(entries) if "grant" in each["contract"]]


async def test_a_gift_is_in_the_ledger_and_the_others_are_told_without_its_amount(world: World) -> None:
    async with world.listen(GiftReceived) as received, world.listen(GiftCorrected) as corrected:
        donor = await world.donations.donor()
        gift = await world.donations.gift("1,000", "medical", donor_id=donor)
        (fact,) = await received.until(bool)
        assert (str(fact.payment_id), str(fact.donor_id)) == (gift["payment_id"], donor)
        assert (fact.purpose, fact.counts, fact.version) == ("medical", 10_000, 1)
        assert "1000" not in fact.model_dump_json().replace("10000", "")
        path = f"/payments/{gift['payment_id']}"
        right = {"amount": {"amount": "800", "currency": "JPY"}, "purpose": "food", "note": "typed wrong"}
        await world.donations.post(f"{path}/correct", right)
        await world.donations.post(f"{path}/reverse", {"note": "another group's"})
        facts = await corrected.until(lambda found: len(found) == 2)
        assert [(each.version, each.purpose, each.counts) for each in facts] == [
            (2, "food", 10_000),
            (3, "food", 0),
        ]
    assert (await world.donations.try_post(f"{path}/reverse", {"note": "once more"})).status_code == 409
    balance = await world.donations.get("/trial-balance")
    assert (balance["accounts"], balance["off"]) == ([], {})
    entries = (await world.donations.get("/entries", document_id=gift["payment_id"]))["items"]
    assert [each["kind"] for each in entries] == ["gift", "reversed", "gift", "reversed"]


async def test_a_slip_is_booked_once(world: World) -> None:
    donor = await world.donations.donor()
    body = {"donor_id": donor, "reference": "statement 11, line 3", "way": "bank", "amount": "5"}
    body |= {"currency": "JPY", "purpose": "food", "received_on": "2006-11-01"}
    assert (await world.donations.try_post("/gifts", body, key="a")).status_code == 201
    assert (await world.donations.try_post("/gifts", body, key="a")).status_code == 201
    assert (await world.donations.try_post("/gifts", body, key="b")).status_code == 409
    assert (await world.donations.try_post("/gifts", {**body, "way": "cash"})).status_code == 201
    assert (await world.donations.fund("food"))["balance"] == 10


async def test_hospital_care_is_set_aside_in_part_then_whole_then_paid(world: World) -> None:
    await world.donations.gift("20,000", "medical")
    family = await world.intake.register(2)
    patient = family["members"][1]["member_id"]
    async with world.listen(GrantChanged) as heard:
        await world.intake.ask_for_money(family, 30_000, member_id=patient, urgency=1)
        (part,) = await heard.until(bool)
        assert part.household_id == household_id(family)
        assert (part.status, part.set_aside.amount, part.missing.amount) == ("set_aside", 20_000, 10_000)
        await world.donations.gift("50,000", "medical")
        whole = (await heard.until(lambda facts: len(facts) == 2))[1]
        assert (whole.status, whole.set_aside.amount, whole.missing.amount) == ("set_aside", 30_000, 0)
    (grant,) = await world.donations.grants(family)
    assert (grant["agreed"], grant["have_to_agree"]) == (0, 0)
    path = f"/grants/{grant['grant_id']}"
    assert (await world.donations.pay(grant["grant_id"], "12,000"))["status"] == "paid_part"
    assert (await world.donations.try_post(f"{path}/pay", paying("12,000"))).status_code == 409
    refused = await world.donations.try_post(f"{path}/settle")
    assert refused.status_code == 409
    assert "JPY 12,000 paid to clinic-02 (1)" in refused.text
    (lacking,) = await world.donations.get("/grants/receipts-missing")
    assert (lacking["grant_id"], lacking["amount"]["minor"]) == (grant["grant_id"], 12_000)
    await world.donations.post(f"{path}/payouts/{lacking['payout_id']}/receipt", {"receipt": "R-17"})
    assert await world.donations.get("/grants/receipts-missing") == []
    await world.donations.post(f"{path}/settle")
    (paid,) = await world.donations.get(f"{path}/payouts")
    assert (paid["receipt"], paid["no_receipt"]) == ("R-17", "")
    assert await world.donations.fund("medical") == {
        "balance": 58_000,
        "held": 0,
        "set_aside": 0,
        "free": 58_000,
    }
    await world.settled()
    assert await told(world, family) == [
        "Asked: hospital grant, JPY 30,000.",
        "Hospital grant: money is set aside; JPY 20,000 set aside; JPY 10,000 missing.",
        "Hospital grant: money is set aside; JPY 30,000 set aside.",
        "Hospital grant: paid in part; JPY 18,000 set aside; JPY 12,000 paid.",
        "Hospital grant: paid and settled; JPY 12,000 paid.",
    ]
    (shown,) = await world.intake.get(f"/households/{family['household_id']}/grants")
    assert (shown["status"], shown["summary"]) == (
        "settled",
        "Hospital grant: paid and settled; JPY 12,000 paid.",
    )


async def test_what_is_not_paid_ends_with_the_household(world: World) -> None:
    await world.donations.gift("100", "family_visits")
    family, other = await world.intake.register(), await world.intake.register()
    await world.intake.ask_for_money(family, 100, "family_visit")
    await world.settled()
    asked = await world.intake.ask_for_money(other, 60, "family_visit", urgency=0)
    await world.settled()
    assert (await told(world, other))[-1] == (
        "Family visit grant: waits for money; JPY 60 missing; the fund has nothing free; it is served when money "
        "comes."
    )
    await world.intake.post(f"/households/{family['household_id']}/close", {"outcome": "settled"})
    await world.settled()
    assert "cancelled" in (await told(world, family))[-1]
    assert (await world.donations.fund("family_visits"))["set_aside"] == 60
    path = f"/grants/{asked['request_id']}"
    await world.intake.post(f"{path}/change", {"amount": 40})
    await world.settled()
    assert (await world.donations.fund("family_visits"))["set_aside"] == 40
    await world.intake.post(f"{path}/withdraw")
    assert (await world.intake.try_post(f"{path}/withdraw")).status_code == 409
    await world.settled()
    assert (await world.donations.fund("family_visits"))["free"] == 100
    closed = f"/households/{family['household_id']}/grants"
    assert (
        await world.intake.try_post(closed, {"kind": "hospital", "amount": 1, "currency": "JPY"})
    ).status_code == 409


async def test_a_statement_of_any_past_day_stays_what_it_was(world: World) -> None:
    await world.donations.gift("1,000", "food", received_on="2006-10-10")
    await world.donations.gift("10.00", "food", "USD", received_on="2006-10-10")
    days = {"currency": "JPY", "from": "2006-10-01", "to": "2006-10-31"}
    before = await world.donations.get("/funds/food/statement", **days)
    assert (before["before"]["minor"], before["after"]["minor"]) == (0, 1_000)
    assert before["changes"]["income"]["words"] == "JPY 1,000"
    await world.donations.post("/closed-months", {"month": "2006-10"})
    assert (await world.donations.try_post("/closed-months", {"month": "2006-10"})).status_code == 409
    assert (await world.donations.try_post("/closed-months", {"month": "2006-11"})).status_code == 409
    await world.donations.gift("500", "food", received_on="2006-10-20")
    move = {
        "from_fund": "food",
        "to_fund": "general",
        "amount": "300",
        "currency": "JPY",
        "note": "as agreed",
    }
    await world.donations.post("/decisions", move)
    assert (await world.donations.try_post("/decisions", {**move, "amount": "1,201"})).status_code == 409
    assert await world.donations.get("/funds/food/statement", **days) == before
    november = {**days, "from": "2006-11-01", "to": "2006-11-30"}
    after = await world.donations.get("/funds/food/statement", **november)
    amounts = {name: each["minor"] for name, each in after["changes"].items() if each["minor"]}
    assert (after["before"]["minor"], amounts, after["after"]["minor"]) == (
        1_000,
        {"income": 500, "moved": -300},
        1_200,
    )
    targets = [
        {"area": 8, "measure": f"raised_{currency}", "words": "raised", "unit": currency.upper()}
        for currency in ("jpy", "usd")
    ]
    await world.donations.post("/plan", {"targets": targets})
    plan = await world.donations.get("/plan")
    assert {each["measure"]: each["actual"] for each in plan} == {"raised_jpy": 1_500, "raised_usd": 1_000}


async def test_donors_are_merged_by_a_link_and_parted_without_loss(world: World) -> None:
    first = await world.donations.donor("Example Society", mail="office@example.org")
    made = await world.donations.post(
        "/donors", {"contact": {"name": "ＥＸＡＭＰＬＥ  society", "mail": "Office@example.org"}}
    )
    second = made["donor_id"]
    assert made["alike"] == [{"donor_id": first, "alike": ["name", "mail"]}]
    await world.donations.gift("5", donor_id=second)
    await world.donations.post(f"/donors/{second}/merge", {"into": first})
    third = await world.donations.donor("Third")
    for one, other in ((second, first), (first, third), (third, second), (third, third)):
        answer = await world.donations.try_post(f"/donors/{one}/merge", {"into": other})
        assert answer.status_code in {409, 422}, (one, other)
    assert len((await world.donations.get("/payments", donor_id=first))["items"]) == 1
    await world.donations.post(f"/donors/{second}/part")
    assert (await world.donations.get("/payments", donor_id=first))["items"] == []
    assert len((await world.donations.get("/payments", donor_id=second))["items"]) == 1
    listed = {each["donor_id"]: each["name"] for each in (await world.donations.get("/donors"))["items"]}
    assert listed == {first: "E…", second: "Ｅ…", third: "T…"}
    assert (await world.donations.try_post(f"/donors/{first}/contact", {})).status_code == 422
    shown = await world.donations.client.post(
        f"/donors/{first}/contact", json={"reason": "to write a letter"}
    )
    assert shown.json()["mail"] == "office@example.org"
    (reading,) = (await world.donations.get("/donors/readings"))["items"]
    assert (reading["donor_id"], reading["actor"]) == (first, "local-operator")


async def test_a_second_person_agrees_by_name_and_never_who_asked_for_it_or_for_more(world: World) -> None:
    await world.donations.gift("300,000", "medical")
    family = await world.intake.register(1)
    body = {"kind": "hospital", "amount": 210_000, "currency": "JPY", "urgency": 1}
    asking = {"Idempotency-Key": "asks", "X-Relief-As": "caseworker-1"}
    path = f"/households/{family['household_id']}/grants"
    answer = await world.intake.client.post(path, json=body, headers=asking)
    assert answer.is_success, answer.text
    # Who raises it asked for that; who makes it less, or more urgent, did not.
    path = f"/grants/{answer.json()['request_id']}/change"
    for who, change in (
        ("treasurer-1", {"urgency": 0}),
        ("raiser-1", {"amount": 260_000}),
        ("treasurer-2", {"amount": 250_000}),
    ):
        changing = {"Idempotency-Key": who, "X-Relief-As": who}
        answer = await world.intake.client.post(path, json=change, headers=changing)
        assert answer.is_success, answer.text
    await world.settled()
    assert (await told(world, family))[-1] == (
        "Hospital grant: waits for a decision; JPY 250,000 missing; somebody still has to agree."
    )
    (grant,) = await world.donations.grants(family)
    assert (grant["agreed"], grant["have_to_agree"], grant["asked_by"]) == (0, 2, "staff:caseworker-1")
    assert grant["raised_by"] == ["staff:raiser-1"]
    key, version = grant["grant_id"], grant["version"]
    tried = [None, "caseworker-1", "raiser-1", "Hana Kim", *["treasurer-1"] * 2, "treasurer-2", "treasurer-3"]
    found = [await world.donations.approve(key, who, version) for who in tried]
    assert [each.status_code for each in found] == [409, 409, 409, 422, 200, 409, 200, 409]
    words = [each.json().get("detail", "") for each in found]
    assert "Nobody is named who agrees" in words[0]
    assert all("Whoever asked" in each for each in words[1:3])
    path = f"/grants/{key}"
    there = await world.donations.try_post(f"{path}/pay", paying("1,000", country="KP"))
    assert (there.status_code, "Nobody is paid in North Korea" in there.text) == (422, True)
    headers = {"Idempotency-Key": "pays", "X-Relief-As": "treasurer-3"}
    paid = await world.donations.client.post(f"{path}/pay", json=paying("1,000"), headers=headers)
    assert paid.json()["status"] == "paid_part", paid.text
    (payout,) = await world.donations.get(f"{path}/payouts")
    assert payout["actor"] == "staff:treasurer-3"


async def test_grants_that_nobody_has_agreed_to_are_listed_by_urgency_then_age_page_by_page(
    world: World,
) -> None:
    family = await world.intake.register(1)
    asked: dict[str, str] = {}
    for name, amount, urgency in (
        ("old", 60_000, 2),
        ("small", 10, 0),
        ("new", 70_000, 2),
        ("first", 80_000, 0),
    ):
        made = await world.intake.ask_for_money(family, amount, urgency=urgency)
        asked[made["request_id"]] = name
    await world.settled()

    async def listed(**which: Any) -> list[str]:
        names, after = [], None
        while True:
            place: dict[str, str] = {"after": after} if after else {}
            page = await world.donations.get("/grants", limit=1, **place, **which)
            names += [asked[each["grant_id"]] for each in page["items"]]
            if not (after := page["next"]):
                return names

    assert await listed(undecided=True) == ["first", "old", "new"]
    assert await listed(household_id=family["household_id"]) == ["old", "small", "new", "first"]
    nobody = await world.donations.get("/grants", undecided=True, after=str(UUID(int=1)))
    assert nobody["items"] == []
