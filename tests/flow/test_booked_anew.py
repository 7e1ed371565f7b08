"""A slip that was reversed can be booked anew under its own reference, and a reference is one however it is spaced."""

import asyncio
from datetime import date
from typing import Any

from services.donations.api.gifts import NewGift
from services.donations.commands import gifts
from services.donations.domain.days import Sure
from services.donations.domain.marks import reference_of
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment
from services.donations.importing.columns import Given
from shared.outcomes import Refused
from tests.flow.test_gift_imports import csv_of, sent
from tests.support.till import Till

DAY = date(2006, 11, 1)


async def test_a_reversed_slip_is_booked_anew_once(till_url: str) -> None:
    async with Till.open(till_url, DAY) as till:
        donor = (await till.donor()).id
        slip = gifts.Slip(donor, "bank", "B-1", Money(500, "JPY"), "general", DAY)
        first: Any = await till.do(lambda unit: gifts.receive(unit, slip))
        assert isinstance(await till.do(lambda unit: gifts.receive(unit, slip)), Refused)
        await till.do(lambda unit: gifts.reverse(unit, first.id, "typed for another donor"))
        row = csv_of(["B-1", str(DAY), "500", "JPY", "general", "Heron", ""])
        report = await sent(till, row, given=Given(way="bank"))
        assert (report.gifts, report.already_there, report.bad_rows) == (0, 0, 1)
        done = await asyncio.gather(*(till.do(lambda unit: gifts.receive(unit, slip)) for _ in range(2)))
        assert len([each for each in done if isinstance(each, Payment)]) == 1
        assert await till.fund("general") == (500, 0, 0)
        assert len(await till.rows("SELECT id FROM payment WHERE version > 0")) == 2
        # No word of anybody's moves a slip's day.
        assert {row["day_sure"] for row in await till.rows("SELECT day_sure FROM payment")} == {Sure.BOOKED}
        assert await till.breaches() == set()


def test_blanks_make_no_other_reference() -> None:
    body = {
        "donor_id": "00000000-0000-0000-0000-000000000001",
        "way": "bank",
        "reference": "  slip  1 ",
        "purpose": "general",
        "received_on": "2006-11-01",
        "amount": "1",
        "currency": "JPY",
    }
    assert NewGift.model_validate(body).slip().reference == reference_of("slip 1") == "slip 1"
