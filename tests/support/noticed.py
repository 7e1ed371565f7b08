"""Payments as if PayPal had told of them: each has the notice by which it came."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from uuid_utils.compat import uuid7

from services.donations.commands import booking
from services.donations.commands import notices as commands
from services.donations.commands.booking import Came
from services.donations.domain.funds import UNASSIGNED
from services.donations.domain.notices import Became
from services.donations.domain.payments import Payment, Provider
from services.donations.paypal.said import Said, SaleSaid, Unreadable
from services.donations.repository import findings, notices
from services.donations.repository.notices import Settled
from shared.messaging.unit import Unit
from shared.outcomes import Refused


async def book_payment(unit: Unit, came: Came) -> Payment | Refused:
    """Book a payment, and keep a notice of it first if it is PayPal's; what PayPal said in it is gone already."""
    if came.provider != Provider.PAYPAL.value:
        return await booking.book_payment(unit, came)
    key = await _keep(unit)
    done = await booking.book_payment(unit, came)
    became = _became(done)
    notices.settle(unit.writes, key, "PAYMENT.SALE.COMPLETED", Settled(became, came.transaction_id))
    return done


async def effect(unit: Unit, zone: ZoneInfo, said: Said | Unreadable) -> Settled:
    """Book what PayPal said, and keep the notice in which it did; or the row, if it is one of PayPal's list."""
    if isinstance(said, SaleSaid) and said.head.road == "list":
        settled = await commands.effect(unit, zone, said)
        findings.save(unit.writes, _listed(unit, said))
        return settled
    key = await _keep(unit)
    settled = await commands.effect(unit, zone, said)
    notices.settle(unit.writes, key, commands.kind_of(said), settled)
    return settled


async def _keep(unit: Unit) -> UUID:
    key = uuid7()
    named = {"id": key, "transmission_id": str(key), "event_id": None, "digest": b"", "again": False}
    came = {"way": "webhook", "received_at": unit.now, "outcome": Became.KEPT.value}
    await notices.add(unit.session, [{**named, **came}])
    return key


def _listed(unit: Unit, said: SaleSaid) -> dict[str, Any]:
    money = {"currency": said.amount.currency, "amount": said.amount.minor, "moved": True}
    named = {"provider": Provider.PAYPAL.value, "transaction_id": said.sale_id, "kind": "payment"}
    return {**named, **money, "status": "matched", "happened_on": said.paid_at.date(), "on_day": unit.today}


def _became(done: Payment | Refused) -> Became:
    if isinstance(done, Refused):
        return Became.LOOK
    return Became.UNASSIGNED if done.purpose == UNASSIGNED else Became.BOOKED
