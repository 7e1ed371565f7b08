"""The money of a scenario: PayPal tells of sales and refunds while things break, and grants are asked for and paid.

As PayPal does, a notice is sent again until it is answered with 200, now and then once more after that, and a sale is
told of under another transmission too. Some refunds come before their sale.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from tests.faults.site import Site
from tests.support.paypal import notices

AT = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 240.0
NOT_YET = ("There is no grant", "is set aside for this grant", "were asked for")
"""What is answered to who pays a grant that donations has not heard of, or for which too little is there."""
ROUTE = "/api/paypal/webhook"
MONTHLY = {"reference": notices.SUBSCRIPTION, "purpose": "medical"}
GRANT = {"kind": "hospital", "amount": 20_00, "currency": "USD", "urgency": 1}
PART = {"amount": "5", "currency": "USD", "place": "paypal", "payee": "clinic-1", "country": "JP"}
AGAIN, ONCE_MORE, REFUNDED, PAYING = 0.2, 0.1, 0.2, 0.7
"""Of the notices so many come again under their own transmission, and so many sales under another one; so many sales
are refunded; with so many sales somebody pays a part of a grant.
"""


@dataclass
class Gifts:
    """What PayPal tells a site's donations of."""

    site: Site
    client: httpx.AsyncClient
    _sales: int = 0
    _payouts: int = 0

    async def one(self) -> None:
        """PayPal tells of a sale until it is content, and perhaps of its refund."""
        self._sales += 1
        sale, refund = f"SALE{self._sales:013}", f"BACK{self._sales:013}"
        told = [notices.sale("COMPLETED", AT, sale)]
        if refunded := self.site.rng.random() < REFUNDED:
            told.append(notices.refund(AT, refund, sale))
            self.site.rng.shuffle(told)
        for notice in told:
            await self._send(notice)
        self.site.sales.add(sale)
        if refunded:
            self.site.refunds.add(refund)
        if self.site.rng.random() < ONCE_MORE:
            await self._send(notices.held(AT, sale, "RELEASED"))

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
