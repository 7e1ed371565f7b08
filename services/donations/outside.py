"""Whom the service talks to beyond the group: PayPal, for its certificates and for its word that an IPN is its own."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter

from services.donations.paypal import ipn, postback, signature
from services.donations.paypal.certificates import Certificates
from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import Unreached, client
from services.donations.paypal.postback import Genuine, NotGenuine
from services.donations.paypal.said import Said, Unreadable
from services.donations.paypal.signature import CannotTell, Forged, Rules, Verified


class PayPal:
    """PayPal as this service knows it. Whoever made it closes it."""

    def __init__(
        self, environment: Environment, rules: Rules, receivers: Iterable[str], roots: bytes | None
    ) -> None:
        self._environment = environment
        self._rules = rules
        self._receivers = frozenset(each.lower() for each in receivers)
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

    async def ask(self, body: bytes) -> Genuine | NotGenuine | Unreached:
        """Whether PayPal sent an IPN, by its own word."""
        return await postback.ask(body, self._environment, self._asking)

    def read_ipn(self, body: bytes, arrived: datetime) -> Said | Unreadable:
        """What an IPN says, if it is for us."""
        return ipn.read(body, self._receivers, arrived, sandbox=self._environment.name == "sandbox")

    async def close(self) -> None:
        """Keep no connection."""
        await self._asking.aclose()
