"""An IPN is kept, then PayPal is asked whether it is its own, and what it says is booked once PayPal says so.

PayPal validates no IPN that it still waits for, so the answer to it goes out first. What was answered must not be lost:
the bytes and the reminder to ask are committed before the answer.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.commands.notices import effect, kind_of, what_stays
from services.donations.domain.notices import Became
from services.donations.outside import PayPal
from services.donations.paypal.fetching import Unreached
from services.donations.paypal.ipn_form import named
from services.donations.paypal.postback import NotGenuine
from services.donations.repository import notices
from shared.messaging.unit import Unit
from shared.security.sealing import Seal

ASK = "ask_paypal"
"""The timer that asks PayPal about an IPN."""
MOST_ASKED = 1000
"""So many IPNs may wait to be judged. Anybody can post one, and each is kept until PayPal has judged it."""
SHORTEST_WAIT, LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)
PATIENCE = timedelta(days=4)
"""So long PayPal repeats an IPN; after that an operator has to look why nobody can be asked."""


class Received(StrEnum):
    """KEPT: PayPal will be asked. REPEAT: it is known. AGAIN: it can be taken once others are judged."""

    KEPT = "kept"
    REPEAT = "repeat"
    AGAIN = "again"


class NobodyToAsk(RuntimeError):
    """PayPal has not said for days whether an IPN is its own."""


async def receive(unit: Unit, seal: Seal, body: bytes, arrived: datetime) -> Received:
    """Keep an IPN, sealed, and have PayPal asked about it.

    An IPN has no id of its own; a repeat may say the same in other bytes. While the first is not judged it may be a
    forgery of the second, which then has to come again.
    """
    if await notices.asked(unit.session) >= MOST_ASKED:
        return Received.AGAIN
    key, digest = uuid7(), sha256(body).digest()
    row = {
        "id": key,
        "transmission_id": named(body),
        "way": "ipn",
        "received_at": arrived,
        "digest": digest,
        "outcome": Became.ASKED.value,
        "event_id": None,
        "again": False,
    }
    for known in (await notices.add(unit.session, [row])).known.values():
        doubtful = known["digest"] != digest and known["outcome"] == Became.ASKED.value
        return Received.AGAIN if doubtful else Received.REPEAT
    contacts.write_notice(unit.writes, seal, key, body)
    _ask(unit, key, unit.now)
    return Received.KEPT


def _ask(unit: Unit, notice_id: UUID, due: datetime) -> None:
    unit.later(ASK, {"notice": str(notice_id)}, due, f"{ASK} {notice_id}")


async def judge(unit: Unit, paypal: PayPal, zone: ZoneInfo, seal: Seal, notice_id: UUID) -> None:
    """Ask PayPal about an IPN. Its own is booked, another one is forgotten; PayPal is asked again if it does not say.

    The unit waits for PayPal's answer, five seconds at most. Raises NobodyToAsk if PayPal has not said for days, and
    UnknownKey or Altered if the IPN's bytes do not open.
    """
    found = await notices.lock(unit.session, notice_id)
    if found is None or found["outcome"] != Became.ASKED.value:
        return
    body = await contacts.read_notice(unit.session, seal, notice_id)
    verdict = await paypal.vouch(body)
    if isinstance(verdict, Unreached):
        paypal.count("ipn", "not_judged")
        _wait(unit, notice_id, unit.now - found["received_at"])
    elif isinstance(verdict, NotGenuine):
        paypal.count("ipn", "forged")
        await contacts.forget_notice(unit.session, notice_id)
        await notices.remove(unit.session, notice_id)
    else:
        said = paypal.read_ipn(body, found["received_at"])
        settled = await effect(unit, zone, said)
        if (less := what_stays(said, body)) != body:
            contacts.reduce_notice(unit.writes, seal, notice_id, less)
        notices.settle(unit.writes, notice_id, kind_of(said), settled)
        paypal.count("ipn", settled.became)


def _wait(unit: Unit, notice_id: UUID, so_far: timedelta) -> None:
    """Ask again, later each time."""
    if so_far > PATIENCE:
        raise NobodyToAsk("PayPal has not said for four days whether an IPN is its own")
    _ask(unit, notice_id, unit.now + min(max(so_far / 4, SHORTEST_WAIT), LONGEST_WAIT))
