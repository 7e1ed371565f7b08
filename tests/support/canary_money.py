"""Donors give, a household is granted money, and whoever can type words at donations types canaries."""

from typing import TYPE_CHECKING, Any

from services.donations.commands.booking import Came, book_payment
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.domain.money import Money
from tests.support.world import FIRST_DAY

if TYPE_CHECKING:
    from tests.support.canary_story import Story

YEN = {"currency": "JPY"}
SPENT = Money(500, "JPY")


async def give_and_grant(story: "Story", household: Any) -> None:
    """Every free text that donations takes, once."""
    donor = await _donors(story)
    await _gifts(story, donor)
    await _funds(story)
    await _grant(story, household)


async def _donors(story: "Story") -> str:
    first = await _post(story, "/donors", {"contact": _contact(story, "/donors")})
    second = await _post(story, "/donors", {"contact": {"name": "Second", "mail": "second@example.org"}})
    path = "/donors/{donor_id}/change"
    await _post(story, path, {"contact": _contact(story, path)}, **second)
    path = "/donors/{donor_id}/contact"
    reason = {"reason": story.plant("donations", path, "reason")}
    shown = await story.world.donations.post(path.format(**first), reason)
    assert story.canaries.within(str(shown))
    for each in ("/donors", "/donors/readings"):
        story.answers["donations"].append((await story.world.donations.client.get(each)).text)
    return str(first["donor_id"])


def _contact(story: "Story", path: str) -> dict[str, str]:
    return {name: story.plant("donations", path, f"contact.{name}") for name in ("name", "address")}


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


async def _funds(story: "Story") -> None:
    """A fund spends what is refunded afterwards, and another one covers it."""
    units = story.world.donations.service.units
    async with units.open() as unit:
        await book_payment(unit, Came("paypal", "S", SPENT, FIRST_DAY, purpose="education"))
    there = {"from_fund": "education", "to_fund": "general", "amount": "500", **YEN}
    await _post(story, "/decisions", {**there, "note": story.plant("donations", "/decisions", "note")})
    async with units.open() as unit:
        await book_refund(unit, WentBack("paypal", "R", "S", SPENT, FIRST_DAY))
    (lost,) = await story.world.donations.get("/uncovered")
    assert lost["amount"]["minor"] == SPENT.minor
    back = {**there, "from_fund": "general", "to_fund": "education"}
    await _post(story, "/coverings", {**back, "note": story.plant("donations", "/coverings", "note")})
    assert await story.world.donations.get("/uncovered") == []


async def _grant(story: "Story", household: Any) -> None:
    asked = {"kind": "hospital", "amount": 900, **YEN}
    await story.post("intake", f"/households/{household['household_id']}/grants", asked)
    await story.world.settled()
    (grant,) = await story.world.donations.grants(household)
    paying = {"place": "cash", "payee": "clinic-02", **YEN}
    for what, amount in (("pay", "900"), ("take-back", "100")):
        path = f"/grants/{{grant_id}}/{what}"
        reference = story.plant("donations", path, "reference")
        await _post(story, path, {**paying, "amount": amount, "reference": reference}, **grant)


async def _post(story: "Story", path: str, body: object, **which: Any) -> Any:
    return await story.post("donations", path.format(**which), body)
