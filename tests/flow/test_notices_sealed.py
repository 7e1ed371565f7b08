"""What PayPal sent is kept under a key that is not in the database: for nobody else to read, to move or to change."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, cast
from uuid import UUID

import pytest
from pydantic import SecretStr

from services.donations import contacts
from services.donations.commands import forgetting
from services.donations.commands.forgetting import FORGET, forget_old
from services.donations.commands.ipns import Received, judge, receive
from services.donations.commands.notices import Notice, take
from services.donations.commands.sealing import seal_anew
from services.donations.day import on_day, timers
from services.donations.domain.notices import Became
from services.donations.outside import PayPal
from services.donations.paypal import notices as reading
from services.donations.paypal.environments import SANDBOX
from services.donations.settings import Settings
from shared.messaging.unit import Unit
from shared.security.sealing import Altered, Seal, UnknownKey
from tests.support.paypal import ipns, notices
from tests.support.paypal.notices import as_bytes
from tests.support.replica import Replica
from tests.support.till import WITHOUT_PURPOSE, Till
from tests.support.told import Told

PAID = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
CAME = datetime(2006, 11, 1, 3, 0, tzinfo=UTC)
OLD, NEW, OTHER = "old-" * 8, "new-" * 8, "another-" * 4
KEYLESS, ALTERED = "the key of each notice is there", "each notice opens as it was sealed"
OVERDUE = "nothing that PayPal sent is kept longer than it may be"
PAYER: dict[str, Any] = {
    "first_name": "Zeisig",
    "last_name": "Zeisig-Family",
    "payer_email": "zeisig@donor.example",
}
IPN = ipns.payment(PAID, "S9", **PAYER)


def seal_of(*keys: str) -> Seal:
    return Seal(keys, "notice body")


@pytest.fixture
async def till(till_url: str) -> AsyncIterator[Till]:
    async with Till.open(till_url, date(2006, 11, 1)) as made:
        yield made


async def keep(till: Till, seal: Seal, number: int) -> bytes:
    """A notice of a sale comes; what PayPal sent."""
    body = as_bytes(notices.sale("COMPLETED", PAID, f"S{number}", custom="Zeisig-Family"))
    notice = Notice(f"transmission {number}", "webhook", body, CAME)
    zone = till.settings.zone
    (done,) = await till.do(lambda unit: take(unit, zone, seal, [(notice, reading.read(body))]))
    assert done in (Became.BOOKED, Became.UNASSIGNED)
    return body


async def bodies(till: Till) -> list[tuple[UUID, bytes]]:
    """What is kept, in the order in which it came."""
    return [
        (each["notice_id"], each["body"]) for each in await till.rows("SELECT * FROM notice_body ORDER BY 1")
    ]


async def opened(till: Till, seal: Seal) -> list[bytes]:
    async with till.units.read() as session:
        return [await contacts.read_notice(session, seal, notice_id) for notice_id, _ in await bodies(till)]


async def counted(till: Till, *keys: str) -> Sequence[int]:
    """Kept, without a key, altered; as the doctor of a service with these keys counts them."""
    async with till.units.read() as session:
        found = await contacts.sealed_notices(session, seal_of(*keys))
    return found.kept, found.keyless, found.altered


def use(till: Till, *keys: str) -> None:
    """The service has these keys."""
    till.settings = till.settings.model_copy(update={"notice_key": SecretStr("\n".join(keys))})


async def test_nothing_of_a_notice_can_be_read_in_its_row(till: Till) -> None:
    sent = [await keep(till, till.settings.seal, 1)]
    await till.do(lambda unit: receive(unit, till.settings.seal, IPN, CAME))
    sent.append(IPN)
    for plain, (_, kept) in zip(sent, await bodies(till), strict=True):
        assert len(plain) > 100
        assert not [at for at in range(len(plain) - 7) if plain[at : at + 8] in kept]
    assert await opened(till, till.settings.seal) == sent
    assert await till.breaches() == set()


async def test_the_bytes_of_another_notice_are_refused(till: Till) -> None:
    for number in (1, 2, 3):
        await keep(till, till.settings.seal, number)
    (first, _), (_, second), _ = await bodies(till)
    await till.rows("UPDATE notice_body SET body = :body WHERE notice_id = :id", body=second, id=first)
    async with till.units.read() as session:
        with pytest.raises(Altered):
            await contacts.read_notice(session, till.settings.seal, first)
    assert await till.breaches() == {ALTERED}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("set_byte(body, 40, get_byte(body, 40) # 1)", ALTERED),
        ("substring(body FROM 1 FOR octet_length(body) - 1)", ALTERED),
        ("convert_to('{}', 'UTF8')", KEYLESS),
        ("set_byte(body, 2, get_byte(body, 2) # 1)", KEYLESS),
    ],
)
async def test_the_doctor_sees_what_does_not_open(till: Till, change: str, found: str) -> None:
    await keep(till, till.settings.seal, 1)
    await till.rows(f"UPDATE notice_body SET body = {change}")  # noqa: S608, the changes are ours
    assert await till.breaches() == {found}


async def test_an_ipn_under_a_key_that_is_gone_is_not_judged_and_not_lost(till: Till) -> None:
    received = await till.do(lambda unit: receive(unit, seal_of(OLD), IPN, CAME))
    assert received is Received.KEPT
    ((notice_id, _),) = await bodies(till)
    paypal = PayPal(SANDBOX, None)
    try:
        with pytest.raises(UnknownKey, match="with a key that is not given here"):
            await till.do(lambda unit: judge(unit, paypal, till.settings.zone, seal_of(NEW), notice_id))
    finally:
        await paypal.close()
    assert await opened(till, seal_of(NEW, OLD)) == [IPN]
    use(till, NEW)
    assert await till.breaches() == {KEYLESS}
    use(till, NEW, OLD)
    assert await till.breaches() == set()


async def test_a_key_is_changed_and_the_older_one_taken_away(till: Till) -> None:
    sent = [await keep(till, seal_of(OLD), number) for number in (1, 2)]
    # The newer key is there: it seals from now on, and both open.
    sent.append(await keep(till, seal_of(NEW, OLD), 3))
    assert await opened(till, seal_of(NEW, OLD)) == sent
    assert (await counted(till, NEW, OLD), await counted(till, NEW)) == ((3, 0, 0), (3, 2, 0))
    before = await bodies(till)
    again = partial(till.do, partial(_anew, seal=seal_of(NEW, OLD)))
    assert await again() == (2, 0)
    after = await bodies(till)
    assert (before[2], [old for old, new in zip(before, after, strict=True) if old == new]) == (
        after[2],
        [before[2]],
    )
    assert await again() == (0, 0)
    # The older one is gone.
    assert await opened(till, seal_of(NEW)) == sent
    assert (await counted(till, NEW), await counted(till, OLD)) == ((3, 0, 0), (3, 3, 0))


async def _anew(unit: Unit, seal: Seal, most: int = 100) -> tuple[int, int]:
    done = await seal_anew(unit, seal, most)
    return done.sealed, done.left


async def test_what_does_not_open_is_left_as_it_is_when_the_key_is_changed(till: Till) -> None:
    for number, key in enumerate((OLD, OLD, OTHER)):
        await keep(till, seal_of(key), number)
    broken = "UPDATE notice_body SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE notice_id = :id"
    await till.rows(broken, id=(await bodies(till))[0][0])
    before = await bodies(till)
    assert await till.do(partial(_anew, seal=seal_of(NEW, OLD))) == (1, 1)
    after = await bodies(till)
    assert (after[0], after[2]) == (before[0], before[2])
    assert await counted(till, NEW) == (3, 2, 0)
    assert await counted(till, NEW, OLD) == (3, 1, 1)


async def test_more_than_are_sealed_in_one_unit_are_sealed_anew_in_several(till: Till) -> None:
    sent = [await keep(till, seal_of(OLD), number) for number in range(5)]
    found = [await till.do(partial(_anew, seal=seal_of(NEW, OLD), most=2)) for _ in range(3)]
    assert found == [(2, 3), (2, 1), (1, 0)]
    assert await opened(till, seal_of(NEW)) == sent


async def test_what_paypal_sent_is_removed_once_it_is_old(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what no list speaks of: a subscription's notices. What came stays known, and so does its repeat."""
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    seal, zone, days = till.settings.seal, till.settings.zone, till.settings.notice_days
    told = as_bytes(notices.subscription("ACTIVATED", PAID))
    notice = Notice("transmission 1", "webhook", told, CAME)
    await till.do(lambda unit: take(unit, zone, seal, [(notice, reading.read(told))]))
    await keep(till, seal, 2)
    await till.do(lambda unit: receive(unit, seal, IPN, CAME))
    await till.to(date(2006, 11, 1) + timedelta(days=days))
    assert await till.do(lambda unit: forget_old(unit, zone, days)) == 0
    # One day more, and two until the doctor says so: they go soon after the day has begun.
    await till.to(date(2006, 11, 2) + timedelta(days=days))
    # Nobody has said what the two payments are for.
    assert await till.breaches() == {WITHOUT_PURPOSE}
    await till.to(date(2006, 11, 3) + timedelta(days=days))
    assert await till.breaches() == {OVERDUE, WITHOUT_PURPOSE}
    today = await till.today()
    await till.do(lambda unit: on_day(today, unit))
    names = [
        each["name"] for each in await till.rows("SELECT DISTINCT name FROM timer WHERE name LIKE 'forget%'")
    ]
    assert names == [FORGET]
    forget = timers(till.settings, None)[FORGET]
    for left in (2, 1, 1):
        await till.do(lambda unit: forget({}, unit))
        assert len(await bodies(till)) == left
    # An IPN that was not judged is all that there is of its money.
    assert await opened(till, seal) == [IPN]
    assert await till.breaches() == {OVERDUE, WITHOUT_PURPOSE}
    assert len(await till.rows("SELECT id FROM notice")) == 3
    assert len(await till.rows("SELECT * FROM subscription_told")) > 0
    assert await till.do(lambda unit: take(unit, zone, seal, [(notice, reading.read(told))])) == [None]
    await till.rows("UPDATE notice SET outcome = 'kept'")
    await till.do(lambda unit: forget({}, unit))
    assert await bodies(till) == []


async def test_an_operator_changes_the_key_while_paypal_posts(donations: Told) -> None:
    """As the handbook says: the new key before the old one, a restart, the route until nothing is left."""
    world = donations.world
    held = cast(Settings, world.settings("donations")).notice_key.get_secret_value()

    def with_keys(*keys: str) -> AbstractAsyncContextManager[Replica]:
        return world.another("donations", **donations.settings, notice_key=SecretStr("\n".join(keys)))

    async def broken(replica: Replica) -> list[str]:
        return [each["name"] for each in await replica.get("/checks") if each["breaches"]]

    await donations.tell(notices.sale("COMPLETED", PAID, "S1"))
    async with with_keys(NEW, held) as both:
        await donations.tell(notices.sale("COMPLETED", PAID, "S2"), both)
        await world.settled()
        assert await broken(both) == []
        # The replica of before has the older key alone, and the doctor says what it cannot open.
        assert await broken(world.donations.replica) == [KEYLESS]
        assert await both.post("/notices/seal-anew") == {"sealed": 1, "left": 0}
    async with with_keys(NEW) as after:
        assert await broken(after) == []
    # And back again, since the replica of before goes on.
    async with with_keys(held, NEW) as both:
        assert await both.post("/notices/seal-anew") == {"sealed": 2, "left": 0}
    assert await broken(world.donations.replica) == []
