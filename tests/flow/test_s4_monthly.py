"""S4, the donor's side: a monthly gift starts, fails, recovers, lapses and ends, whatever order PayPal tells it in."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import pairwise, permutations
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.commands.matching import Match
from services.donations.commands.monthly import Monthly, change, register
from services.donations.paypal.amounts import Amount
from services.donations.paypal.transactions import Kind, Row
from services.donations.queries.figures import reached
from shared.contracts.donations import (
    GiftCorrected,
    GiftReceived,
    GiftState,
    GiftWhy,
    MonthlyGiftChanged,
)
from shared.outcomes import Refused
from tests.support.paypal import ipns, notices
from tests.support.properties import tried_with
from tests.support.roads import Ipn, Roads
from tests.support.till import WITHOUT_PURPOSE, Till
from tests.support.told import Told
from tests.support.waiting import until

TODAY = date(2006, 12, 20)
Telling = Mapping[str, Any] | Ipn | Row


def at(month: int, day: int) -> datetime:
    return datetime(2006, month, day, 3, tzinfo=UTC)


def ipn(month: int, day: int, body: bytes) -> Ipn:
    """It comes on that day."""
    return Ipn(body, at(month, day))


def sale(month: int, day: int, name: str, value: str = "30.00", **changed: Any) -> Telling:
    return notices.sale("COMPLETED", at(month, day), name, money=(value, "USD"), **changed)


def listed(name: str, kind: Kind, money: Amount, when: datetime, code: str | None = None, **more: Any) -> Row:
    """A row of PayPal's list."""
    return Row(name, kind, "completed", money, when, code, receiver=ipns.RECEIVER, **more)


THIRTY, FEE = Amount(30_00, "USD"), Amount(-1_17, "USD")
OF_IT: dict[str, Any] = {"fee": FEE, "refers_to": notices.SUBSCRIPTION}
# PayPal gives its fee back: otherwise a fund that has nothing else yet could not cover it, which goes by the order.
R2_LISTED = listed("R2", Kind.REFUND, -THIRTY, at(6, 20), fee=-FEE, refers_to="S2")
X5_LISTED = listed("X5", Kind.REVERSAL, -THIRTY, at(6, 10), "T1201", fee=-FEE, refers_to="S5")
Y5_LISTED = listed("Y5", Kind.REVERSAL, THIRTY, at(6, 18), "T1202", fee=FEE, refers_to="S5")
H7_LISTED = listed("H7", Kind.RELEASE, Amount(28_83, "USD"), at(7, 12), "T1105", refers_to="S7")
SLOW: dict[str, Any] = {"payment_mode": "ECHECK", "update_time": notices.written(at(9, 6))}


def closed(outcome: str, case: str, sale_id: str, end: datetime) -> Sequence[Telling]:
    """A dispute that goes on keeps money where it is; so its end belongs to it."""
    begun = notices.dispute("CREATED", end - timedelta(days=5), case, sale_id=sale_id)
    return [begun, notices.dispute("RESOLVED", end, case, sale_id=sale_id, outcome=outcome)]


def reversed_of(name: str) -> Sequence[Telling]:
    """By both roads: only the IPN says that PayPal gave its fee back. If it did not, what a fund lacks then would go by
    the order.
    """
    by_ipn = ipns.back(at(6, 10), "X", name, status="Reversed", reason_code="chargeback", mc_fee="-1.17")
    return [notices.sale("REVERSED", at(6, 10), name), ipn(6, 10, by_ipn)]


def restored_of(name: str) -> Ipn:
    fee: dict[str, Any] = {"reason_code": "other", "mc_fee": "1.17"}
    again = ("30.00", "USD")
    return ipn(6, 18, ipns.back(at(6, 18), "Y", name, status="Canceled_Reversal", money=again, **fee))


NEWS: Sequence[Sequence[Telling]] = [
    [notices.subscription("CREATED", at(5, 1))],
    [notices.subscription("ACTIVATED", at(5, 3))],
    [sale(5, 3, "S1")],
    [ipn(5, 3, ipns.payment(at(5, 3), "S1"))],
    [listed("S1", Kind.PAYMENT, THIRTY, at(5, 3), **OF_IT)],
    [R2_LISTED],
    [ipn(5, 3, ipns.subscription("subscr_signup", at(5, 3)))],
    [sale(6, 3, "S2")],
    [notices.refund(at(6, 20), "R2", "S2", fee_back="1.17")],
    [notices.payment_failed(at(7, 3))],
    [notices.sale("DENIED", at(7, 8), "S0")],
    [notices.subscription("SUSPENDED", at(7, 20)), notices.subscription("ACTIVATED", at(7, 25))],
    [sale(8, 6, "S3", "60.00")],
    closed("RESOLVED_SELLER_FAVOUR", "PP-D-3", "S3", at(8, 25)),
    [ipn(9, 20, ipns.subscription("subscr_cancel", at(9, 20)))],
    [notices.subscription("UPDATED", at(9, 25))],
    [sale(10, 15, "S4")],
    # Reversed, and given back: by a dispute that was won, by an IPN, by the list.
    [sale(6, 5, "S5")],
    reversed_of("S5"),
    [X5_LISTED],
    closed("RESOLVED_SELLER_FAVOUR", "PP-D-5", "S5", at(6, 18)),
    [restored_of("S5")],
    [Y5_LISTED],
    # Lost in a dispute, and given back after all.
    [sale(6, 7, "S6")],
    reversed_of("S6"),
    [*closed("RESOLVED_BUYER_FAVOUR", "PP-D-6", "S6", at(6, 15)), restored_of("S6")],
    # Held by PayPal and let go, which an IPN and the list do not say of the payment.
    [notices.held(at(7, 3), "S7")],
    [notices.held(at(7, 3), "S7", "RELEASED", update_time=notices.written(at(7, 12)))],
    [ipn(7, 3, ipns.payment(at(7, 3), "S7"))],
    [listed("S7", Kind.PAYMENT, THIRTY, at(7, 3), **OF_IT)],
    [H7_LISTED],
    # Drawn from a bank account: pending for a week.
    [notices.sale("PENDING", at(8, 30), "S8")],
    [ipn(8, 30, ipns.payment(at(8, 30), "S8", status="Pending", payment_type="echeck"))],
    [notices.sale("COMPLETED", at(8, 30), "S8", **SLOW)],
    [ipn(9, 8, ipns.payment(at(8, 30), "S8", payment_type="echeck"))],
    [listed("S8", Kind.PAYMENT, THIRTY, at(8, 30), **OF_IT)],
]
"""What was told of one subscription, mostly in the order in which it happened. The sale S4 comes after the end."""
REGISTER = len(NEWS)
TREASURER_S = {
    "no monthly gift that ended here is still charged",
    WITHOUT_PURPOSE,
}
"""What is for a treasurer to do, and no defect."""


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, TODAY) as till:
        yield till


@pytest.fixture
async def roads(till: Till) -> AsyncIterator[Roads]:
    async with Roads.to(till) as roads:
        yield roads


BY_REFERENCE, BY_MARK = {"reference": notices.SUBSCRIPTION}, {"custom": "gift-2"}


async def tell(
    roads: Roads, order: Sequence[int], looks: Sequence[bool], named: Mapping[str, str] = BY_REFERENCE
) -> None:
    """Tell some of it. Now and then PayPal is asked about the IPNs that came, what is old is removed, and somebody
    looks how the gift stands.
    """
    till, wanted = roads.till, Monthly("education", named.get("reference"), named.get("custom"))
    for number, which in enumerate(order):
        if which == REGISTER:
            await till.do(lambda unit: register(unit, wanted))
        else:
            await roads.tell(*NEWS[which])
        if looks[number % len(looks)]:
            await roads.judge()
            await roads.forget()
            await till.look()
    await roads.judge()
    await roads.forget()
    await till.look()
    # A row that the list had before its payment was known is found when the list is sent again.
    told = [each for which in order if which != REGISTER for each in NEWS[which]]
    if rows := [each for each in told if isinstance(each, Row)]:
        for _ in range(2):
            found = await roads.list(*dict.fromkeys(rows))
        assert set(found.values()) <= {Match.MATCHED, Match.WAITING, Match.UNKNOWN}, found
        await till.look()


async def state(till: Till) -> tuple[Any, ...]:
    """Everything about the gift, without how often it changed on the way."""
    gifts = await till.rows(
        "SELECT reference, status, wakes_on, CAST(said AS text) AS said FROM subscription"
    )
    payments = await till.rows("""
        SELECT transaction_id, subscription IS NULL AS nobodys, purpose, gift_id IS NULL AS without_gift, gross, fee,
               refunded, net, held, hold_reason, dispute, happened_on, covers_from, covers_until
        FROM payment ORDER BY transaction_id
    """)
    funds = [await till.fund(each, "USD") for each in ("education", "unassigned")]
    timers = await till.rows("SELECT name, due_on FROM timer WHERE due_on IS NOT NULL ORDER BY due_on")
    findings = await till.rows("SELECT transaction_id, status FROM finding ORDER BY 1")
    return (
        [dict(each) for each in gifts],
        [dict(each) for each in payments],
        funds,
        [dict(each) for each in timers],
        [dict(each) for each in findings],
    )


ENDS_OF_THEMES = (0, 7, 12, 17, 23, 26, 30, 31, len(NEWS))
THEMES = [range(*each) for each in pairwise(ENDS_OF_THEMES)]
"""What belongs together in the news: its start, what failed, a larger payment and the end, what came back, losses,
what is held, its release in the list, what is pending. What has nothing to do with each other can be told in any order
anyway.
"""
CHOSEN = st.tuples(
    st.sets(st.sampled_from(range(len(THEMES))), min_size=1, max_size=3),
    st.sets(st.integers(0, len(NEWS) - 1), max_size=6),
).map(lambda drawn: {each for theme in drawn[0] for each in THEMES[theme]} - drawn[1])
"""Some of the themes, of each nearly all."""
WAYS = {"by reference": BY_REFERENCE, "by mark": BY_MARK, "not at all": {}}


@tried_with(12)
@given(
    st.sampled_from(sorted(WAYS)),
    CHOSEN,
    st.lists(st.booleans(), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
)
async def test_any_order_and_repetition_ends_in_the_same_state(
    roads: Roads, way: str, which: set[int], looks: list[bool], random: Any
) -> None:
    """By webhooks, IPNs and lists, through all that judges them; and however the gift is registered."""
    named, till = WAYS[way], roads.till
    in_order = [*([REGISTER] if named else []), *sorted(which)]
    shuffled = in_order * 2
    random.shuffle(shuffled)
    ends = []
    for order, looking in ((in_order, [False]), (shuffled, looks)):
        await till.clear(TODAY)
        await tell(roads, order, looking, named)
        ends.append(await state(till))
        assert await till.breaches() <= TREASURER_S
    assert ends[0] == ends[1], (in_order, shuffled, looks)


async def test_a_lost_dispute_whose_money_came_back_ends_the_same_in_every_order(roads: Roads) -> None:
    """With and without the reversal that PayPal tells itself, which alone says what it gave back of its fee."""
    lost = closed("RESOLVED_BUYER_FAVOUR", "PP-D-6", "S6", at(6, 15))
    told: dict[str, Sequence[Telling]] = {
        "sale": [sale(6, 7, "S6")],
        "lost": lost,
        "back": [restored_of("S6")],
        "reversed": reversed_of("S6"),
    }
    for names in (("sale", "lost", "back"), tuple(told)):
        ends = {}
        for order in permutations(names):
            await roads.till.clear(TODAY)
            for name in (*order, *order):
                await roads.tell(*told[name])
                await roads.judge()
            await roads.forget()
            ends[order] = await state(roads.till)
            assert await roads.till.breaches() <= TREASURER_S
        assert [order for order, end in ends.items() if end != ends[names]] == []


async def test_all_of_it_in_order(roads: Roads) -> None:
    """So that the property above is about something."""
    till = roads.till
    await tell(roads, [REGISTER, *range(len(NEWS))], [True])
    ((gift,), payments, funds, _, findings) = await state(till)
    assert gift["status"] == "ended"
    # A refund took June away; two payments came back that had been reversed, and cover June and July.
    assert '"covered_until": "2006-12-03"' in gift["said"]
    where = {each["transaction_id"]: (each["purpose"], each["without_gift"]) for each in payments}
    ours = ("education", False)
    assert where == {**{f"S{number}": ours for number in range(1, 9)}, "S4": ("unassigned", True)}
    assert funds[1][0] == 2883
    covers = {each["transaction_id"]: (each["covers_from"], each["covers_until"]) for each in payments}
    assert covers == {
        "S1": (date(2006, 5, 3), date(2006, 6, 3)),
        "S2": (None, None),
        "S5": (date(2006, 6, 3), date(2006, 7, 3)),
        "S6": (date(2006, 7, 3), date(2006, 8, 3)),
        "S7": (date(2006, 8, 3), date(2006, 9, 3)),
        "S3": (date(2006, 9, 3), date(2006, 11, 3)),
        "S8": (date(2006, 11, 3), date(2006, 12, 3)),
        "S4": (None, None),
    }
    assert {each["transaction_id"] for each in payments if each["held"]} == set()
    assert [each["happened_on"] for each in payments if each["transaction_id"] == "S8"] == [date(2006, 9, 6)]
    assert {each["status"] for each in findings} == {"matched"}
    changes = await till.rows("SELECT before, status FROM subscription_change ORDER BY version")
    assert [(each["before"], each["status"]) for each in changes][-1][1] == "ended"
    assert await till.breaches() == TREASURER_S
    entries = {each["kind"] for each in await till.rows("SELECT kind FROM entry")}
    assert {"gift", "held", "released", "refund", "restored"} <= entries


async def test_a_gift_is_found_by_its_reference_or_its_mark_and_is_one_gift(roads: Roads) -> None:
    till = roads.till

    async def registered(
        purpose: str = "education", reference: str | None = None, custom: str | None = None
    ) -> UUID | Refused:
        return await till.do(lambda unit: register(unit, Monthly(purpose, reference, custom)))

    first = await registered(custom="gift-2")
    assert await registered(custom="gift-2") == first
    assert isinstance(await registered("food", custom="gift-2"), Refused)
    await roads.tell(*NEWS[1])
    await till.look()
    assert await registered(reference=notices.SUBSCRIPTION) == first
    assert await registered(reference=notices.SUBSCRIPTION, custom="gift-2") == first
    second = await registered(reference="I-OTHER")
    assert isinstance(second, UUID)
    assert second != first
    # A mark is of one gift alone.
    assert isinstance(await registered(reference="I-OTHER", custom="gift-2"), Refused)
    assert isinstance(await registered(reference="I-THIRD", custom="gift-2"), Refused)
    assert await registered(reference="I-OTHER", custom="gift-3") == second
    assert await registered(custom="gift-3") == second


async def test_a_gift_that_is_registered_again_stays_and_a_change_has_its_own_way(till: Till) -> None:
    donor, other = (await till.donor()).id, (await till.donor("Other")).id
    first = Monthly("education", notices.SUBSCRIPTION, children=2, correspondence=True)

    async def stands() -> tuple[Any, ...]:
        (row,) = await till.rows("SELECT donor_id, children, correspondence FROM gift")
        return tuple(row.values())

    for named, kept in ((None, None), (donor, donor), (None, donor)):
        again = replace(first, donor_id=named)
        gift: Any = await till.do(partial(register, monthly=again))
        assert isinstance(gift, UUID)
        assert await stands() == (kept, 2, True)
    for other_content in ({"donor_id": other}, {"children": 1}, {"correspondence": False}):
        wrong = replace(first, **other_content)
        refused = await till.do(partial(register, monthly=wrong))
        assert isinstance(refused, Refused)
        assert f"({next(iter(other_content))})" in refused.words
        assert f"/monthly-gifts/{gift}/change" in refused.words
        assert await stands() == (donor, 2, True)
        assert await till.do(partial(change, gift_id=gift, changes=other_content)) == gift
        assert await stands() == (wrong.donor_id or donor, wrong.children, wrong.correspondence)
        back = {"donor_id": donor, "children": 2, "correspondence": True}
        assert await till.do(partial(change, gift_id=gift, changes=back)) == gift
    food = await till.do(partial(register, monthly=Monthly("food", "I-OTHER")))
    assert isinstance(food, UUID)
    assert isinstance(await till.do(partial(change, gift_id=food, changes={"children": 1})), Refused)


async def gift_of(donations: Told, status: str) -> Any:
    """The one monthly gift, once it stands so."""

    async def look() -> Any:
        return (await donations.world.donations.get("/monthly-gifts"))["items"][0]

    return await until(look, lambda gift: gift["status"] == status)


async def test_a_gift_fails_lapses_is_found_again_and_every_step_is_told(donations: Told) -> None:
    world = donations.world
    donor = await world.donations.donor()
    body = {
        "reference": "I-NEW",
        "purpose": "education",
        "donor_id": donor,
        "children": 2,
        "correspondence": True,
    }

    def of_it(notice: str, when: datetime) -> Any:
        return notices.subscription(notice, when, "I-NEW")

    async with world.listen(MonthlyGiftChanged) as heard:
        gift_id = (await world.donations.post("/monthly-gifts", body))["gift_id"]

        def newest(facts: list[MonthlyGiftChanged]) -> MonthlyGiftChanged | None:
            own = (fact for fact in facts if str(fact.gift_id) == gift_id)
            return max(own, key=lambda fact: fact.version, default=None)

        async def stands(status: str) -> MonthlyGiftChanged:
            facts = await heard.until(lambda seen: (found := newest(seen)) and found.status == status)
            found = newest(facts)
            assert found
            return found

        await donations.tell(of_it("CREATED", at(10, 18)))
        await stands("starting")
        await donations.tell(of_it("ACTIVATED", at(10, 25)))
        await donations.tell(notices.sale("COMPLETED", at(10, 20), "S1", subscription_id="I-NEW"))
        found = await stands("active")
        assert (found.donor_id, found.children, found.correspondence) == (UUID(donor), 2, True)
        assert found.covered_until == date(2006, 11, 20)
        await world.turn("2006-11-21")
        await donations.tell(notices.payment_failed(at(11, 20), "I-NEW", retry_at=at(11, 25)))
        found = await stands("at_risk")
        assert (found.covered_until, found.grace_until) == (date(2006, 11, 20), date(2007, 1, 4))
        await world.turn("2007-01-04")
        assert max(f.version for f in heard.facts if str(f.gift_id) == gift_id) == found.version
        await world.turn("2007-01-05")
        assert (await stands("lapsed")).on == date(2007, 1, 5)
        await donations.tell(
            notices.sale("COMPLETED", datetime(2007, 1, 5, tzinfo=UTC), "S2", subscription_id="I-NEW")
        )
        await until(
            lambda: world.donations.get("/monthly-gifts", status="active"), lambda page: page["items"]
        )
    months = {each["month"]: each for each in await world.donations.get("/monthly-gifts/months")}
    assert (months["2007-01-01"]["lost"], months["2007-01-01"]["found_again"]) == (1, 1)
    assert months["2006-11-01"]["at_risk"] == 1
    async with world.donations.service.units.read() as session:
        figures = await reached(session)
    assert [figures[f"gifts_{each}"] for each in ("active", "at_risk", "lost")] == [1, 0, 1]


async def test_b6_what_is_charged_after_the_end_is_nobody_s_until_it_is_assigned(donations: Told) -> None:
    world = donations.world
    await world.turn("2006-12-01")
    await donations.tell(notices.subscription("CANCELLED", at(11, 1)))
    await donations.tell(notices.sale("COMPLETED", at(11, 20), "S1"))
    assert await donations.outcomes() == ["kept", "unassigned"]
    assert await donations.held_and_free("unassigned") == (0, 2883)
    await gift_of(donations, "ended")
    check = "no monthly gift that ended here is still charged"

    async def breaches() -> list[str]:
        return [each["name"] for each in await world.donations.get("/checks") if each["breaches"]]

    assert await breaches() == [check]
    (payment,) = (await world.donations.get("/payments", purpose="unassigned"))["items"]
    for _ in range(2):
        await world.donations.try_post(f"/payments/{payment['payment_id']}/assign", {"purpose": "food"})
    await world.settled()
    assert await donations.held_and_free("unassigned") == (0, 0)
    assert await donations.held_and_free("food") == (0, 2883)
    # PayPal may charge once more, whatever this money is for.
    assert await breaches() == [check]
    await world.turn("2007-01-21")
    assert await breaches() == []


async def stand(donations: Told) -> tuple[str, str | None]:
    """How the one gift stands once nothing is left to be done, and until when it is covered."""
    await donations.world.settled()
    (gift,) = (await donations.world.donations.get("/monthly-gifts"))["items"]
    return gift["status"], gift["covered_until"]


async def test_b4_while_a_payment_is_disputed_its_month_is_covered_and_the_gift_at_risk(
    donations: Told,
) -> None:
    await donations.tell(notices.sale("COMPLETED", at(10, 20)))
    assert await stand(donations) == ("active", "2006-11-20")
    await donations.tell(notices.dispute("CREATED", at(10, 28)))
    assert await stand(donations) == ("at_risk", "2006-11-20")
    await donations.tell(notices.dispute("RESOLVED", at(10, 30), outcome="RESOLVED_SELLER_FAVOUR"))
    assert await stand(donations) == ("active", "2006-11-20")
    await donations.tell(notices.sale("COMPLETED", at(10, 31), "S2"))
    assert await stand(donations) == ("active", "2006-12-20")
    await donations.tell(notices.dispute("CREATED", at(10, 31), "PP-D-2", sale_id="S2"))
    await donations.tell(notices.dispute("RESOLVED", at(10, 31), "PP-D-2", sale_id="S2", outcome="ACCEPTED"))
    assert await stand(donations) == ("active", "2006-11-20")


async def test_b5_what_is_pending_changes_nothing_and_what_is_denied_is_a_failure(donations: Told) -> None:
    await donations.tell(notices.sale("COMPLETED", at(9, 28), "S1"))
    await donations.tell(notices.payment_failed(at(10, 28)))
    failing = await stand(donations)
    assert failing == ("at_risk", "2006-10-28")
    await donations.tell(notices.sale("PENDING", at(10, 29), "S2"))
    assert await stand(donations) == failing
    # Nine days later the eCheck has cleared, and the payment is of that day.
    await donations.world.turn("2006-11-08")
    cleared: dict[str, Any] = {"payment_mode": "ECHECK", "update_time": notices.written(at(11, 7))}
    await donations.tell(notices.sale("COMPLETED", at(10, 29), "S2", **cleared))
    assert await stand(donations) == ("active", "2006-11-28")
    await donations.tell(notices.sale("DENIED", at(11, 8), "S3"))
    assert (await stand(donations))[0] == "at_risk"


async def test_notices_of_one_subscription_at_two_replicas_at_once_end_in_one_state(donations: Told) -> None:
    told = [notices.subscription(each, at(10, 20)) for each in ("CREATED", "ACTIVATED", "UPDATED")]
    told += [notices.sale("COMPLETED", at(10, 20 + number), f"S{number}") for number in range(6)]
    # PayPal gives its fee back: otherwise a fund that has nothing else yet could not cover it.
    told.append(notices.refund(at(10, 28), "R5", "S5", fee_back="1.17"))
    async with donations.world.another("donations", **donations.settings) as other:
        first = donations.world.donations.replica
        await asyncio.gather(*(donations.tell(each, to) for each in told for to in (first, other)))
        assert await stand(donations) == ("active", "2007-03-20")
    assert await donations.held_and_free() == (0, 5 * 2883)


async def test_which_months_a_payment_covers_is_said_soon_after_it_came_and_again_when_they_change(
    donations: Told,
) -> None:
    """Sponsorship hears facts in any order: the newest of a payment has its months, whatever was said before."""
    world = donations.world
    async with world.listen(GiftReceived) as received, world.listen(GiftCorrected) as corrected:

        async def months() -> list[tuple[date | None, date | None, str]]:
            await world.settled()
            facts: list[GiftState] = [*received.facts, *corrected.facts]
            newest = {
                each.payment_id: each for each in sorted(facts, key=lambda each: each.version) if each.gift_id
            }
            found = sorted(newest.values(), key=lambda each: str(each.payment_id))
            return [(each.covers_from, each.covers_until, each.reason) for each in found]

        async def become(*expected: tuple[date | None, date | None, str]) -> None:
            await until(months, lambda found: found == list(expected))

        await donations.tell(notices.sale("COMPLETED", at(9, 20), "S1"))
        first = (date(2006, 9, 20), date(2006, 10, 20), GiftWhy.COVERED.value)
        await become(first)
        assert [(each.covers_from, each.covers_until) for each in received.facts] == [(None, None)]
        await donations.tell(notices.sale("COMPLETED", at(10, 20), "S2"))
        second = (date(2006, 10, 20), date(2006, 11, 20), GiftWhy.COVERED.value)
        await become(first, second)
        # The first one goes back, and pays for no month any more; the second one's month is the same.
        await donations.tell(notices.refund(at(10, 28), "R1", "S1", fee_back="1.17"))
        await become((None, None, GiftWhy.COVERED.value), second)
        before = len(corrected.facts)
        await donations.tell(notices.sale("COMPLETED", at(10, 20), "S2"))
        await months()
        assert len(corrected.facts) == before
    database = world.databases["donations"]
    world.servers.sql("UPDATE payment SET covers_from = '2006-11-01', covers_until = '2006-12-01'", database)
    broken = [each["name"] for each in await world.donations.get("/checks") if each["breaches"]]
    assert broken == ["payments of a monthly gift cover each day once, and only while they count"]
    right = "UPDATE payment SET covers_from = {}, covers_until = {} WHERE transaction_id = '{}'"
    world.servers.sql(right.format("NULL", "NULL", "S1"), database)
    world.servers.sql(right.format("'2006-10-20'", "'2006-11-20'", "S2"), database)


async def test_b3_refunds_that_come_first_take_their_months_away(donations: Told) -> None:
    for each in ("R1", "R2"):
        await donations.tell(notices.refund(at(10, 28), each, "S1", money=("15.00", "USD")))
    await donations.tell(notices.sale("COMPLETED", at(10, 20), "S1"))
    assert await stand(donations) == ("starting", None)
