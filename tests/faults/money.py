"""The money of a scenario: PayPal tells of sales while things break, and households ask for grants.

As PayPal does, a notice is sent again until it is answered with 200, now and then once more after that, and a sale is
told of under another transmission too.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from tests.faults.site import Site
from tests.support.paypal import notices

AT = datetime(2006, 10, 20, 3, 0, tzinfo=UTC)
PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 240.0
ROUTE = "/api/paypal/webhook"
MONTHLY = {"reference": notices.SUBSCRIPTION, "purpose": "medical"}
GRANT = {"kind": "hospital", "amount": 20_00, "currency": "USD", "urgency": 1}
AGAIN, ONCE_MORE = 0.2, 0.1
"""Of the notices so many come again under their own transmission, and so many sales under another one."""


@dataclass
class Gifts:
    """What PayPal tells a site's donations of."""

    site: Site
    client: httpx.AsyncClient
    _sales: int = 0

    async def one(self) -> None:
        """PayPal tells of a sale until it is content."""
        self._sales += 1
        sale = f"SALE{self._sales:013}"
        notice = notices.sale("COMPLETED", AT, sale)
        await self._send(notice)
        self.site.sales.add(sale)
        if self.site.rng.random() < ONCE_MORE:
            await self._send(notices.held(AT, sale, "RELEASED"))

    async def begins(self, reference: str) -> None:
        """PayPal tells that a donor has begun to subscribe, and of no payment."""
        await self._send(notices.subscription("CREATED", AT, reference, custom_id=None))

    async def _send(self, notice: Mapping[str, Any]) -> None:
        body, headers = self.site.ground.paypal.signed(notice, datetime.now(UTC))
        times = 2 if self.site.rng.random() < AGAIN else 1
        for _ in range(times):
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await self._taken(body, headers):  # noqa: ASYNC110, PayPal comes again
                    await asyncio.sleep(PAUSE_SECONDS)

    async def _taken(self, body: bytes, headers: Mapping[str, str]) -> bool:
        """Whether a replica took it; another one is tried next."""
        replica = self.site.rng.choice(self.site.replicas["donations"])
        try:
            answer = await self.client.post(f"{replica.url}{ROUTE}", content=body, headers=dict(headers))
        except httpx.TransportError:
            return False
        assert answer.status_code < 400 or answer.status_code >= 500, f"{answer.status_code} {answer.text}"
        return answer.status_code == 200
