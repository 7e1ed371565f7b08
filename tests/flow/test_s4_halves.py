"""S4, acceptance case B3: half a monthly gift begins nothing; the other half does, since the month's first day."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from tests.support.paypal import notices
from tests.support.told import Told


def at(day: int) -> datetime:
    return datetime(2006, 11, day, 3, tzinfo=UTC)


async def test_b3_two_halves_begin_a_sponsorship_and_a_refund_of_one_uncovers_its_month(
    donations: Told,
) -> None:
    world = donations.world
    await world.start("sponsorship")
    child = await world.sponsorship.one_child()
    body = {"reference": "I-HALF", "purpose": "education", "children": 1}
    gift_id = UUID((await world.donations.post("/monthly-gifts", body))["gift_id"])

    async def half(name: str, day: int) -> None:
        sale = notices.sale("COMPLETED", at(day), name, money=("15.00", "USD"), subscription_id="I-HALF")
        await donations.tell(sale)

    async def stands() -> tuple[Any, ...]:
        await world.settled()
        found = await world.sponsorship.child(child["child_id"])
        gift = await world.sponsorship.gift(gift_id)
        return found["status"], found["since"], gift["begun_on"], gift["uncovered"]

    price = {"fixed_price": {"currency_code": "USD", "value": "30.00"}}
    plan = {"billing_cycles": [{"tenure_type": "REGULAR", "pricing_scheme": price}]}
    await donations.tell(notices.subscription("ACTIVATED", at(1), "I-HALF", plan=plan))
    assert await stands() == ("held", "2006-11-01", None, 0)
    await world.turn("2006-11-12")
    await half("S1", 5)
    assert await stands() == ("held", "2006-11-01", None, 0)
    await half("S2", 12)
    assert await stands() == ("sponsored", "2006-11-05", "2006-11-05", 0)
    await donations.tell(notices.refund(at(12), "R1", "S2", money=("15.00", "USD")))
    assert await stands() == ("sponsored", "2006-11-05", "2006-11-05", 1)
    await half("S3", 12)
    assert await stands() == ("sponsored", "2006-11-05", "2006-11-05", 0)
