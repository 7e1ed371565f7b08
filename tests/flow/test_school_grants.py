"""The education fund pays schools what no gift covers; members, merged donors, gifts placed and guests are told of."""

import random
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from shared.contracts.base import Money
from shared.contracts.donations import DonorLinked, GrantChanged, MembershipChanged, MonthlyGiftChanged
from shared.contracts.events import ContactOffered
from shared.contracts.sponsorship import GiftPlaced, SchoolPaymentDue
from tests.support.donations import paying
from tests.support.registrations import sealed
from tests.support.waiting import until
from tests.support.world import FIRST_DAY, World

pytestmark = pytest.mark.runs("donations", "intake")


def due(household: Any, version: int = 1, amount: int = 30_000, **more: Any) -> SchoolPaymentDue:
    """What sponsorship might say of a child's school."""
    state = {
        "payment_id": uuid7(),
        "member_id": household["members"][1]["member_id"],
        "household_id": household["household_id"],
        "household_version": 1,
        "due_on": date(2006, 12, 1),
        "status": "due" if version == 1 else "changed",
        "on": FIRST_DAY,
    }
    amount_of = Money(amount=amount, currency="JPY")
    return SchoolPaymentDue.model_validate({**state, "version": version, "amount": amount_of, **more})


async def test_a_school_is_paid_by_the_education_fund_and_the_household_s_timeline_tells_it(
    world: World,
) -> None:
    await world.donations.gift("40,000", "education")
    household = await world.intake.register(2)
    async with world.listen(GrantChanged) as heard:
        fact = due(household, amount=60_000)
        await world.send(sealed(fact))
        (first,) = await heard.until(bool)
        assert (first.status, first.set_aside.amount, first.reason) == ("undecided", 0, "undecided")
        path = f"/grants/{fact.payment_id}"
        # Above the limit somebody has to agree, and nobody of intake has asked.
        assert (await world.donations.try_post(f"{path}/pay", paying("60,000"))).status_code == 409
        (grant,) = await world.donations.grants(household)
        assert (grant["asked_by"], grant["asked_on"], grant["have_to_agree"]) == ("", "2006-12-01", 1)
        agreed = await world.donations.approve(fact.payment_id)
        assert agreed.status_code == 200, agreed.text
        part = (await heard.until(lambda facts: len(facts) == 2))[1]
    assert (part.grant_id, str(part.household_id), part.kind) == (
        fact.payment_id,
        household["household_id"],
        "school",
    )
    assert (part.status, part.set_aside.amount, part.missing.amount) == ("set_aside", 40_000, 20_000)
    await world.donations.gift("20,000", "education")
    await world.at_rest()
    assert (await world.donations.pay(fact.payment_id, "60,000"))["status"] == "paid"
    await world.settled()
    told = [each["summary"] for each in await world.intake.timeline(household) if "grant" in each["contract"]]
    assert told[0] == "School grant: paid; JPY 60,000 paid."
    assert (await world.donations.fund("education"))["balance"] == 0


async def test_in_any_order_a_payment_ends_as_it_was_told_last_and_with_its_household(world: World) -> None:
    await world.donations.gift("500,000", "education")
    for seed in range(3):
        household = await world.intake.register(2)
        await world.settled()
        once: dict[str, Any] = {"payment_id": uuid7()}
        facts = [
            due(household, 1, **once),
            due(household, 2, 50_000, due_on=date(2006, 12, 20), **once),
            due(household, 3, 20_000, due_on=date(2006, 12, 10), **once),
        ]
        gone = [
            due(household, 1, payment_id=(taken := uuid7())),
            due(household, 2, status="withdrawn", payment_id=taken),
        ]
        every = [*facts, *gone] * 2
        random.Random(seed).shuffle(every)
        for each in every:
            await world.send(sealed(each))
        look = partial(grants, world, household)
        stands = {str(once["payment_id"]): ("set_aside", 20_000, "2006-12-10", "all_there")}
        stands[str(taken)] = ("cancelled", 0, "2006-12-01", "withdrawn")
        await until(look, stands.__eq__)
        await world.intake.post(f"/households/{household['household_id']}/close", {"outcome": "settled"})
        stands[str(once["payment_id"])] = ("cancelled", 0, "2006-12-10", "household_closed")
        await until(look, stands.__eq__)
        # One that was asked for before the close and comes after it ends at once.
        late = due(household)
        await world.send(sealed(late))
        stands[str(late.payment_id)] = ("cancelled", 0, "2006-12-01", "household_closed")
        await until(look, stands.__eq__)
    assert (await world.donations.fund("education"))["set_aside"] == 0


async def grants(world: World, household: Any) -> dict[str, tuple[Any, ...]]:
    found = await world.donations.grants(household)
    return {
        each["grant_id"]: (each["status"], each["set_aside"]["minor"], each["asked_on"], each["reason"])
        for each in found
    }


async def test_who_is_a_member_and_which_donors_are_one_is_told_and_undone(world: World) -> None:
    donations = world.donations
    async with world.listen(MembershipChanged) as members, world.listen(DonorLinked) as links:
        silent = await donations.donor("Silent")
        member = (await donations.post("/donors", {"contact": {"name": "M"}, "member": True}))["donor_id"]
        await donations.post("/donors", {"contact": {"name": "O"}, "member": True, "kind": "organisation"})
        for body in (
            {"member": True},
            {"may_write": True, "language": "en"},
            {"anonymous": True},
            {"member": False},
        ):
            await donations.post(f"/donors/{member}/change", body)
        await donations.post(f"/donors/{silent}/merge", {"into": member})
        await donations.post(f"/donors/{silent}/part")
        told = await members.until(lambda facts: len(facts) == 3)
        linked = await links.until(lambda facts: len(facts) == 2)
    assert [
        (str(each.person_id), each.version, each.member, each.may_invite, each.language) for each in told
    ] == [
        (member, 1, True, False, "ja"),
        (member, 2, True, True, "en"),
        (member, 3, False, True, "en"),
    ]
    assert [(str(each.donor_id), each.version, each.kept_id and str(each.kept_id)) for each in linked] == [
        (silent, 1, member),
        (silent, 2, None),
    ]


async def test_who_was_a_member_before_anybody_was_told_is_told_of(world: World) -> None:
    """As after an update: the migration leaves a timer for it."""
    async with world.listen(MembershipChanged) as members, world.listen(DonorLinked) as links:
        old, other = await world.donations.donor(), await world.donations.donor()
        changed = (
            f"UPDATE donor SET member = true WHERE id = '{old}'",  # noqa: S608, our own id
            f"UPDATE donor SET merged_into = '{old}' WHERE id = '{other}'",  # noqa: S608, the same
            "INSERT INTO timer (key, name, payload, due_at, ready_at) "
            "VALUES ('tell_donors', 'tell_donors', '{}', now(), now())",
        )
        for each in changed:
            world.servers.sql(each, world.databases["donations"])
        (told,) = await members.until(bool)
        (linked,) = await links.until(bool)
    assert (str(told.person_id), told.version, told.member) == (old, 1, True)
    assert (str(linked.donor_id), linked.version, str(linked.kept_id)) == (other, 1, old)


async def test_a_sponsor_s_gift_says_for_whom_it_is_and_shows_whether_it_waits_for_a_child(
    world: World,
) -> None:
    async with world.listen(MonthlyGiftChanged) as heard:
        body = {"reference": "I-1", "purpose": "education", "children": 2, "correspondence": True}
        gift = (await world.donations.post("/monthly-gifts", body))["gift_id"]
        (fact,) = await heard.until(bool)
    assert (fact.purpose, fact.children, fact.correspondence, fact.status) == (
        "education",
        2,
        True,
        "starting",
    )
    wrong = {**body, "reference": "I-2", "purpose": "food"}
    assert (await world.donations.try_post("/monthly-gifts", wrong)).status_code == 422
    assert await placed(world) == (None, 2)
    for version, found in ((2, 1), (1, 2), (2, 1)):
        await world.send(
            sealed(GiftPlaced(gift_id=UUID(gift), version=version, placed=found, wanted=2, on=FIRST_DAY))
        )
    await until(partial(placed, world), lambda shown: shown == (1, 1))


async def placed(world: World) -> tuple[int | None, int]:
    """Of the one gift: children found, and those still looked for."""
    (gift,) = (await world.donations.get("/monthly-gifts"))["items"]
    return gift["placed"], gift["waiting"]


async def test_guests_who_agree_to_be_written_to_are_shown_without_a_name(world: World) -> None:
    stays, leaves = uuid7(), uuid7()
    state: dict[str, Any] = {"language": "en", "purposes": {"newsletter", "invitation"}, "on": FIRST_DAY}
    for guest, version, offered in ((leaves, 2, False), (leaves, 1, True), (stays, 1, True)):
        await world.send(sealed(ContactOffered(contact_id=guest, version=version, offered=offered, **state)))

    async def shown() -> Any:
        return (await world.donations.get("/donors/offered"))["items"]

    shows = {"contact_id": str(stays), "language": "en", "purposes": ["invitation", "newsletter"]}
    await until(shown, lambda found: found == [{**shows, "since": str(FIRST_DAY)}])
