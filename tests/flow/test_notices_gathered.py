"""Notices that wait at the same time are taken in one unit, and end as if each had come alone."""

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import RowMapping

from services.donations.api.paypal import SENT_BY_PAYPAL
from services.donations.commands import appeals
from services.donations.commands.monthly import Monthly, register
from services.donations.commands.notices import Notice, Taken, effects, take
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.marks import code_of
from services.donations.paypal import ipn
from services.donations.paypal import notices as reading
from services.donations.paypal.said import Said, Unreadable
from shared.outcomes import Refused
from tests.support.paypal import ipns, notices
from tests.support.paypal.signing import sign
from tests.support.properties import tried_with
from tests.support.till import Till
from tests.support.told import Told

DAY = date(2006, 11, 1)
PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
LATER, LAST = PAID + timedelta(days=8), PAID + timedelta(days=40)
RECEIVERS = frozenset({ipns.RECEIVER})
HUGE = ("999999999999.99", "USD")
CODE = "CODE"
"""Stands for the appeal's: each run has an appeal of its own."""


def ended(code: str, sale: str, **amounts: Any) -> dict[str, Any]:
    return notices.dispute("RESOLVED", LATER, sale_id=sale, dispute_outcome={"outcome_code": code, **amounts})


def once(name: str, custom: str = CODE, **changed: Any) -> dict[str, Any]:
    return notices.sale("COMPLETED", PAID, name, subscription_id=None, custom=custom, **changed)


TOLD: Mapping[str, Mapping[str, Any] | bytes] = {
    "a sale": notices.sale("COMPLETED", PAID, "S1"),
    "the sale again": notices.sale("COMPLETED", PAID, "S1"),
    "the sale without its fee": notices.sale("COMPLETED", PAID, "S1", fee=None),
    "the sale is held": notices.held(PAID, "S1"),
    "the sale is let go": notices.held(PAID, "S1", status="RELEASED", update_time=notices.written(LATER)),
    "the sale with another amount": notices.sale("COMPLETED", PAID, "S1", money=("31.00", "USD")),
    "a part goes back": notices.refund(LATER, "R1", "S1", money=("10.00", "USD")),
    "more goes back than came": notices.refund(LATER, "R2", "S1", money=("25.00", "USD")),
    "a reversal": notices.sale("REVERSED", LATER, "S1"),
    "a dispute": notices.dispute("CREATED", LATER, sale_id="S1"),
    "the dispute is won": ended("RESOLVED_SELLER_FAVOUR", "S1"),
    "the dispute is lost": ended("RESOLVED_BUYER_FAVOUR", "S1"),
    "the dispute is lost in part": ended(
        "RESOLVED_BUYER_FAVOUR", "S1", amount_refunded={"currency_code": "USD", "value": "10.00"}
    ),
    "nobody says who won": ended("RESOLVED_WITH_PAYOUT", "S2"),
    "a subscription": notices.subscription("ACTIVATED", PAID),
    "its end": notices.subscription("CANCELLED", LATER),
    "a failure": notices.payment_failed(LATER),
    "a sale after the end": notices.sale("COMPLETED", LAST, "S2"),
    "a sale that was denied": notices.sale("DENIED", LATER, "S3"),
    "a sale of an unknown subscription": notices.sale("COMPLETED", PAID, "S4", subscription_id="I-UNKNOWN"),
    "the unknown subscription's mark": notices.subscription("CREATED", PAID, "I-UNKNOWN", custom_id="other"),
    "money for the appeal": once("S5"),
    "more for the appeal": once("S6", money=("9.00", "USD")),
    "an IPN of money for the appeal": ipns.payment(
        PAID, "S5", txn_type="web_accept", subscr_id=None, custom=CODE
    ),
    "an IPN of more for it": ipns.payment(
        PAID, "S6", money=("9.00", "USD"), txn_type="web_accept", subscr_id=None, custom=CODE, first_name="H."
    ),
    "an IPN of the sale": ipns.payment(PAID, "S1"),
    "what came for the appeal goes back": notices.refund(LATER, "R5", "S5", fee_back="1.17"),
    "what came for the appeal is disputed": notices.dispute("CREATED", LATER, sale_id="S5"),
    "money for nobody knows what": once("S7", "A-00000000"),
    "the same for a fund": once("S7", "medical"),
    "an amount out of range": notices.sale("COMPLETED", PAID, "S8", money=HUGE),
    "a fee out of range": notices.sale("COMPLETED", PAID, "S9", fee=HUGE[0]),
    "another kind": notices.notice("CHECKOUT.ORDER.APPROVED", "order", {}, PAID),
    "nothing that can be read": {"id": "?"},
}
ARRIVALS = st.lists(st.sampled_from(sorted(TOLD)), min_size=2, max_size=12)
QUERIES = {
    "payments": "SELECT p.*, g.kind, g.donor_id IS NULL AS unknown FROM payment p LEFT JOIN gift g ON g.id = gift_id "
    "ORDER BY transaction_id",
    "funds": "SELECT * FROM fund_balance WHERE balance > 0 ORDER BY 1, 2",
    "postings": "SELECT kind, account, amount, e.happened_on FROM posting JOIN entry e ON e.id = entry_id "
    "ORDER BY 1, 2, 3, 4",
    "months": "SELECT * FROM account_month ORDER BY 1, 2",
    "refunds": "SELECT refund_id, state, amount, entry_id IS NULL AS waits FROM refund ORDER BY 1",
    "appeals": "SELECT raised, held, set_aside, spent, status FROM appeal",
    "donors": "SELECT kind, name FROM donor JOIN contact ON donor_id = id ORDER BY 2",
    "notices": "SELECT transmission_id, event_type, outcome, transaction_id FROM notice ORDER BY 1",
    "bodies": "SELECT count(*) FROM notice_body",
    "told": "SELECT reference, at, what, amount, on_day FROM subscription_told JOIN subscription s "
    "ON s.id = subscription ORDER BY 1, 2, 3, 4",
    "subscriptions": "SELECT reference, custom_key, status, wakes_on FROM subscription ORDER BY 1",
}
TO_BE_LOOKED_AT = "no monthly gift that ended here is still charged"
OWN = {"id", "subscription", "gift_id", "appeal_id", "entry_id"}
"""Ids are new in each run."""


async def taken(till: Till, *some: tuple[Notice, Said | Unreadable]) -> list[Taken]:
    return await till.do(
        lambda unit: take(unit, till.settings.zone, till.settings.seal, some), SENT_BY_PAYPAL
    )


def arrived(name: str, code: str, transmission: str | None = None) -> tuple[Notice, Said | Unreadable]:
    told = TOLD[name]
    body = (told if isinstance(told, bytes) else notices.as_bytes(told)).replace(CODE.encode(), code.encode())
    way = "ipn" if isinstance(told, bytes) else "webhook"
    said = ipn.read(body, RECEIVERS, LATER, sandbox=True) if way == "ipn" else reading.read(body)
    return Notice(transmission or name, way, body, PAID), said


async def ended_in(url: str, batches: Sequence[Sequence[str]]) -> dict[str, list[dict[str, Any]]]:
    """How the books stand after these notices, each batch taken in one unit."""
    async with Till.open(url, DAY) as till:
        await till.do(lambda unit: register(unit, Monthly("education", notices.SUBSCRIPTION)))
        await till.do(lambda unit: appeals.set_price(unit, "rice", Price(25_00, "USD", 1)))
        appeal = await till.do(lambda unit: appeals.open_appeal(unit, "rice", 1, "food"))
        assert isinstance(appeal, Appeal)
        for batch in batches:
            await taken(till, *(arrived(each, code_of(appeal.id)) for each in batch))
        await till.look()
        assert await till.breaches() <= {TO_BE_LOOKED_AT}
        return {name: [_shown(row) for row in await till.rows(query)] for name, query in QUERIES.items()}


def _shown(row: RowMapping) -> dict[str, Any]:
    return {name: value is None if name in OWN else value for name, value in row.items()}


@tried_with(20)
@given(names=ARRIVALS, cut=st.integers(0, 12))
async def test_notices_taken_together_end_as_if_each_had_come_alone(
    till_url: str, names: list[str], cut: int
) -> None:
    alone = await ended_in(till_url, [[each] for each in names])
    assert await ended_in(till_url, [names[:cut], names[cut:]]) == alone


async def test_all_of_them_in_one_unit_end_so_too(till_url: str) -> None:
    for names in ([*TOLD], [*TOLD][::-1]):
        alone = await ended_in(till_url, [[each] for each in names])
        assert await ended_in(till_url, [names]) == alone
    assert [each["outcome"] for each in alone["notices"] if "range" in each["transmission_id"]] == [
        "look",
        "look",
    ]


async def test_one_sale_is_booked_once_by_two_notices_a_repeat_and_another_road(till_url: str) -> None:
    async with Till.open(till_url, DAY) as till:
        sale = arrived("a sale", "")
        other = arrived("an amount out of range", "", "a sale")
        *first, forged = await taken(till, sale, arrived("the sale again", ""), sale, other)
        assert first[:2] == ["unassigned", "unassigned"]
        assert first[2] is None
        assert isinstance(forged, Refused)
        said = ipn.read(ipns.payment(PAID, "S1"), RECEIVERS, LATER, sandbox=True)
        await till.do(lambda unit: effects(unit, till.settings.zone, [said, said, sale[1]]), SENT_BY_PAYPAL)
        assert [each["kind"] for each in await till.rows("SELECT kind FROM entry")] == ["gift"]
        assert len(await till.rows("SELECT id FROM notice")) == 2


async def test_the_endpoint_takes_what_waits_in_one_unit_and_answers_each_for_itself(donations: Told) -> None:
    now, signer = datetime.now(UTC), donations.sandbox.signer
    good = [donations.sandbox.signed(notices.sale("COMPLETED", PAID, f"S{n}"), now) for n in range(20)]
    other, headers = notices.as_bytes(notices.sale("COMPLETED", PAID, "OTHER")), good[0][1]
    # PayPal's own key, as if somebody had found a body of the same CRC32.
    parts = [headers[f"PAYPAL-TRANSMISSION-{name}"] for name in ("ID", "TIME")]
    message = "|".join([*parts, signer.webhook_id, str(zlib.crc32(other))])
    forged = (other, {**headers, "PAYPAL-TRANSMISSION-SIG": sign(signer.holder.key, message)})
    wrong = (good[1][0].replace(b"30.00", b"90.00"), good[1][1])
    sent = [*good, forged, wrong, *good[:3]]
    answers = await asyncio.gather(*(donations.send(*each) for each in sent))
    assert [each.status_code for each in answers] == [200] * 20 + [400, 400] + [200] * 3
    assert await donations.entries() == ["gift"] * 20
    units = await donations.rows("SELECT count(DISTINCT xmin::text) FROM notice")
    assert units[0][0] < 10
