"""Whatever is told of what PayPal took of one payment and gave back, in any order and twice, ends alike."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.commands.booking import Came
from services.donations.commands.disputes import cancel_reversal, close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.restoring import CameBack
from services.donations.domain.days import Sure
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute
from shared.messaging.unit import Unit
from tests.support.noticed import book_payment
from tests.support.properties import tried_with
from tests.support.till import Till


def on(day: int) -> date:
    return date(2006, 10, day)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


SALE = Came("paypal", "S", usd(100_00), on(1), usd(3_00), held=False, purpose="food", sure=Sure.PAID)
News = tuple[str, tuple[Any, ...]]
NEWS: dict[str, Callable[..., Callable[[Unit], Awaitable[Any]]]] = {
    "sale": lambda: lambda unit: book_payment(unit, SALE),
    "opened": lambda day: lambda unit: open_dispute(unit, "paypal", "S", on(day)),
    "unclear": lambda day: lambda unit: open_dispute(unit, "paypal", "S", on(day), unclear=True),
    "won": lambda day: lambda unit: close_dispute(unit, "paypal", "S", Dispute.WON, on(day)),
    "lost": lambda case, day, minor: (
        lambda unit: close_dispute(
            unit, "paypal", "S", Dispute.LOST, on(day), usd(minor) if minor else None, case
        )
    ),
    "reversed": lambda day, minor, fee: (
        lambda unit: book_refund(unit, WentBack("paypal", "reversal S", "S", usd(minor), on(day), fee))
    ),
    "back": lambda day, minor, fee: (
        lambda unit: cancel_reversal(unit, CameBack("paypal", "S", usd(minor), on(day), fee))
    ),
    "refund": lambda name, minor: (
        lambda unit: book_refund(unit, WentBack("paypal", name, "S", usd(minor), on(5)))
    ),
}


DAY = st.sampled_from([8, 10, 12])
MINOR = st.sampled_from([4_00, 6_00, 10_00])
FEE = st.sampled_from([0, 50, 1_00])


def told(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[News]:
    return st.tuples(st.just(name), st.tuples(*values))


def perhaps(which: st.SearchStrategy[News]) -> st.SearchStrategy[list[News]]:
    return st.lists(which, max_size=1)


ALL = st.tuples(
    perhaps(told("opened", DAY)),
    perhaps(told("unclear", DAY)),
    st.lists(told("won", DAY), max_size=2),
    st.lists(told("lost", st.sampled_from(["C1", "C2"]), DAY, st.one_of(MINOR, st.just(0))), max_size=2),
    perhaps(told("reversed", DAY, MINOR, FEE)),
    perhaps(told("back", DAY, MINOR, st.one_of(st.none(), FEE))),
    st.lists(told("refund", st.sampled_from(["R1", "R2"]), st.just(4_00)), max_size=2),
).map(lambda some: [("sale", ()), *(each for few in some for each in few)])


async def ends(till_url: str, order: Sequence[News], *, rich: bool) -> dict[str, Any]:
    """How the payment and its fund stand once this was told, and that no invariant is broken."""
    async with Till.open(till_url, on(20)) as till:
        if rich:
            await till.gift(500_00, "food", "USD")
        for name, values in order:
            await till.do(NEWS[name](*values))
        (payment,) = await till.rows("""
            SELECT refunded, net, held, dispute, dispute_unclear, restored, restored_on FROM payment
            WHERE provider = 'paypal'
        """)
        query = "SELECT coalesce(sum(amount), 0) AS lacks FROM posting WHERE account LIKE 'uncovered.%'"
        (lacks,) = await till.rows(query)
        assert await till.breaches() == set(), order
        return {**payment, **lacks, "fund": await till.fund("food", "USD")}


def test_any_order_and_repetition_of_what_is_told_of_one_payment_ends_in_the_same_state(
    till_url: str,
) -> None:
    @tried_with(25)
    @given(ALL, st.booleans(), st.randoms(use_true_random=False))
    def in_any_order(which: list[News], rich: bool, random: Any) -> None:
        shuffled = which * 2
        random.shuffle(shuffled)

        async def both() -> None:
            first = await ends(till_url, which, rich=rich)
            assert await ends(till_url, shuffled, rich=rich) == first, (which, shuffled)

        asyncio.run(both())

    in_any_order()


CASES: dict[str, tuple[list[News], int]] = {
    # What was told, and how much went back in the end.
    "a dispute is lost after it was won": ([("won", (8,)), ("lost", ("C1", 10, 4_00))], 4_00),
    "two disputes are lost": ([("lost", ("C1", 8, 4_00)), ("lost", ("C2", 10, 6_00))], 10_00),
    "one is told to be lost twice, and the later word counts": (
        [("lost", ("C1", 8, 4_00)), ("lost", ("C1", 10, 6_00))],
        6_00,
    ),
    "a part is lost of what was reversed, and the rest comes back": (
        [("reversed", (8, 10_00, 0)), ("lost", ("C1", 10, 4_00)), ("back", (10, 6_00, None))],
        4_00,
    ),
    "a part is lost after all that was reversed came back": (
        [("reversed", (8, 10_00, 0)), ("back", (10, 10_00, None)), ("lost", ("C1", 12, 4_00))],
        4_00,
    ),
    "one is won and another one lost": (
        [("reversed", (8, 10_00, 0)), ("won", (10,)), ("lost", ("C1", 10, 4_00))],
        4_00,
    ),
    "the rest comes back before the day on which a part is lost": (
        [("reversed", (8, 10_00, 0)), ("back", (10, 6_00, None)), ("lost", ("C1", 11, 4_00))],
        4_00,
    ),
    "a part of what came back is refunded": (
        [("reversed", (8, 100_00, 0)), ("won", (10,)), ("refund", ("R1", 3_00))],
        3_00,
    ),
    "all of what came back is refunded": (
        [("reversed", (8, 100_00, 0)), ("won", (10,)), ("refund", ("R1", 100_00))],
        100_00,
    ),
    "the treasurer said before what PayPal tells on the next day": (
        [("lost", ("treasurer", 8, 4_00)), ("lost", ("C1", 10, 4_00))],
        4_00,
    ),
    "it is lost, reversed and comes back": (
        [("lost", ("C1", 8, 0)), ("reversed", (8, 100_00, 0)), ("back", (10, 100_00, 0))],
        0,
    ),
    "it is lost, and a refund and the reversal tell of as much": (
        [("lost", ("C1", 8, 4_00)), ("refund", ("R1", 4_00)), ("reversed", (8, 4_00, 0))],
        8_00,
    ),
}


@pytest.mark.parametrize("name", CASES)
async def test_each_amount_goes_back_once_in_every_order(till_url: str, name: str) -> None:
    news, refunded = CASES[name]
    orders = list(permutations([("sale", ()), *news]))
    for order in Random(name).sample(orders, 6):
        stands = await ends(till_url, [*order, *order[:2]], rich=True)
        assert stands["refunded"] == refunded, order
        assert stands["dispute"] == (
            "lost" if refunded and any(each[0] == "lost" for each in news) else "won"
        )


OLD_ROW = """
    INSERT INTO refund (provider, refund_id, payment_id, currency, amount, happened_on, state, entry_id)
    SELECT 'paypal', 'dispute S1', payment.id, 'USD', 400, '2006-10-08', 'booked', entry.id
    FROM payment JOIN entry ON document_id = payment.id AND kind = 'refund' WHERE transaction_id = 'S1'
"""


async def test_what_was_lost_before_each_dispute_was_kept_is_kept_once(till_url: str) -> None:
    """With a row of its own, without one, and of a payment that has not come."""
    migration = importlib.import_module("services.donations.migrations.versions.0013_lost_disputes")
    lost = {"S1": 4_00, "S2": 100_00, "S3": 6_00}

    async def tells(till: Till, name: str) -> None:
        ended = partial(
            close_dispute, provider="paypal", transaction_id=name, how=Dispute.LOST, happened_on=on(8)
        )
        await till.do(partial(ended, lost=usd(lost[name]), case_id="C1"))

    async with Till.open(till_url, on(20)) as till:
        await till.gift(500_00, "food", "USD")
        for name in lost:
            if name != "S3":
                sale = replace(SALE, transaction_id=name)
                await till.do(partial(book_payment, came=sale))
            await tells(till, name)
        stood = await till.fund("food", "USD")
        await till.rows("DELETE FROM lost_dispute")
        await till.rows("ALTER TABLE payment ADD COLUMN dispute_lost bigint NOT NULL DEFAULT 0")
        try:
            await till.rows(OLD_ROW)
            await till.rows("UPDATE payment SET dispute_lost = 600 WHERE transaction_id = 'S3'")
            for each in (migration.LOST, migration.RETURNED, migration.TOOK, migration.KNOWN):
                await till.rows(each)
        finally:
            await till.rows("ALTER TABLE payment DROP COLUMN dispute_lost")
        kept = await till.rows("""
            SELECT transaction_id, lost_dispute.amount FROM lost_dispute JOIN payment ON payment.id = payment_id
        """)
        assert {each["transaction_id"]: each["amount"] for each in kept} == lost
        assert await till.rows("SELECT FROM refund") == []
        for name in ("S1", "S2"):
            await tells(till, name)
        assert await till.fund("food", "USD") == stood
        assert await till.breaches() == set()
