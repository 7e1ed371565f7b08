"""After a scenario: wait until nothing moves, count what was lost and doubled, and have the doctor look."""

import time
from dataclasses import dataclass
from typing import Any

import aio_pika
import httpx

from shared.cli.operate.doctor import examine
from shared.cli.operate.parked import broker_of, browse, queues
from shared.contracts import HEARD_BY, heard_by, talking
from shared.messaging.names import parked
from shared.messaging.topology import Topology
from tests.faults.site import Site, until

WAYS = sorted(
    {(contract.publisher(), consumer) for contract, consumers in HEARD_BY.items() for consumer in consumers}
)
"""Who speaks to whom."""
DOCTOR_SECONDS = 60.0
SETTLE_SECONDS = 240.0

_PUT_OFF = "SELECT (SELECT count(*) FROM marked_shelf) + (SELECT count(*) FROM renewal)"
# What is done by itself within a moment, like the forecast that follows a change, says something in turn.
_SOON = """
    SELECT count(*) FROM timer WHERE due_at < now() + interval '30 s' AND parked_at IS NULL
"""
_SAID = "SELECT message_id FROM journal WHERE contract = ANY($1)"
_HOUSEHOLDS = "SELECT id FROM household"
# A household that was registered and not touched again asks once for food in a ration period, and once for a kit.
_TWICE = """
    SELECT coalesce(sum(times - 1), 0)::int FROM (
        SELECT count(*) AS times FROM reservation
        WHERE household_id <> ALL($1::uuid[]) GROUP BY household_id, kind, first_day) each
    WHERE times > 1
"""
_BOOKED = """
    SELECT payment.transaction_id FROM payment JOIN entry ON entry.document_id = payment.id AND entry.kind = 'gift'
"""
_REFUNDED = "SELECT refund_id FROM refund WHERE state = 'booked'"
_PAID = "SELECT reference FROM payout"
# As many entries as there are refunds, and as many as there are payouts: one more has booked one of them twice.
_OFF = """
    SELECT abs((SELECT count(*) FROM entry WHERE kind = 'refund')
            - (SELECT count(*) FROM refund WHERE state = 'booked'))
        + abs((SELECT count(*) FROM entry WHERE kind = 'paid') - (SELECT count(*) FROM payout))
"""
MANY = 40
"""Of so many sales some are refunded, and of so many grants some are paid."""
_SAID_OF_GRANTS = 'SELECT id::text, said FROM "grant" WHERE version > 0'
_TOLD_OF_GRANTS = "SELECT id::text, version FROM grant_told"
_SERVED = "SELECT DISTINCT household_id FROM reservation"
_TOLD = "SELECT count(*) FROM timeline WHERE contract LIKE 'inventory.%'"


@dataclass
class Outcome:
    """What a scenario did and what became of it; `recovery_seconds` from the last fault's end to rest."""

    name: str
    seed: int
    messages: int = 0
    faults: int = 0
    lost: int = 0
    doubled: int = 0
    parked: int = 0
    recovery_seconds: float = 0.0
    problems: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.problems

    def figures(self) -> dict[str, Any]:
        """For programs."""
        names = ("name", "seed", "messages", "faults", "lost", "doubled", "parked", "recovery_seconds")
        return {name: getattr(self, name) for name in names}


async def settle(site: Site, seconds: float = SETTLE_SECONDS) -> float:
    """Wait until everything said is handled or parked, and nobody has anything left to do by itself.

    Returns the seconds since the last fault's end.
    """

    async def look() -> dict[str, int]:
        left = {}
        before = await _facts(site)
        for publisher, consumer in WAYS:
            rows = await site.value(publisher, "SELECT count(*) FROM outbox")
            left[f"{publisher}'s outbox"] = int(rows)
            left[f"not handled by {consumer}"] = len(await not_handled(site, publisher, consumer))
        # What is handled puts work off, and that work says more: whatever was said during this look is looked at next.
        left["put off by inventory"] = int(await site.value("inventory", _PUT_OFF))
        for name in talking():
            left[f"to be done soon by {name}"] = int(await site.value(name, _SOON))
        left["said meanwhile"] = await _facts(site) - before
        return left

    await until(look, lambda left: not any(left.values()), seconds)
    return time.monotonic() - site.calm_since


async def _facts(site: Site) -> int:
    """How many facts were said so far."""
    return sum([await site.value(name, "SELECT count(*) FROM journal") for name in talking()])


async def outboxes(site: Site) -> int:
    """Rows that the relays have not published yet."""
    return sum([await site.value(name, "SELECT count(*) FROM outbox") for name in talking()])


async def not_handled(site: Site, publisher: str, consumer: str) -> set[str]:
    """Ids of what was said and is neither in the consumer's inbox nor parked."""
    wires = [each.wire for each in heard_by(consumer) if each.publisher() == publisher]
    async with site.connect(publisher) as database:
        said = {str(row[0]) for row in await database.fetch(_SAID, wires)}
    async with site.connect(consumer) as database:
        handled = {str(row[0]) for row in await database.fetch("SELECT message_id FROM inbox")}
    missing = said - handled
    return missing - await parked_ids(site, consumer) if missing else missing


async def parked_by_queue(site: Site) -> dict[str, int]:
    """How many messages lie in each parked queue that exists."""
    connection = await aio_pika.connect(site.broker_url())
    counts = {}
    async with connection:
        for name in talking():
            for contract in heard_by(name):
                queue = parked(Topology(name, ()).queue_name(contract))
                async with connection.channel() as channel:
                    found = await channel.declare_queue(queue, passive=True)
                    counts[queue] = found.declaration_result.message_count or 0
    return counts


async def parked_ids(site: Site, consumer: str) -> set[str]:
    """Ids of what is parked from this consumer's queues."""
    found = set()
    if any((await parked_by_queue(site)).values()):
        async with broker_of(site.stack.services[consumer]) as connection:
            for queue in queues(consumer):
                found |= {each.message_id async for _, each in browse(connection, queue)}
    return found


async def count(site: Site, outcome: Outcome) -> None:
    """Fill in what is counted, independently of the doctor, and what the doctor finds."""
    problems = []
    async with site.connect("intake") as database:
        there = {str(row[0]) for row in await database.fetch(_HOUSEHOLDS)}
        told = await database.fetchval(_TOLD)
    async with site.connect("inventory") as database:
        served = {str(row[0]) for row in await database.fetch(_SERVED)}
        twice = await database.fetchval(_TWICE, list(site.settled))
        wires = [each.wire for each in heard_by("intake")]
        answers = await database.fetchval("SELECT count(*) FROM journal WHERE contract = ANY($1)", wires)
    money = await count_money(site)
    unheard = {consumer: len(await not_handled(site, publisher, consumer)) for publisher, consumer in WAYS}
    outcome.parked = sum((await parked_by_queue(site)).values())
    outcome.messages = await _facts(site)
    outcome.faults = site.faults
    untold = max(answers - told - len(await parked_ids(site, "intake")), 0)
    lost = {
        "households": len(site.registered - there),
        "households not served": len(there - served - site.settled),
        "facts not handled": sum(unheard.values()),
        "answers not on a timeline": untold,
        "sales": money.sales,
        "refunds": money.refunds,
        "payouts": money.payouts,
        "grants": money.grants,
    }
    outcome.lost = sum(lost.values())
    outcome.doubled = len(there - site.registered) + twice + max(told - answers, 0) + money.doubled
    if outcome.lost or outcome.doubled:
        what_is_lost = ", ".join(f"{many} {what}" for what, many in lost.items() if many)
        problems.append(f"lost {what_is_lost or 'nothing'}; doubled {outcome.doubled}")
    if outcome.parked != site.may_be_parked:
        problems.append(f"parked {outcome.parked} and not {site.may_be_parked}")
    if (len(site.sales) > MANY and not site.refunds) or (len(site.grants) > MANY and not site.payouts):
        problems.append("no gift was refunded, or no grant was paid")
    if len(site.sales) > MANY and not (site.by_ipn and site.by_list):
        problems.append("no IPN told of a sale, or no list of PayPal's was compared")
    if not site.faults:
        problems.append("nothing was done to it")
    outcome.problems = (*problems, *await ask_doctor(site))


@dataclass(frozen=True)
class Money:
    """What was lost: `sales` and `refunds` that PayPal was told are kept, `payouts` that were answered, `grants` of
    which donations or intake does not know the newest. And how much was booked more than once.
    """

    sales: int
    refunds: int
    payouts: int
    grants: int
    doubled: int


async def count_money(site: Site) -> Money:
    """Of what PayPal told and what was asked for."""
    async with site.connect("donations") as database:
        booked = [str(row[0]) for row in await database.fetch(_BOOKED)]
        refunded = {row[0] for row in await database.fetch(_REFUNDED)}
        paid = {row[0] for row in await database.fetch(_PAID)}
        off = await database.fetchval(_OFF)
        said = {row[0]: row[1] for row in await database.fetch(_SAID_OF_GRANTS)}
    async with site.connect("intake") as database:
        told = {row[0]: row[1] for row in await database.fetch(_TOLD_OF_GRANTS)}
    unknown = {each for each in said if told.get(each) != said[each]} | (site.grants - said.keys())
    return Money(
        sales=len(site.sales - {*booked}),
        refunds=len(site.refunds - refunded),
        payouts=len(site.payouts - paid),
        grants=len(unknown),
        doubled=len(booked) - len({*booked}) + off,
    )


async def ask_doctor(site: Site) -> list[str]:
    """The doctor's breaches in words; none when all is well."""
    async with httpx.AsyncClient(timeout=120, trust_env=False) as client:
        report = await examine(site.stack, client, DOCTOR_SECONDS)
    return [
        f"the doctor: {each.name}: {each.breaches} of {each.counted}"
        for each in report.findings
        if each.breaches
    ]
