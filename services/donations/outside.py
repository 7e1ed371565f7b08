"""Whom the service talks to beyond the group: PayPal, for its certificates and for what it says of an IPN."""

from collections.abc import Iterable
from datetime import datetime

from prometheus_client import Counter

from services.donations.paypal import ipn, postback, signature
from services.donations.paypal.certificates import Certificates
from services.donations.paypal.environments import SANDBOX, Environment
from services.donations.paypal.fetching import Unreached, client
from services.donations.paypal.postback import Genuine, NotGenuine
from services.donations.paypal.said import Said, Unreadable
from services.donations.paypal.signature import CannotTell, Forged, Rules, Verified


class PayPal:
    """PayPal as this service knows it. Whoever made it closes it.

    `rules` are those of our webhook; None if PayPal was told of none. `receivers` are our mails and account ids there:
    an IPN for nobody of them is not about our money.
    """

    def __init__(
        self,
        environment: Environment,
        rules: Rules | None,
        receivers: frozenset[str] = frozenset(),
        roots: bytes | None = None,
    ) -> None:
        self.rules = rules
        self.receivers = receivers
        self._environment = environment
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
        """Whether PayPal sent a webhook. There must be rules."""
        assert self.rules, "the route is there if PayPal was told of our webhook"
        return await signature.verify(headers, body, self.rules, self._certificates, now)

    async def vouch(self, body: bytes) -> Genuine | NotGenuine | Unreached:
        """What PayPal says of an IPN: the bytes go back to it as they came."""
        return await postback.ask(body, self._environment, self._asking)

    def read_ipn(self, body: bytes, arrived: datetime) -> Said | Unreadable:
        """What an IPN says that PayPal vouched for."""
        return ipn.read(body, self.receivers, arrived, sandbox=self._environment.name == SANDBOX.name)

    async def close(self) -> None:
        """Keep no connection."""
        await self._asking.aclose()
