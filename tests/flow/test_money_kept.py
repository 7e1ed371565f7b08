"""Any sequence of bookings, refunds, disputes, moves, conversions, grants, advances, appeals, purchases, receipts and
closed months keeps the ledger in balance, no fund below zero, no money promised twice, and no receipt valid that says
another amount than counts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from uuid_utils.compat import uuid7

from services.donations.commands import advances, charges, conversions, funds, gifts, pledges, purposes
from services.donations.commands import appeals as appealing
from services.donations.commands import grants as giving
from services.donations.commands.booking import Came
from services.donations.commands.disputes import cancel_reversal, close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout
from services.donations.commands.receipts import issue_receipt, reprint
from services.donations.commands.restoring import CameBack
from services.donations.commands.statements import issue_statement
from services.donations.commands.transfers import Opening, open_balance
from services.donations.domain.appeals import Price
from services.donations.domain.charges import Charge
from services.donations.domain.days import Sure
from services.donations.domain.ledger import TOLD
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute
from services.donations.domain.payouts import NoReceipt
from services.donations.domain.pledges import Due
from shared.contracts.base import Money as Said
from shared.contracts.inventory import PurchaseChanged, PurchaseLine
from shared.messaging.unit import Unit
from tests.support.judge import agrees
from tests.support.noticed import book_payment
from tests.support.till import WITHOUT_PURPOSE, Till, converting

NAMES = st.sampled_from(["S1", "S2", "S3"])
FUND = st.sampled_from(["medical", "general", "unassigned"])
CURRENCY = st.sampled_from(["JPY", "USD"])
MINOR = st.integers(1, 500)
DAYS = st.dates(date(2006, 8, 1), date(2006, 11, 1))
Work = Callable[[Unit], Awaitable[Any]]


@st.composite
def money(draw: st.DrawFn) -> Money:
    return Money(draw(MINOR), draw(CURRENCY))


@st.composite
def came(draw: st.DrawFn) -> Work:
    # One payment has one amount, in whatever notice.
    name = draw(NAMES)
    gross = {"S1": Money(400, "JPY"), "S2": Money(300, "JPY"), "S3": Money(500, "USD")}[name]
    fee = draw(st.one_of(st.none(), st.just(Money(20, gross.currency))))
    held = draw(st.sampled_from([True, False, None]))
    what = Came(
        "paypal",
        name,
        gross,
        draw(DAYS),
        fee,
        held,
        purpose="medical" if name == "S1" else "unassigned",
        sure=Sure.PAID,
    )
    return lambda unit: book_payment(unit, what)


@st.composite
def went_back(draw: st.DrawFn) -> Work:
    name, minor = draw(NAMES), draw(MINOR)
    amount = Money(minor, "USD" if name == "S3" else "JPY")
    refund_id = draw(st.sampled_from([f"R{minor}", f"reversal {name}"]))
    back = WentBack("paypal", refund_id, name, amount, draw(DAYS), draw(st.integers(0, 20)))
    return lambda unit: book_refund(unit, back)


@st.composite
def came_back(draw: st.DrawFn) -> Work:
    """What was reversed comes back, whole or in part."""
    name, fee = draw(NAMES), draw(st.one_of(st.none(), st.integers(0, 20)))
    amount = Money(draw(st.integers(20, 500)), "USD" if name == "S3" else "JPY")
    back = CameBack("paypal", name, amount, draw(DAYS), fee)
    return lambda unit: cancel_reversal(unit, back)


@st.composite
def charged(draw: st.DrawFn) -> Work:
    """A place takes something for its work, or gives it back; or that was a mistake."""
    own = (draw(FUND), draw(st.sampled_from(["paypal", "bank"])), draw(money()))
    wanted = Charge(uuid7(), *own, str(draw(MINOR)), draw(DAYS), draw(st.booleans()))
    undone = draw(st.booleans())

    async def act(unit: Unit) -> Any:
        newest = "SELECT id FROM charge WHERE NOT undone ORDER BY id DESC LIMIT 1"
        if undone and (found := await unit.session.scalar(text(newest))):
            return await charges.undo(unit, found, "typed twice")
        return await charges.charge(unit, wanted)

    return act


@st.composite
def disputed(draw: st.DrawFn) -> Work:
    name, on = draw(NAMES), draw(DAYS)
    how = draw(st.sampled_from([None, Dispute.WON, Dispute.LOST]))
    unclear = draw(st.booleans())
    lost = draw(st.one_of(st.none(), st.integers(1, 500).map(lambda minor: Money(minor, "JPY"))))
    if how is None:
        return lambda unit: open_dispute(unit, "paypal", name, on, unclear=unclear)
    case_id = draw(st.sampled_from(["C1", "C2"]))
    return lambda unit: close_dispute(unit, "paypal", name, how, on, lost, case_id)


@st.composite
def decided(draw: st.DrawFn) -> Work:
    wanted = funds.Move(draw(FUND), draw(FUND), draw(money()), "because")
    what = draw(st.sampled_from([funds.move, funds.cover]))
    return lambda unit: what(unit, wanted)


@st.composite
def taken_back(draw: st.DrawFn) -> Work:
    """A decision or a covering is undone, whichever it is."""
    which = draw(st.integers(0, 9))

    async def undo(unit: Unit) -> Any:
        known = (await unit.session.scalars(text("SELECT id FROM decision ORDER BY id"))).all()
        return known and await funds.undo(unit, known[which % len(known)], "typed twice")

    return undo


@st.composite
def converted(draw: st.DrawFn) -> Work:
    given_money, got = draw(money()), draw(money())
    return converting(draw(FUND), "paypal", given_money, got, draw(DAYS))


@st.composite
def changed_back(draw: st.DrawFn) -> Work:
    """The newest conversion that counts is undone, if there is one."""

    async def undo(unit: Unit) -> Any:
        newest = "SELECT id FROM conversion WHERE NOT undone ORDER BY id DESC LIMIT 1"
        found = await unit.session.scalar(text(newest))
        return found and await conversions.undo(unit, found, "typed twice")

    return undo


@st.composite
def closed(draw: st.DrawFn) -> Work:
    month = draw(DAYS)
    return lambda unit: funds.close_month(unit, month)


Act = Callable[[Till], Awaitable[Any]]


@st.composite
def about_a_slip(draw: st.DrawFn) -> Act:
    """A gift by bank, or a correction or reversal of any payment that there is, or its purpose, right or wrong."""
    what, which, amount = draw(st.sampled_from("gcraax")), draw(st.integers(0, 9)), draw(money())
    fund, on = draw(st.sampled_from(["medical", "general"])), draw(DAYS)

    async def act(till: Till) -> None:
        if what == "g":
            await till.gift(amount.minor, fund, amount.currency, on)
            return
        known = await till.rows("SELECT id FROM payment WHERE version > 0 ORDER BY id")
        if known:
            payment: UUID = known[which % len(known)]["id"]
            works: dict[str, Work] = {
                "c": lambda unit: gifts.correct(unit, payment, amount, fund, "was wrong"),
                "r": lambda unit: gifts.reverse(unit, payment, "was wrong"),
                "a": lambda unit: purposes.give_purpose(unit, payment, fund),
                "x": lambda unit: purposes.take_purpose_back(unit, payment),
            }
            await till.do(works[what])

    return act


@st.composite
def about_a_grant(draw: st.DrawFn) -> Act:
    """A grant is asked for, paid in part, refused or settled, or a payment of it was a mistake; or money that came is
    given to those who wait.
    """
    what, which, amount = draw(st.sampled_from("appbursw")), draw(st.integers(0, 9)), draw(money())
    urgency, reference = draw(st.integers(0, 3)), str(draw(st.integers(0, 20)))

    async def act(till: Till) -> None:
        if what == "a":
            await till.hears(till.asked(amount.minor, currency=amount.currency, urgency=urgency))
            return
        if what == "w":
            await till.serve()
            return
        known = await till.rows('SELECT id FROM "grant" ORDER BY id')
        if what == "u":
            if paid := await till.rows("SELECT id, grant_id FROM payout ORDER BY id"):
                one = paid[which % len(paid)]
                await till.do(lambda unit: giving.undo_payout(unit, one["grant_id"], one["id"], "was wrong"))
        elif known:
            grant: UUID = known[which % len(known)]["id"]
            part = Payout(amount, "bank", "clinic-02", reference)
            works: dict[str, Work] = {
                "p": lambda unit: giving.pay(unit, till.settings.limits, grant, part),
                "b": lambda unit: giving.take_back(unit, grant, part),
                "r": lambda unit: giving.refuse(unit, grant, "no_capacity"),
                "s": lambda unit: giving.settle(unit, grant, NoReceipt.LOST),
            }
            await till.do(works[what])

    return act


@st.composite
def about_an_advance(draw: st.DrawFn) -> Act:
    """A fieldworker gets money, spends it, perhaps on a grant, brings it back; or one of these was a mistake."""
    what, which, amount = draw(st.sampled_from("gspbuv")), draw(st.integers(0, 9)), draw(money())
    on, reference = draw(DAYS), str(draw(st.integers(0, 20)))

    async def act(till: Till) -> None:
        if what == "g":
            grants = await till.rows('SELECT id FROM "grant" ORDER BY id')
            grant = grants[which % len(grants)]["id"] if grants and which % 2 else None
            new = advances.NewAdvance("fw-1", "medical", amount, "cash", reference, on, grant)
            await till.do(lambda unit: advances.give(unit, till.settings.limits, new))
            return
        slips = [row["id"] for row in await till.rows("SELECT id FROM slip ORDER BY id")]
        known = [row["id"] for row in await till.rows("SELECT id FROM advance ORDER BY id")]
        asked = [row["id"] for row in await till.rows('SELECT id FROM "grant" ORDER BY id')]
        if what == "v" and slips:
            await till.do(lambda unit: advances.undo_slip(unit, slips[which % len(slips)], "was wrong"))
        elif known:
            advance: UUID = known[which % len(known)]
            grant = asked[which % len(asked)] if asked and what == "p" else None
            slip = advances.Slip(reference, amount, on, "travel", grant)
            rest = advances.Rest(reference, amount, on, "cash")
            limits = till.settings.limits
            works: dict[str, Work] = {
                "b": lambda unit: advances.bring_back(unit, advance, rest),
                "u": lambda unit: advances.undo(unit, advance, "was wrong"),
            }
            settling: Work = lambda unit: advances.settle(unit, limits, advance, slip)  # noqa: E731
            await till.do(works.get(what, settling))

    return act


@st.composite
def about_a_purchase(draw: st.DrawFn) -> Act:
    """Inventory tells of one of two purchases, in any order: each version says the same however often it is told."""
    which, version = draw(st.integers(1, 2)), draw(st.integers(1, 6))
    statuses = ("proposed", "ordered", "arrived_part", "arrived", "cancelled", "unknown_yet")
    cost = Said(amount=version * which * 70, currency=("JPY", "USD")[which - 1])
    fact = PurchaseChanged(
        purchase_id=UUID(int=which),
        version=version,
        status=statuses[(version * which) % len(statuses)],
        lines=(PurchaseLine(item="rice", quantity=1, unit="g"),),
        cost=cost,
        on=date(2006, 11, 1),
    )
    return lambda till: till.hears(fact)


@st.composite
def about_an_appeal(draw: st.DrawFn) -> Act:
    """Staff appeal for goods, money comes for them and goes back, they are bought, or the appeal is closed."""
    what, which, amount = draw(st.sampled_from("oggrpPcx")), draw(st.integers(0, 3)), draw(MINOR)
    item, held, met = draw(st.sampled_from(["rice", "kit"])), draw(st.booleans()), draw(st.booleans())
    status = draw(st.sampled_from(["ordered", "arrived_part", "arrived", "cancelled"]))

    async def act(till: Till) -> None:
        if what in "oP":
            price = Price(amount, "JPY", 100)
            await till.do(lambda unit: appealing.set_price(unit, item, price))
        known = [row["id"] for row in await till.rows("SELECT id FROM appeal ORDER BY id")]
        if what == "o":
            await till.do(lambda unit: appealing.open_appeal(unit, item, 100, "medical"))
        elif known:
            appeal = known[which % len(known)]
            name, gross = f"A{appeal}{amount % 2}", Money(250, "JPY")
            came = Came(
                "paypal",
                name,
                gross,
                date(2006, 11, 1),
                held=held,
                appeal_id=appeal,
                purpose="medical",
                sure=Sure.PAID,
            )
            back = WentBack("paypal", f"R{name}{amount}", name, Money(amount, "JPY"), came.happened_on)
            works: dict[str, Work] = {
                "g": lambda unit: book_payment(unit, came),
                "r": lambda unit: book_refund(unit, back),
                "c": lambda unit: appealing.close(unit, appeal, met=met),
                "x": converting(
                    "medical",
                    "paypal",
                    Money(amount, "USD"),
                    Money(amount, "JPY"),
                    came.happened_on,
                    appeal_id=appeal,
                ),
            }
            if what == "x":
                await till.gift(amount, "medical", "USD")
                begun = Opening(
                    "clothing", "paypal", Money(500, "USD"), date(2006, 8, 1), "as on the statement"
                )
                await till.do(lambda unit: open_balance(unit, begun))
            if what in works:
                await till.do(works[what])
            elif what == "p":
                await till.hears(_bought(appeal, amount, status))

    return act


def _bought(appeal: UUID, version: int, status: str) -> PurchaseChanged:
    return PurchaseChanged(
        purchase_id=UUID(int=appeal.int + 1),
        version=version,
        appeal_id=appeal,
        status=status,
        lines=(PurchaseLine(item="rice", quantity=1, unit="g"),),
        cost=Said(amount=version, currency="JPY"),
        on=date(2006, 11, 1),
    )


@st.composite
def about_a_letter(draw: st.DrawFn) -> Act:
    """A receipt or a statement is asked for, or those are printed whose former ones are no longer true."""
    what, which = draw(st.sampled_from("rsp")), draw(st.integers(0, 9))

    async def act(till: Till) -> None:
        office = till.settings.office
        query = (
            "SELECT payment.id, gift.donor_id FROM payment JOIN gift ON gift.id = gift_id ORDER BY payment.id"
        )
        known = [(row["id"], row["donor_id"]) for row in await till.rows(query)] or [
            (UUID(int=0), UUID(int=0))
        ]
        payment, donor = known[which % len(known)]
        works: dict[str, Work] = {
            "r": lambda unit: issue_receipt(unit, office, payment),
            "s": lambda unit: issue_statement(unit, office, donor, 2006),
            "p": lambda unit: reprint(unit, office),
        }
        if what == "s":
            # A year has a statement once it is over: from here on it is the next one.
            await till.to(date(2007, 1, 2))
        await till.do(works[what])

    return act


@st.composite
def about_a_pledge(draw: st.DrawFn) -> Act:
    """Somebody promises money; a payment keeps a part, or keeps it no longer; or the rest is expected no more."""
    what, which, number = draw(st.sampled_from("pkklc")), draw(st.integers(0, 9)), draw(st.integers(1, 2))
    amounts = draw(st.lists(st.integers(1, 200), min_size=1, max_size=2))
    currency, due = draw(CURRENCY), date(2006, 12, 1)

    async def act(till: Till) -> None:
        known = [row["id"] for row in await till.rows("SELECT id FROM pledge ORDER BY id")]
        paid = [row["id"] for row in await till.rows("SELECT id FROM payment WHERE version > 0 ORDER BY id")]
        givers = await till.rows("SELECT donor_id FROM gift WHERE donor_id IS NOT NULL ORDER BY id")
        if what == "p" and givers:
            donor: UUID = givers[which % len(givers)]["donor_id"]
            parts = [Due(due, Money(each, currency)) for each in amounts]
            await till.do(lambda unit: pledges.promise(unit, donor, "medical", parts))
        elif known:
            pledge: UUID = known[which % len(known)]
            payment: UUID = paid[which % len(paid)] if paid else UUID(int=0)
            works: dict[str, Work] = {
                "l": lambda unit: pledges.loosen(unit, pledge, number),
                "c": lambda unit: pledges.cancel(unit, pledge, "lost his work"),
            }
            keeping: Work = lambda unit: pledges.keep(unit, pledge, number, payment)  # noqa: E731
            await till.do(works.get(what, keeping))

    return act


TAKEN = """
    SELECT account, kinds FROM (
        SELECT posting.account, entry.at, sum(amount) AS amount,
               sum(sum(amount)) OVER (PARTITION BY posting.account ORDER BY entry.at) AS lies,
               array_agg(DISTINCT entry.kind) FILTER (WHERE amount < 0) AS kinds
        FROM posting JOIN entry ON entry.id = entry_id JOIN account ON account.code = posting.account
        WHERE account.kind IN ('cash', 'bank', 'paypal') GROUP BY 1, 2
    ) units WHERE amount < 0 AND lies < 0 AND NOT kinds <@ CAST(:told AS varchar[])
"""
"""What somebody asked for and took from a place in which less lay, out of all that a unit booked there together."""


async def taken(till: Till) -> list[Any]:
    return await till.rows(TAKEN, told=[each.value for each in TOLD])


TREASURER_S = {
    "nowhere but at PayPal lies less than nothing",
    WITHOUT_PURPOSE,
}
"""What is for a treasurer to do, and no defect."""


def done(work: Work) -> Act:
    return lambda till: till.do(work)


ACTS = st.one_of(
    st.one_of(
        came(),
        went_back(),
        came_back(),
        disputed(),
        decided(),
        taken_back(),
        converted(),
        changed_back(),
        charged(),
        closed(),
    ).map(done),
    about_a_slip(),
    about_a_grant(),
    about_an_advance(),
    about_a_purchase(),
    about_an_appeal(),
    about_a_letter(),
    about_a_pledge(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(ACTS, min_size=5, max_size=25))
def test_whatever_happens_the_books_are_right(till_url: str, acts: list[Act]) -> None:
    async def live() -> None:
        async with Till.open(till_url, date(2006, 11, 1)) as till:
            await till.lies(300, "cash")
            for act in acts:
                await act(till)
                # A place may have less than nothing by what PayPal and inventory tell alone.
                assert await till.breaches() <= TREASURER_S
                assert await taken(till) == []
            await agrees(till)

    asyncio.run(live())
