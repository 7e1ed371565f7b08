"""What was booked by mistake is taken back: decisions, coverings, payments of grants, the purpose of a payment."""

from collections.abc import AsyncIterator
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from services.donations.commands import funds, purposes
from services.donations.commands import grants as giving
from services.donations.commands.booking import Came
from services.donations.commands.disputes import close_dispute, open_dispute
from services.donations.commands.funds import Decided, Move
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout
from services.donations.domain.days import Sure
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from services.donations.domain.payments import Dispute, Payment
from services.donations.domain.payouts import NoReceipt
from shared.contracts.donations import GrantStatus
from shared.contracts.intake import GrantAsked
from shared.outcomes import Refused
from tests.support.judge import agrees
from tests.support.noticed import book_payment
from tests.support.till import Till
from tests.support.world import World

DAY = date(2006, 11, 1)


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, DAY) as till:
        yield till
        await till.serve()
        assert await till.breaches() == set()
        await agrees(till)


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


async def decided(till: Till, what: Any, minor: int, source: str = "general", to: str = "medical") -> UUID:
    done = await till.do(lambda unit: what(unit, Move(source, to, yen(minor), "because")))
    assert isinstance(done, Decided), done
    return done.id


async def undone(till: Till, decision: UUID) -> str:
    """Empty, or why not."""
    done = await till.do(lambda unit: funds.undo(unit, decision, "typed twice"))
    return done.words if isinstance(done, Refused) else ""


async def sold(till: Till, minor: int, purpose: str = "medical") -> UUID:
    sale = Came("paypal", "S", yen(minor), DAY, yen(0), held=False, purpose=purpose, sure=Sure.PAID)
    done = await till.do(lambda unit: book_payment(unit, sale))
    assert isinstance(done, Payment)
    return done.id


async def test_a_decision_is_undone_once_and_only_while_the_money_is_there(till: Till) -> None:
    await till.gift(1_000, "general")
    move = await decided(till, funds.move, 600)
    grant = till.asked(500)
    await till.hears(grant)
    assert "has not enough JPY free" in await undone(till, move)
    assert (await till.fund("general"), await till.fund("medical")) == ((400, 0, 0), (600, 0, 500))
    await till.do(lambda unit: giving.refuse(unit, grant.request_id, "no_longer_needed"))
    assert await undone(till, move) == ""
    assert (await till.fund("general"), await till.fund("medical")) == ((1_000, 0, 0), (0, 0, 0))
    assert await undone(till, move) == "This decision is undone already."
    (row,) = await till.rows("SELECT note FROM reversal")
    assert row["note"] == "typed twice"


async def lost(till: Till) -> None:
    """The medical fund has spent 100 that a donor disputes, and another fund covers them."""
    await till.lies(100, "bank")
    await sold(till, 100)
    grant = till.asked(100)
    await till.hears(grant)
    await pay(till, grant, 100)
    await till.do(lambda unit: open_dispute(unit, "paypal", "S", DAY))
    await till.gift(300, "general")


async def test_a_covering_is_undone_and_is_to_be_covered_again(till: Till) -> None:
    await lost(till)
    cover = await decided(till, funds.cover, 100)
    assert await till.fund("general") == (200, 0, 0)
    assert await undone(till, cover) == ""
    assert (await till.fund("general"), await till.fund("medical")) == ((300, 0, 0), (0, 0, 0))
    again = await decided(till, funds.cover, 100)
    await till.do(lambda unit: close_dispute(unit, "paypal", "S", Dispute.WON, DAY))
    # The money came back after all, to the fund that was covered.
    assert await till.fund("medical") == (100, 0, 0)
    assert "came back to medical since" in await undone(till, again)
    assert await till.fund("general") == (200, 0, 0)


async def pay(till: Till, asked: GrantAsked, minor: int, reference: str = "1") -> UUID:
    part = Payout(yen(minor), "bank", "clinic-02", reference)
    paying = partial(giving.pay, limits=till.settings.limits, grant_id=asked.request_id, payout=part)
    done = await till.do(paying)
    assert isinstance(done, Grant), done
    payout: UUID = (await till.rows("SELECT id FROM payout ORDER BY id DESC LIMIT 1"))[0]["id"]
    return payout


async def unpaid(till: Till, asked: GrantAsked, payout: UUID) -> Grant | str:
    """The grant, or why not."""
    done = await till.do(lambda unit: giving.undo_payout(unit, asked.request_id, payout, "another grant's"))
    return done.words if isinstance(done, Refused) else done


async def test_a_payment_of_a_grant_is_undone_and_set_aside_again(till: Till) -> None:
    grant, waits = till.asked(1_000, urgency=3), till.asked(500, urgency=0)
    await till.gift(1_000, "medical")
    await till.hears(grant)
    await till.hears(waits)
    payout = await pay(till, grant, 600)
    back = Payout(yen(200), "bank", "clinic-02", "2")
    await till.do(lambda unit: giving.take_back(unit, grant.request_id, back))
    # What came back went to whoever waits; so it cannot be undone, nor can the payment of which it was a part.
    assert (await till.grant(waits)).set_aside == 200
    (returned,) = await till.rows("SELECT id FROM payout WHERE amount < 0")
    assert await unpaid(till, grant, payout) == "Money of this payment came back. Undo that first."
    assert "has not enough JPY free" in str(await unpaid(till, grant, returned["id"]))
    await till.do(lambda unit: giving.refuse(unit, waits.request_id, "no_longer_needed"))
    assert isinstance(await unpaid(till, grant, returned["id"]), Grant)
    stands = await till.grant(grant)
    assert (stands.paid, stands.wanted, stands.agreed_to, stands.set_aside) == (600, 1_000, 1_000, 400)
    assert isinstance(await unpaid(till, grant, payout), Grant)
    stands = await till.grant(grant)
    assert (stands.status, stands.paid, stands.set_aside) == (GrantStatus.SET_ASIDE, 0, 1_000)
    assert await unpaid(till, grant, payout) == "This payment is undone already."
    assert "There is no" in str(await unpaid(till, waits, payout))
    # Its reference is free again.
    await pay(till, grant, 1_000)


async def test_what_was_paid_of_a_grant_that_is_over_goes_back_to_its_fund(till: Till) -> None:
    grant = till.asked(1_000)
    await till.gift(1_000, "medical")
    await till.hears(grant)
    payout = await pay(till, grant, 600)
    await till.do(lambda unit: giving.settle(unit, grant.request_id, NoReceipt.LOST))
    after = await unpaid(till, grant, payout)
    assert isinstance(after, Grant)
    assert (after.status, after.paid, await till.fund("medical")) == (GrantStatus.SETTLED, 0, (1_000, 0, 0))


async def test_a_purpose_that_was_found_out_wrongly_is_taken_back(till: Till) -> None:
    payment = await sold(till, 700, "unassigned")
    gift = (await till.gift(50, "food")).id

    async def asked(what: Any, which: UUID, *more: Any) -> str:
        done = await till.do(lambda unit: what(unit, which, *more))
        return done.words if isinstance(done, Refused) else done.purpose

    back = purposes.take_purpose_back
    assert await asked(back, payment) == "This money has no purpose."
    assert "is corrected" in await asked(back, gift)
    assert await asked(purposes.give_purpose, payment, "medical") == "medical"
    grant = till.asked(100)
    await till.hears(grant)
    assert "is there no more" in await asked(back, payment)
    await till.do(lambda unit: giving.refuse(unit, grant.request_id, "no_longer_needed"))
    assert await asked(back, payment) == "unassigned"
    assert (await till.fund("medical"), await till.fund("unassigned")) == ((0, 0, 0), (700, 0, 0))
    assert await asked(purposes.give_purpose, payment, "education") == "education"
    await till.do(lambda unit: open_dispute(unit, "paypal", "S", DAY))
    assert "is disputed" in await asked(back, payment)
    await till.do(lambda unit: book_refund(unit, WentBack("paypal", "R", "S", yen(700), DAY)))


async def test_each_has_a_route_and_the_lists_show_what_is_undone(world: World) -> None:
    api = world.donations
    await api.gift("1,000", "general")
    body = {
        "from_fund": "general",
        "to_fund": "medical",
        "amount": "900",
        "currency": "JPY",
        "note": "because",
    }
    made = await api.post("/decisions", body)
    undo = f"/decisions/{made['id']}/undo"
    await api.post(undo, {"note": "typed twice"})
    assert (await api.try_post(undo, {"note": "typed twice"})).status_code == 409
    assert [each["undone"] for each in (await api.get("/decisions"))["items"]] == [True]
    await api.gift("30,000", "medical")
    family = await world.intake.register()
    asked = await world.intake.ask_for_money(family, 30_000)
    await world.settled()
    path = f"/grants/{asked['request_id']}"
    await api.pay(asked["request_id"], "12,000")
    (payout,) = await api.get(f"{path}/payouts")
    after = await api.post(f"{path}/payouts/{payout['payout_id']}/undo", {"note": "another grant's"})
    assert (after["status"], after["set_aside"]["minor"]) == ("set_aside", 30_000)
    assert [each["undone"] for each in await api.get(f"{path}/payouts")] == [True]
    assert (await api.try_post(f"/payments/{payout['payout_id']}/unassign")).status_code == 404
