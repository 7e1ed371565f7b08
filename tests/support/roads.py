"""The roads by which PayPal tells a till: webhooks that are taken, IPNs that are judged later, and its list."""

import itertools
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from services.donations import contacts
from services.donations.api.paypal import SENT_BY_PAYPAL
from services.donations.commands.forgetting import forget_old
from services.donations.commands.ipns import Received, judge, receive
from services.donations.commands.matching import Match
from services.donations.commands.notices import Notice, Taken, take
from services.donations.commands.reconciling import ours, reconcile
from services.donations.outside import PayPal
from services.donations.paypal import notices as reading
from services.donations.paypal.environments import SANDBOX
from services.donations.paypal.postback import Genuine
from services.donations.paypal.transactions import Row
from tests.support.paypal import ipns, notices
from tests.support.till import Till, staff

Webhook = Mapping[str, Any]
RECEIVERS = frozenset({ipns.RECEIVER})


@dataclass(frozen=True)
class Ipn:
    """An IPN, and when it comes."""

    body: bytes
    arrived: datetime


class Vouching(PayPal):
    """A PayPal that says of each IPN that it is its own."""

    async def vouch(self, body: bytes) -> Genuine:
        return Genuine()


class Roads:
    """PayPal tells a till, by the functions that its routes and timers call."""

    def __init__(self, till: Till) -> None:
        self.till = till
        self.paypal = Vouching(SANDBOX, None, RECEIVERS)
        self._numbers = itertools.count(1)

    @classmethod
    @asynccontextmanager
    async def to(cls, till: Till) -> AsyncIterator["Roads"]:
        roads = cls(till)
        try:
            yield roads
        finally:
            await roads.paypal.close()

    async def tell(self, *told: Webhook | Ipn | Row) -> None:
        """One after another, each in a unit of its own; a webhook comes under a new transmission each time."""
        for each in told:
            if isinstance(each, Row):
                await self.list(each)
            elif isinstance(each, Ipn):
                await self.receive(each)
            else:
                await self.take((each, f"transmission {next(self._numbers)}"))

    async def take(self, *came: tuple[Webhook, str]) -> list[Taken]:
        """Webhooks under these transmissions are taken in one unit."""
        settings = self.till.settings
        some = []
        for webhook, transmission in came:
            body = notices.as_bytes(webhook)
            at = datetime.fromisoformat(webhook["create_time"])
            some.append((Notice(transmission, "webhook", body, at), reading.read(body)))
        return await self.till.do(lambda unit: take(unit, settings.zone, settings.seal, some), SENT_BY_PAYPAL)

    async def receive(self, ipn: Ipn) -> Received:
        """An IPN is kept; it says nothing yet."""
        seal = self.till.settings.seal
        return await self.till.do(lambda unit: receive(unit, seal, ipn.body, ipn.arrived), SENT_BY_PAYPAL)

    async def judge(self) -> None:
        """PayPal is asked about each IPN that waits for it."""
        settings = self.till.settings
        for row in await self.till.rows("SELECT id FROM notice WHERE outcome = 'asked' ORDER BY id"):
            asked = partial(judge, paypal=self.paypal, zone=settings.zone, seal=settings.seal)
            await self.till.do(partial(asked, notice_id=row["id"]))

    async def forget(self) -> None:
        """What PayPal sent and is old is removed, as on each day."""
        settings = self.till.settings
        await self.till.do(lambda unit: forget_old(unit, settings.zone, settings.notice_days))

    async def list(self, *rows: Row) -> dict[str, Match]:
        """A treasurer sends a list of these rows; how each was found."""
        units, zone = self.till.units, self.till.settings.zone
        kept = await ours(units, rows, RECEIVERS)
        found = await reconcile(units, staff("treasurer"), zone, kept.rows)
        return {row.transaction_id: match for row, match in found}

    async def said(self) -> Sequence[bytes]:
        """What is kept of what PayPal sent, in the order in which it came, opened by the till's key."""
        rows = await self.till.rows("SELECT notice_id FROM notice_body ORDER BY notice_id")
        seal = self.till.settings.seal
        async with self.till.units.read() as session:
            return [await contacts.read_notice(session, seal, row["notice_id"]) for row in rows]
