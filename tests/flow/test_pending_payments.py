"""Payments that PayPal says are pending are listed until they come or are denied, in whatever order that is told."""

from datetime import UTC, datetime
from functools import partial
from itertools import permutations
from typing import Any, cast

import pytest

from services.donations.paypal import ipn as reading_ipns
from services.donations.paypal import notices as reading
from services.donations.queries.pending import pending
from services.donations.settings import Settings
from tests.support.noticed import effect
from tests.support.paypal import ipns, notices
from tests.support.till import Till
from tests.support.told import Told

PAID, LATER = datetime(2006, 10, 20, 3, tzinfo=UTC), datetime(2006, 10, 29, 3, tzinfo=UTC)


def told(what: str, at: datetime, **more: Any) -> Any:
    return reading.read(notices.as_bytes(notices.sale(what, at, "S1", **more)))


async def listed(till: Till) -> list[tuple[str, int]]:
    async with till.units.read() as session:
        return [(row["transaction_id"], row["amount"]) for row in await pending(session)]


@pytest.mark.parametrize("end", ["COMPLETED", "DENIED"])
async def test_what_is_pending_is_gone_once_it_comes_or_is_denied(till_url: str, end: str) -> None:
    news = [told("PENDING", PAID), told("PENDING", PAID), told(end, LATER)]
    for order in set(permutations(range(3))):
        async with Till.open(till_url, LATER.date()) as till:
            for number, each in enumerate(order):
                await till.do(partial(effect, zone=till.settings.zone, said=news[each]))
                over = 2 in order[: number + 1]
                assert await listed(till) == ([] if over else [("S1", 30_00)]), order


async def test_an_echeck_of_an_ipn_is_shown_with_its_amount_and_reason(donations: Told) -> None:
    body = ipns.payment(PAID, "E1", status="Pending", payment_type="echeck", pending_reason="echeck")
    said = reading_ipns.read(body, frozenset({ipns.RECEIVER}), LATER, sandbox=True)
    service = donations.world.donations.service
    async with service.units.open() as unit:
        await effect(unit, cast(Settings, service.settings).zone, said)
    (found,) = await donations.world.donations.get("/payments/pending")
    assert (found["reference"], found["reason"], found["happened_on"]) == ("E1", "echeck", "2006-10-20")
    assert found["amount"]["minor"] > 0
