"""Whom the service talks to beyond the group: PayPal, for its certificates."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter

from services.donations.paypal import signature
from services.donations.paypal.certificates import Certificates
from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import client
from services.donations.paypal.signature import CannotTell, Forged, Rules, Verified


class PayPal:
    """PayPal as this service knows it. Whoever made it closes it."""

    def __init__(self, environment: Environment, rules: Rules, roots: bytes | None) -> None:
        self._rules = rules
        self._asking = client()
        self._certificates = Certificates(environment, self._asking, roots)
        # Registered by whoever has the service's registry.
        self.met = Counter("relief_notices", "Notices of PayPal's", ("way", "outcome"), registry=None)

    def count(self, way: str, outcome: str) -> None:
        """One more notice, and what became of it."""
        self.met.labels(way, outcome).inc()

    async def verify(
        self, headers: Iterable[tuple[str, str]], body: bytes, now: datetime
    ) -> Verified | Forged | CannotTell:
        """Whether PayPal sent a webhook."""
        return await signature.verify(headers, body, self._rules, self._certificates, now)

    async def close(self) -> None:
        """Keep no connection."""
        await self._asking.aclose()
