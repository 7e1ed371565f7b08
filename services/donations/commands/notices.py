"""Notices of PayPal's are kept, and what they say is booked, in one unit: both or neither.

What is booked goes by the money's own ids (the sale, the refund), never by the notice's: PayPal tells of one sale more
than once, under other ids, and by two roads.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.donations import contacts
from services.donations.commands.booking import Came, book_payment
from services.donations.commands.disputes import cancel_reversal, close_dispute, open_dispute
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.meaning import (
    PAYPAL,
    Disputed,
    Meaning,
    News,
    is_pending,
    meaning_of,
    payment_of,
    pending_of,
)
from services.donations.commands.preparing import prepared
from services.donations.commands.restoring import CameBack
from services.donations.domain.funds import UNASSIGNED
from services.donations.domain.notices import Became
from services.donations.domain.payments import Payment, RefundState
from services.donations.paypal.reduced import reduced
from services.donations.paypal.said import BackSaid, Said, SaleSaid, SubscriptionSaid, Unreadable
from services.donations.repository import findings, notices, pending, subscriptions
from services.donations.repository.notices import Settled
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing
from shared.security.sealing import Seal

KNOWN = "Another notice came under this transmission id."
_OF_REFUNDS = {
    RefundState.WAITING: Became.WAITING,
    RefundState.BOOKED: Became.BOOKED,
    RefundState.DIFFERENT: Became.LOOK,
    RefundState.SAME: Became.KEPT,
    RefundState.RETURNED: Became.BOOKED,
}


@dataclass(frozen=True)
class Notice:
    """A notice as it came, and by which road."""

    transmission_id: str
    way: str
    body: bytes = field(repr=False)
    received_at: datetime


Taken = Became | Refused | None
"""What became of a notice; refused if another body is known under its transmission id, for PayPal signs a CRC32, which
anybody can have fit. None for a repeat, which changes nothing.
"""


async def take(
    unit: Unit, zone: ZoneInfo, seal: Seal, came: Sequence[tuple[Notice, Said | Unreadable]]
) -> list[Taken]:
    """Keep notices that PayPal sent, sealed, and book what they say; what became of each, in their order.

    They are taken as if one came after the other, and read, lock and write together. An event that PayPal sends again
    under another transmission is a notice too, and booked as any other; its bytes are kept once.
    """
    rows = [_row(notice, said) for notice, said in came]
    first: dict[str, Mapping[str, Any]] = {row["transmission_id"]: row for row in reversed(rows)}
    added = await notices.add(unit.session, first.values())
    known: dict[str, Mapping[str, Any]] = {**first, **added.known}
    taken: list[Taken] = [_repeated(row, known[row["transmission_id"]]) for row in rows]
    new = [place for place, row in enumerate(rows) if known[row["transmission_id"]] is row]
    said = [came[place][1] for place in new]
    for place, each, settled in zip(new, said, await effects(unit, zone, said), strict=True):
        if rows[place]["transmission_id"] not in added.again:
            contacts.write_notice(unit.writes, seal, rows[place]["id"], what_stays(each, came[place][0].body))
        notices.settle(unit.writes, rows[place]["id"], kind_of(each), settled)
        taken[place] = settled.became
    return taken


def _row(notice: Notice, said: Said | Unreadable) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "transmission_id": notice.transmission_id,
        "way": notice.way,
        "received_at": notice.received_at,
        "digest": sha256(notice.body).digest(),
        "outcome": Became.KEPT.value,
        "event_id": _event_of(said) if notice.way == "webhook" else None,
        "again": False,
    }


def _event_of(said: Said | Unreadable) -> str | None:
    """PayPal's own id of the event, if it can be read."""
    return said.notice_id if isinstance(said, Unreadable) else said.head.notice_id


def _repeated(row: Mapping[str, Any], known: Mapping[str, Any]) -> Refused | None:
    """What becomes of a notice whose transmission id is known, perhaps from this one itself."""
    return None if known["digest"] == row["digest"] else conflict(KNOWN)


def what_stays(said: Said | Unreadable, body: bytes) -> bytes:
    """What is kept of a notice once it was taken in: of one about a subscription ids, amounts and dates. No list of
    PayPal's speaks of it, so nothing would be found in it later.
    """
    return reduced(said) if isinstance(said, SubscriptionSaid) else body


def kind_of(said: Said | Unreadable) -> str:
    """What kind of notice it is, in PayPal's words; empty if it does not say."""
    return (said.kind or "") if isinstance(said, Unreadable) else said.head.kind


async def effect(unit: Unit, zone: ZoneInfo, said: Said | Unreadable) -> Settled:
    """Book what a notice says; gives what became of it and the payment that it speaks of."""
    return (await effects(unit, zone, [said]))[0]


async def effects(unit: Unit, zone: ZoneInfo, said: Sequence[Said | Unreadable]) -> list[Settled]:
    """Book what some notices say, whichever road they came by; the same of each, in their order."""
    said = [await _named(unit, each) for each in said]
    meanings = [meaning_of(zone, each) for each in said]
    async with prepared(unit, meanings):
        became = [await _do(unit, each) for each in meanings]
    if pends := [pending_of(zone, each) for each in said if isinstance(each, SaleSaid) and is_pending(each)]:
        await pending.keep(unit.session, pends)
    for each, its in zip(became, said, strict=True):
        if isinstance(its, BackSaid) and its.sale_id and its.back_id:
            await notices.found(unit.session, its.back_id, its.sale_id, each)
    return [_settled(each, its) for each, its in zip(became, said, strict=True)]


async def _named(unit: Unit, said: Said | Unreadable) -> Said | Unreadable:
    """A refund that names no payment, with the payment that others have told since, if they have."""
    if not isinstance(said, BackSaid) or said.sale_id or said.back_id is None:
        return said
    return replace(said, sale_id=await findings.sale_of_refund(unit.session, said.back_id))


def _settled(became: Became, said: Said | Unreadable) -> Settled:
    return Settled(became, payment_of(said), said.back_id if isinstance(said, BackSaid) else None)


async def _do(unit: Unit, meaning: Meaning) -> Became:
    match meaning:
        case Came():
            return _came(await book_payment(unit, meaning))
        case WentBack():
            return _OF_REFUNDS[await book_refund(unit, meaning)]
        case CameBack():
            return _OF_REFUNDS[await cancel_reversal(unit, meaning)]
        case Disputed():
            return await _dispute(unit, meaning)
        case News():
            named = (PAYPAL, meaning.subscription_id, meaning.custom_id)
            subscription = await subscriptions.make(unit.session, *named)
            subscriptions.tell(unit, subscription, meaning.told)
            return Became.KEPT
    return meaning


def _came(done: Payment | Refused) -> Became:
    if isinstance(done, Refused):
        return Became.LOOK
    return Became.UNASSIGNED if done.purpose == UNASSIGNED else Became.BOOKED


async def _dispute(unit: Unit, disputed: Disputed) -> Became:
    """All payments and funds are locked already: a refund of the second payment holds it, and waits for their fund."""
    found, on = [], disputed.on
    for sale_id in disputed.sale_ids:
        if disputed.over:
            ended = (disputed.over, on, disputed.lost, disputed.case_id)
            found.append(await close_dispute(unit, PAYPAL, sale_id, *ended))
        else:
            found.append(await open_dispute(unit, PAYPAL, sale_id, on, unclear=disputed.unclear))
    if disputed.unclear or any(each.dispute_unclear for each in found):
        return Became.LOOK
    return Became.BOOKED if all(each.version for each in found) else Became.WAITING


async def see(unit: Unit, notice_id: UUID) -> Became | Refused:
    """Somebody has looked at a notice that could not be booked as it is: it is over. Refused for another one."""
    if await notices.see(unit.session, notice_id, unit.actor.id):
        return Became.SEEN
    if await notices.lock(unit.session, notice_id) is None:
        return missing(f"notice {notice_id}")
    return conflict("Nobody has to look at this notice.")
