"""A receipt that is issued while its donor is merged or parted names who the donor is in the end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import donors
from services.donations.commands.receipts import issue_receipt
from services.donations.domain.letters import Receipt
from shared.messaging.unit import Unit
from tests.support.till import Till

DAY = date(2006, 11, 1)
Work = Callable[[Unit], Awaitable[Any]]


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        assert await till.breaches() == set()


async def nothing(_: Unit) -> None:
    """The unit that came first goes on at once."""


@pytest.mark.parametrize(
    ("merged", "first", "state"),
    [(True, "part", "issued"), (False, "merge", "issued"), (True, "receipt", "replaced")],
)
async def test_who_comes_second_sees_what_the_first_did(
    till: Till, merged: bool, first: str, state: str
) -> None:
    payment = await till.gift(1_000)
    (own,) = [row["id"] for row in await till.rows("SELECT id FROM donor")]
    other: UUID = (await till.donor(address="Street 2")).id
    works: dict[str, Work] = {
        "merge": lambda unit: donors.merge(unit, own, other),
        "part": lambda unit: donors.part(unit, own),
        "receipt": lambda unit: issue_receipt(unit, till.settings.office, payment.id),
    }
    if merged:
        await till.do(works["merge"])
    then = works["part" if first == "receipt" else "receipt"]
    await till.meets(lambda: till.do(then), works[first], nothing)
    (receipt,) = await till.rows("SELECT donor_id, state FROM receipt")
    assert (receipt["donor_id"], receipt["state"]) == (own if first == "part" else other, state)


async def test_two_who_ask_for_one_receipt_at_once_get_one_number(till: Till) -> None:
    payment = await till.gift(1_000)
    asking: Work = lambda unit: issue_receipt(unit, till.settings.office, payment.id)  # noqa: E731
    await till.meets(lambda: till.do(asking), asking, nothing)
    again = await till.do(asking)
    assert isinstance(again, Receipt)
    assert [row["number"] for row in await till.rows("SELECT number FROM receipt")] == [again.number]
