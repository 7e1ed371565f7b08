"""Messages come twice, a thousand times, late, in any order, unreadable, or in the words of a later version."""

import asyncio
import random
from functools import partial

from aio_pika import Message, connect

from shared.cli.local.processes import stop_all
from shared.cli.operate.parked import replay
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.names import facts_exchange, parked
from shared.messaging.topology import Topology
from tests.faults.counting import parked_by_queue, settle
from tests.faults.load import calling, prepare, register, under_load
from tests.faults.registry import add, scenario
from tests.faults.site import Site, until
from tests.support.postman import Habit, Letter, Round, postman

QUEUE = Topology("inventory", ()).queue_name(HouseholdRegistered)
TIMES = 1000
POISON = 20


def twice(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    """Each one again, somewhere among the others."""
    return shuffled([*letters, *letters], rng)


def a_thousand_times(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    """Two of them."""
    return [
        *letters,
        *(each for each in rng.sample(list(letters), min(2, len(letters))) for _ in range(TIMES)),
    ], []


def backwards(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    return letters[::-1], []


def shuffled(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    return rng.sample(list(letters), len(letters)), []


def much_later(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    """A third only when all the others have arrived."""
    late = set(rng.sample(range(len(letters)), len(letters) // 3))
    return [each for n, each in enumerate(letters) if n not in late], [letters[n] for n in sorted(late)]


def newest_first(letters: Round, rng: random.Random) -> tuple[Round, Round]:
    """The newest version of each household now, the older ones when that has been handled."""
    newest: dict[str, Letter] = {}
    for each in letters:
        subject = str(each.message.headers["cloudEvents_subject"])
        if each.version >= newest.get(subject, each).version:
            newest[subject] = each
    now = [each for each in letters if not each.version or each in newest.values()]
    return now, [each for each in letters if each not in now]


async def delivered(habit: Habit, site: Site) -> None:
    """Everything that is said goes through the hands of a postman with this habit."""
    async with postman(site.broker_url(), site.rng, habit) as carrying:
        await register(site)
        await settle(site)
        site.fault(carrying.delivered)


add("each message is delivered twice", partial(delivered, twice), short=True)
add("messages are delivered a thousand times at once", partial(delivered, a_thousand_times))
add("messages come in reversed order", partial(delivered, backwards))
add("messages come in any order", partial(delivered, shuffled))
add("messages come much too late", partial(delivered, much_later))
add("an old version comes after a new one", partial(delivered, newest_first))


@scenario()
async def poison_lies_among_good_messages(site: Site) -> None:
    """What is no message of ours is parked at once; what fails is tried again, parked, and replayed when mended."""
    await site.sql("inventory", FAILING)
    connection = await connect(site.broker_url())
    async with connection, under_load(site) as load:
        channel = await connection.channel()
        exchange = await channel.get_exchange(facts_exchange("intake"), ensure=False)
        for number in range(POISON):
            await load.more(site.rng.randint(0, 3))
            poison = Message(b"\xff\x00 not JSON" if number % 2 else b"{}", headers={"cloudEvents_id": "x"})
            await exchange.publish(poison, HouseholdRegistered.wire, mandatory=True)
            site.fault()
    await settle(site)
    failed = (await parked_by_queue(site))[parked(QUEUE)] - POISON
    assert failed > 0, "no message failed"
    site.fault(failed)
    await site.sql("inventory", "DROP FUNCTION fault CASCADE")
    await replay(site.stack, QUEUE, None)
    await until(partial(parked_by_queue, site), lambda counts: counts[parked(QUEUE)] == POISON)
    # Whoever hears of registrations parks each piece.
    site.may_be_parked = POISON * len(HEARD_BY[HouseholdRegistered])


# A household whose code ends in 7 cannot be written down.
FAILING = """
    CREATE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.code LIKE '%7' AND NEW.version = 1 THEN
            RAISE EXCEPTION 'a fault of the tests' USING ERRCODE = 'P0001';
        END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER fault BEFORE INSERT OR UPDATE ON household FOR EACH ROW EXECUTE FUNCTION fault();
"""


@scenario(prepared=False)
async def a_later_version_says_more_than_is_known(site: Site) -> None:
    """Both publishers say fields that nobody knows yet."""
    await asyncio.to_thread(stop_all, [replica.daemon for replica in site.every()])
    for replica in site.every():
        replica.without.append("known_fields")
    await site.bring_back()
    site.fault()
    await prepare(site)
    await register(site)


@scenario(households=1500)
async def a_consumer_is_down_for_a_day_of_messages(site: Site) -> None:
    await asyncio.to_thread(stop_all, [replica.daemon for replica in site.inventory])
    site.fault()
    await register(site)
    site.calm()
    await site.bring_back()


@scenario()
async def two_relays_empty_one_outbox_at_the_same_time(site: Site) -> None:
    """Everything is said while the broker is away; then the relays of both replicas begin at once."""
    await asyncio.to_thread(site.ground.node.stop)
    try:
        async with calling(site):
            await register(site)
    finally:
        await asyncio.to_thread(site.ground.node.start)
    site.fault()
