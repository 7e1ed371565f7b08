"""The money of a scenario: PayPal tells of sales and refunds while things break, and grants are asked for and paid.

As PayPal does, a notice is sent again until it is answered with 200, now and then once more after that, and a sale is
told of under another transmission too. Some come as webhooks, some as IPNs, which are answered before they are booked,
some by both roads. Some refunds come before their sale. Now and then a treasurer sends PayPal's list, in which sales
of before stand, and one of which no notice tells.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.site import Site
from tests.support.paypal import ipns, lists, notices

AT = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 240.0
NOT_YET = ("There is no grant", "is set aside for this grant", "were asked for")
"""What is answered to who pays a grant that donations has not heard of, or for which too little is there."""
ROUTE, IPN_ROUTE = "/api/paypal/webhook", "/api/paypal/ipn"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MONTHLY = {"reference": notices.SUBSCRIPTION, "purpose": "medical"}
GRANT = {"kind": "hospital", "amount": 20_00, "currency": "USD", "urgency": 1}
PART = {"amount": "5", "currency": "USD", "place": "paypal", "payee": "clinic-1", "country": "JP"}
AGAIN, ONCE_MORE, REFUNDED, PAYING = 0.2, 0.1, 0.2, 0.7
"""Of the notices so many come again under their own transmission, and so many sales under another one; so many sales
are refunded; with so many sales somebody pays a part of a grant.
"""
WEBHOOK, IPN = "webhook", "ipn"
ROADS = ((WEBHOOK,), (WEBHOOK,), (IPN,), (IPN, WEBHOOK), (WEBHOOK, IPN))
LISTED_EACH = 12
"""After so many sales PayPal's list is compared."""
LISTED_AT = ("10/20/2006", "12:00:00", "GMT+09:00")
"""`AT` as the list has it."""
CELLS = {
    "Transaction_Event_Code": "T0002",
    "Reference_Txn_ID": notices.SUBSCRIPTION,
    "Balance_Impact": "Credit",
}


@dataclass
class Gifts:
    """What PayPal tells a site's donations of."""

    site: Site
    client: httpx.AsyncClient
    _sales: int = 0
    _payouts: int = 0
    _listed: list[str] = field(default_factory=list)
    """What stands in PayPal's list: not what an IPN alone tells, whose loss would not be seen then."""

    async def one(self) -> None:
        """PayPal tells of a sale until it is content, and perhaps of its refund."""
        self._sales += 1
        sale, refund = f"SALE{self._sales:013}", f"BACK{self._sales:013}"
        roads = self.site.rng.choice(ROADS)
        if roads != (IPN,):
            self._listed.append(sale)
        told = [(notices.sale("COMPLETED", AT, sale), ipns.payment(AT, sale))]
        if refunded := self.site.rng.random() < REFUNDED:
            told.append((notices.refund(AT, refund, sale), ipns.back(AT, refund, sale)))
            self.site.rng.shuffle(told)
        for notice, ipn in told:
            for road in roads:
                await (self._send(notice) if road == WEBHOOK else self._post(ipn))
        self.site.sales.add(sale)
        if roads == (IPN,):
            self.site.by_ipn.add(sale)
        if refunded:
            self.site.refunds.add(refund)
        if roads != (IPN,) and self.site.rng.random() < ONCE_MORE:
            await self._send(notices.held(AT, sale, "RELEASED"))
        if self._sales % LISTED_EACH == 0:
            await self._compare(f"LIST{self._sales:013}")

    async def _compare(self, unheard: str) -> None:
        """A treasurer sends PayPal's list until all of it is compared: what was told, and a sale more."""
        names = [*self._listed, unheard]
        money = ("30.00", "USD")
        rows = [lists.row(LISTED_AT, "Payment", name, money, Fee="-1.17", **CELLS) for name in names]
        file = {"file": ("list.csv", lists.download(rows), "text/csv")}
        failed = True
        while failed:
            answer = await self._answer("/api/reconciliations", files=file)
            assert answer.is_success, f"{answer.status_code} {answer.text}"
            found = answer.json()
            if failed := bool(found["failed"]):
                await asyncio.sleep(PAUSE_SECONDS)
        assert found["matched"] + found["missing"] == len(names), found
        self.site.sales.add(unheard)
        self.site.by_list.add(unheard)
        # Of a sale whose notice is still on its way, the list may have told first.
        self.site.sales |= {*names}

    async def pay(self, grant: str) -> None:
        """A treasurer pays a part of a grant until it is answered; what is not set aside, or not known yet, is not."""
        self._payouts += 1
        body = {**PART, "reference": f"payout {self._payouts}"}
        path, headers = f"/api/grants/{grant}/pay", {"Idempotency-Key": str(uuid4())}
        answer = await self._answer(path, json=body, headers=headers)
        if answer.is_success:
            self.site.payouts.add(body["reference"])
        else:
            assert any(words in answer.text for words in NOT_YET), answer.text

    async def begins(self, reference: str) -> None:
        """PayPal tells that a donor has begun to subscribe, and of no payment."""
        await self._send(notices.subscription("CREATED", AT, reference, custom_id=None))

    async def _send(self, notice: Mapping[str, Any]) -> None:
        body, headers = self.site.ground.paypal.signed(notice, datetime.now(UTC))
        times = 2 if self.site.rng.random() < AGAIN else 1
        for _ in range(times):
            answer = await self._answer(ROUTE, content=body, headers=dict(headers))
            assert answer.status_code == 200, f"{answer.status_code} {answer.text}"

    async def _post(self, ipn: bytes) -> None:
        """PayPal posts an IPN of its own, and is content: what it said may be booked much later."""
        body = self.site.ground.paypal.posted(ipn)
        for _ in range(2 if self.site.rng.random() < AGAIN else 1):
            answer = await self._answer(IPN_ROUTE, content=body, headers=FORM)
            assert answer.status_code == 200, f"{answer.status_code} {answer.text}"

    async def _answer(self, path: str, **request: Any) -> httpx.Response:
        """The first answer that is no failure, of whichever replica."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (answer := await self._try(path, **request)) is None:  # noqa: ASYNC110, whoever asks comes again
                await asyncio.sleep(PAUSE_SECONDS)
        return answer

    async def _try(self, path: str, **request: Any) -> httpx.Response | None:
        """None from a replica that fails or gives no answer; another one is tried next."""
        replica = self.site.rng.choice(self.site.replicas["donations"])
        try:
            answer = await self.client.post(f"{replica.url}{path}", **request)
        except httpx.TransportError:
            return None
        return None if answer.is_server_error else answer
