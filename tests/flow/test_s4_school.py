"""S4: a child goes to school; the education fund pays what no gift covers, and each payment shows what became of it."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.contracts.donations import GrantChanged
from shared.contracts.intake import AgeBand, HouseholdChanged, HouseholdRegistered, MemberFacts
from shared.contracts.sponsorship import SchoolPaymentDue
from tests.support.giving import gift, paid
from tests.support.registrations import said
from tests.support.waiting import until
from tests.support.world import World

FEE = 30_000


async def to_school(world: World, child: Any, **more: Any) -> str:
    """A term from November to January; its id."""
    term = {"starts_on": "2006-11-01", "ends_on": "2007-01-31", "fee": FEE, "currency": "JPY"}
    body = {"child_id": child["child_id"], "level": "primary", **term, **more}
    return str((await world.sponsorship.post("/school/terms", body))["term_id"])


async def test_a_child_is_listed_with_its_age_band_and_the_level_of_its_last_term(world: World) -> None:
    child = await world.sponsorship.one_child()
    assert (child["age_band"], child["level"]) == ("school", None)
    await to_school(world, child)
    await to_school(world, child, level="lower_secondary", starts_on="2007-02-01", ends_on="2007-03-31")
    (listed,) = (await world.sponsorship.get("/children"))["items"]
    assert (listed["age_band"], listed["level"]) == ("school", "lower_secondary")


async def payments(world: World, child: Any) -> list[dict[str, Any]]:
    found = await world.sponsorship.get("/school/payments", child_id=child["child_id"])
    return list(found["items"])


async def shows(world: World, child: Any, *wanted: tuple[Any, ...]) -> list[dict[str, Any]]:
    """Wait until the payments of a child are these: due on, amount, withdrawn, what donations says of each."""

    async def look() -> list[dict[str, Any]]:
        return await payments(world, child)

    names = ("due_on", "amount", "withdrawn", "status", "set_aside", "paid")
    return await until(
        look, lambda found: [tuple(each[name] for name in names) for each in found] == [*wanted]
    )


async def test_the_education_fund_pays_month_by_month_what_no_gift_covers_and_it_is_shown(
    world: World,
) -> None:
    await world.donations.gift("50,000", "education")
    child = await world.sponsorship.one_child()
    await to_school(world, child)
    (first,) = await shows(world, child, ("2006-11-01", FEE, False, "set_aside", FEE, 0))
    await world.donations.approve(first["payment_id"])
    await world.donations.pay(first["payment_id"], "30,000")
    november = ("2006-11-01", FEE, False, "paid", 0, FEE)
    await shows(world, child, november)
    await world.turn("2006-12-01")
    *_, second = await shows(world, child, november, ("2006-12-01", FEE, False, "set_aside", 20_000, 0))
    assert second["missing"] == 10_000
    # The household is closed: what is not paid is withdrawn, what is paid stays, though donations' grant is over.
    path = f"/households/{child['household_id']}"
    await world.intake.post(f"{path}/close", {"outcome": "settled"})
    december = ("2006-12-01", FEE, True, "cancelled", 0, 0)
    november = ("2006-11-01", FEE, False, "cancelled", 0, FEE)
    await shows(world, child, november, december)
    await world.intake.post(f"{path}/reopen")
    await shows(world, child, november, december, ("2006-12-01", FEE, False, "set_aside", 20_000, 0))


async def test_b4_a_month_that_a_gift_covers_is_asked_of_the_fund_once_it_is_refunded(by_hand: World) -> None:
    world, sponsorship = by_hand, by_hand.sponsorship
    child = await sponsorship.one_child()
    payment = uuid7()
    start = gift(None, "active")
    days = (date(2006, 11, 1), date(2006, 12, 1))
    await sponsorship.hears(start, paid(start.gift_id, *days, payment_id=payment))
    await sponsorship.hold(start.gift_id, child)
    async with world.listen(SchoolPaymentDue) as heard:
        await to_school(world, child)
        months = await sponsorship.get(f"/school/children/{child['child_id']}/months")
        assert [(each["due_on"], each["covered"]) for each in months] == [
            ("2006-11-01", 10_000),
            ("2006-12-01", 0),
            ("2007-01-01", 0),
        ]
        assert await payments(world, child) == []
        await sponsorship.hears(paid(start.gift_id, None, None, 3, payment_id=payment, counts=0))
        waits = ("2006-11-01", FEE, False, "waiting", 0, 0)
        (asked,) = await shows(world, child, waits)
        # It is covered again, and refunded again: what was withdrawn is not taken up, another payment is asked for.
        await sponsorship.hears(paid(start.gift_id, *days, 4, payment_id=payment))
        gone = ("2006-11-01", FEE, True, "cancelled", 0, 0)
        await shows(world, child, gone)
        await sponsorship.hears(paid(start.gift_id, None, None, 5, payment_id=payment, counts=0))
        *_, again = await shows(world, child, gone, waits)
        facts = await heard.until(lambda found: len(found) == 3)
    assert again["missing"] == FEE
    await world.donations.gift("30,000", "education")
    *_, paid_for = await shows(world, child, gone, ("2006-11-01", FEE, False, "set_aside", FEE, 0))
    assert (paid_for["payment_id"], paid_for["missing"]) == (again["payment_id"], 0)
    assert [(str(each.payment_id), each.version, each.status) for each in facts] == [
        (asked["payment_id"], 1, "due"),
        (asked["payment_id"], 2, "withdrawn"),
        (again["payment_id"], 1, "due"),
    ]
    assert {(each.amount.amount, str(each.household_id)) for each in facts} == {(FEE, child["household_id"])}


async def test_a_term_that_costs_more_or_ends_earlier_changes_what_is_asked(world: World) -> None:
    child = await world.sponsorship.one_child()
    await world.turn("2006-12-01")
    term = await to_school(world, child)
    november, december = "2006-11-01", "2006-12-01"
    before = [(day, FEE, False, "waiting", 0, 0) for day in (november, december)]
    await shows(world, child, *before)
    path = f"/school/terms/{term}/change"
    await world.sponsorship.post(path, {"fee": 35_000, "version": 0})
    await shows(world, child, *((day, 35_000, False, "waiting", 0, 0) for day in (november, december)))
    await world.sponsorship.post(path, {"ends_on": "2006-11-30", "version": 1})
    cut = (december, 35_000, True, "cancelled", 0, 0)
    await shows(world, child, (november, 35_000, False, "waiting", 0, 0), cut)
    assert (
        await world.sponsorship.try_post(path, {"ends_on": "2007-01-31", "version": 2})
    ).status_code == 422
    overlapping = {"starts_on": "2006-11-30", "ends_on": "2007-01-31"}
    body = {"child_id": child["child_id"], "level": "primary", "fee": 1, "currency": "JPY", **overlapping}
    assert (await world.sponsorship.try_post("/school/terms", body)).status_code == 409
    in_pounds = {**body, "currency": "GBP"}
    assert (await world.sponsorship.try_post("/school/terms", in_pounds)).status_code == 422
    missing = {**body, "child_id": str(uuid7())}
    assert (await world.sponsorship.try_post("/school/terms", missing)).status_code == 404


async def test_no_month_before_the_child_was_listed_is_asked_for_and_a_term_before_it_is_refused(
    world: World,
) -> None:
    sponsorship = world.sponsorship
    child = await sponsorship.one_child()
    await world.turn("2006-11-12")
    body = {"child_id": child["child_id"], "level": "primary", "fee": FEE, "currency": "JPY"}
    over = {**body, "starts_on": "2006-09-15", "ends_on": "2006-10-31"}
    refused = await sponsorship.try_post("/school/terms", over)
    assert (refused.status_code, "before the child was listed on 2006-11-01" in refused.text) == (409, True)
    for first, last in (("2096-11-10", "2096-12-09"), ("9999-12-30", "9999-12-31")):
        in_a_lifetime = {**body, "starts_on": first, "ends_on": last}
        assert (await sponsorship.try_post("/school/terms", in_a_lifetime)).status_code == 422
    planned = await sponsorship.post(
        "/school/terms", {**body, "starts_on": "2006-09-10", "ends_on": "2006-12-09"}
    )
    assert "2 of its months were due before the child was listed on 2006-11-01" in planned["warning"]
    await shows(world, child, ("2006-11-10", FEE, False, "waiting", 0, 0))
    months = await sponsorship.get(f"/school/children/{child['child_id']}/months")
    assert [each["too_early"] for each in months] == [True, True, False]
    later = await sponsorship.post(
        "/school/terms", {**body, "starts_on": "2006-12-10", "ends_on": "2007-01-31"}
    )
    assert later["warning"] is None


async def test_a_registration_that_is_heard_late_has_the_months_since_then_asked_for(by_hand: World) -> None:
    """A change is heard before the registration; the term is entered in between, at the end, or before both."""
    ends = []
    for order in ("change term registration", "registration change term", "registration term change"):
        room, key, child = by_hand.sponsorship, uuid7(), uuid7()
        who: dict[str, Any] = {
            "household_id": key,
            "members": (MemberFacts(member_id=child, age_band=AgeBand.SCHOOL, size="122"),),
        }
        facts = {
            "registration": said(HouseholdRegistered, 1, registered_on=date(2006, 9, 20), **who),
            "change": said(HouseholdChanged, 2, on=date(2006, 10, 25), **who),
        }
        for each in order.split():
            if each == "term":
                await to_school(
                    by_hand, {"child_id": str(child)}, starts_on="2006-09-15", ends_on="2006-12-14"
                )
            else:
                await room.hears(facts[each])
        ends.append([each["due_on"] for each in await payments(by_hand, {"child_id": str(child)})])
    assert ends == [["2006-10-15"]] * 3
    await by_hand.sound()


async def test_grants_of_other_kinds_and_old_answers_change_nothing(world: World) -> None:
    child = await world.sponsorship.one_child()
    await to_school(world, child)
    (asked,) = await shows(world, child, ("2006-11-01", FEE, False, "waiting", 0, 0))

    def answer(version: int, amount: int, kind: str = "school", **more: Any) -> GrantChanged:
        none, money = ({"amount": each, "currency": "JPY"} for each in (0, amount))
        state = {"household_id": child["household_id"], "reason": "all_there", "on": date(2006, 11, 1)}
        amounts = {"set_aside": money, "paid": none, "missing": none}
        whole = {
            "grant_id": UUID(asked["payment_id"]),
            "kind": kind,
            "status": "set_aside",
            **state,
            **amounts,
        }
        return GrantChanged.model_validate({**whole, "version": version, **more})

    await world.sponsorship.hears(
        answer(9, 20_000), answer(8, 10_000), answer(10, 5_000, "hospital"), answer(1, 1, grant_id=uuid7())
    )
    await shows(world, child, ("2006-11-01", FEE, False, "set_aside", 20_000, 0))


async def test_a_report_card_is_written_once_and_its_note_is_read_for_a_reason(world: World) -> None:
    child = await world.sponsorship.one_child()
    sponsorship, term = world.sponsorship, await to_school(world, child)
    path = f"/school/terms/{term}/report"
    body = {"grade": "good", "attendance": 96, "note": "Likes to draw."}
    assert (await sponsorship.try_post(path, {**body, "attendance": 101})).status_code == 422
    report = (await sponsorship.post(path, body))["report_id"]
    assert (await sponsorship.try_post(path, body)).status_code == 409
    shown = await sponsorship.client.get(f"/school/children/{child['child_id']}/reports")
    assert "draw" not in shown.text
    assert [(each["grade"], each["attendance"], each["term_id"]) for each in shown.json()] == [
        ("good", 96, term)
    ]
    reading = f"/school/reports/{report}/read"
    assert (await sponsorship.try_post(reading, {"reason": "delivering"})).status_code == 409
    assert (await sponsorship.post(reading, {"reason": "asked_by_family"}))["note"] == "Likes to draw."
    (read,) = (await sponsorship.get("/letters/readings"))["items"]
    assert (read["report_id"], read["letter_id"], read["what"], read["reason"]) == (
        report,
        None,
        "note",
        "asked_by_family",
    )
    later = await to_school(world, child, starts_on="2007-02-01", ends_on="2007-03-31")
    assert (await sponsorship.try_post(f"/school/terms/{later}/report", body)).status_code == 409


async def test_a_report_card_is_corrected_by_another_one_and_stays_as_it_was(world: World) -> None:
    child = await world.sponsorship.one_child()
    sponsorship, term = world.sponsorship, await to_school(world, child)
    body = {"grade": "good", "attendance": 96, "note": "Likes to draw."}
    first = (await sponsorship.post(f"/school/terms/{term}/report", body))["report_id"]
    await world.turn("2006-11-20")
    right = {"grade": "enough", "attendance": 69}
    path = "/school/reports/{}/correct"
    two = await asyncio.gather(*(sponsorship.try_post(path.format(first), right) for _ in range(2)))
    assert sorted(each.status_code for each in two) == [201, 409]
    second = next(each.json()["report_id"] for each in two if each.status_code == 201)
    assert f"correct {second}" in next(each.text for each in two if each.status_code == 409)
    again = await sponsorship.try_post(f"/school/terms/{term}/report", body)
    assert (again.status_code, f"correct {second}" in again.text) == (409, True)
    assert (await sponsorship.try_post(path.format(uuid7()), right)).status_code == 404
    third = (await sponsorship.post(path.format(second), body))["report_id"]
    shown = await sponsorship.get(f"/school/children/{child['child_id']}/reports")
    names = ("report_id", "attendance", "replaces", "replaced_by", "replaced_on")
    assert [tuple(each[name] for name in names) for each in shown] == [
        (first, 96, None, second, "2006-11-20"),
        (second, 69, first, third, "2006-11-20"),
        (third, 96, second, None, None),
    ]
    assert shown[0]["corrector"] == shown[1]["actor"]
    reading = {"reason": "asked_by_family"}
    assert (await sponsorship.post(f"/school/reports/{first}/read", reading))["note"] == "Likes to draw."
    await world.sound()
