"""S4 and S10, through all services: PayPal tells of a child's monthly gift, of its refund and of a dispute."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.paypal import notices
from tests.support.paypal.sandbox import Sandbox
from tests.support.people import person
from tests.support.told import Told
from tests.support.world import World


@pytest.fixture
async def told(swept_world: World, sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Told]:
    """Donations runs with a PayPal that it believes, and all others beside it."""
    async with Told.running(swept_world, sandbox, tmp_path, "sponsorship", "events") as told:
        yield told


def at(month: int, day: int, year: int = 2006) -> datetime:
    return datetime(year, month, day, 3, tzinfo=UTC)


async def stands(told: Told, household: Any, child: str, gift: str) -> tuple[int, int | None]:
    """The child and its gift stand like this; how many months the gift no longer covers, and how many children it keeps
    or supports, as donations knows.
    """
    await told.world.sponsorship.child_of(household, child)
    await told.world.settled()
    await told.world.sponsorship.child_of(household, child)
    (heard,) = (await told.world.sponsorship.get("/gifts"))["items"]
    (kept,) = (await told.world.donations.get("/monthly-gifts"))["items"]
    assert heard["status"] == kept["status"] == gift
    return heard["uncovered"], kept["placed"]


async def test_a_child_has_its_sponsor_as_long_as_its_gift_lasts_and_what_goes_back_is_reversed(
    told: Told,
) -> None:
    world = told.world
    people = [person(1), person(2, birth_date="1998-05-01", size="122")]
    household = await world.intake.register(people, needs=[])
    guardian = household["members"][0]["member_id"]
    await world.intake.agree(household, 1, "sponsorship", "alias", "story", guardian_id=guardian)
    (gift,) = (await world.donations.get("/monthly-gifts"))["items"]
    change = {"children": 1, "donor_id": await world.donations.donor()}
    await world.donations.post(f"/monthly-gifts/{gift['gift_id']}/change", change)
    await told.tell(notices.subscription("CREATED", at(10, 18)))
    assert await stands(told, household, "held", "starting") == (0, 1)
    await told.tell(notices.subscription("ACTIVATED", at(10, 20)))
    await told.tell(notices.sale("COMPLETED", at(10, 20), "S1"))
    assert await stands(told, household, "sponsored", "active") == (0, 1)
    assert await told.held_and_free() == (0, 2883)

    await told.tell(notices.dispute("CREATED", at(10, 28), sale_id="S1"))
    assert await stands(told, household, "at_risk", "at_risk") == (0, 1)
    assert await told.held_and_free() == (2883, 0)
    won = {"outcome": "RESOLVED_SELLER_FAVOUR", "sale_id": "S1"}
    await told.tell(notices.dispute("RESOLVED", at(10, 30), **won))
    assert await stands(told, household, "sponsored", "active") == (0, 1)
    assert await told.held_and_free() == (0, 2883)

    # The next payment is late; two come, and go back: the books reverse them, and their months are not covered.
    await world.turn("2006-12-21")
    assert await stands(told, household, "at_risk", "at_risk") == (0, 1)
    for number, month in ((2, 11), (3, 12)):
        await told.tell(notices.sale("COMPLETED", at(month, 20), f"S{number}"))
    assert await stands(told, household, "sponsored", "active") == (0, 1)
    assert await told.held_and_free() == (0, 3 * 2883)
    await told.tell(notices.refund(at(12, 21), "R2", "S2", fee_back="1.17"))
    assert await stands(told, household, "sponsored", "active") == (1, 1)
    # A lost dispute takes a month away as a refund does; its reversal, which PayPal tells too, is the same money.
    await told.tell(notices.dispute("CREATED", at(12, 21), sale_id="S3", dispute_id="D3"))
    assert await stands(told, household, "at_risk", "at_risk") == (1, 1)
    lost = {"outcome": "RESOLVED_BUYER_FAVOUR", "sale_id": "S3", "dispute_id": "D3"}
    await told.tell(notices.dispute("RESOLVED", at(12, 21), **lost))
    assert await stands(told, household, "at_risk", "at_risk") == (2, 1)
    await told.tell(notices.sale("REVERSED", at(12, 21), "S3"))
    assert await stands(told, household, "at_risk", "at_risk") == (2, 1)
    # PayPal gave no fee back with the dispute.
    assert await told.held_and_free() == (0, 2883 - 117)
    assert await told.entries() == ["gift"] * 3 + ["held"] * 2 + ["refund"] * 2 + ["released"] * 2

    # Nothing comes within the days of grace, which are counted from when the second payment was due.
    await world.turn("2007-01-14")
    assert await stands(told, household, "at_risk", "at_risk") == (2, 1)
    await world.turn("2007-01-15")
    assert await stands(told, household, "offered_again", "lapsed") == (2, 0)
    child = await world.sponsorship.child_of(household, "offered_again")
    assert (child["waiting_since"], child["reasons"]) == ("2006-11-01", ["was_sponsored"])
    sponsored, fails = "a child has a sponsor", "a child may lose its sponsor: the gift fails"
    school = [line for line in await world.intake.told(household) if line.startswith("School: ")]
    assert [line.removeprefix("School: ") for line in school] == [
        "a child waits for a sponsor, since 2006-11-01.",
        "a child is kept for a sponsor whose gift has not started yet, since 2006-11-01.",
        f"{sponsored}, since 2006-11-01.",
        f"{fails}, since 2006-11-01.",
        f"{sponsored}, since 2006-11-01.",
        f"{fails}, since 2006-12-21.",
        f"{sponsored}, since 2006-11-01.",
        f"{fails}, since 2006-12-21.",
        "a child has lost its sponsor and waits again, with the time it had waited before, since 2007-01-15.",
    ]
