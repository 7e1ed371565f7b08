"""Whom the service talks to beyond the group: PayPal, for its certificates and for what it says of an IPN."""

import time
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
from services.donations.paypal.transaction_search import Page, Search

REST_SECONDS = 5.0
"""So long PayPal is not asked about IPNs after it gave no answer."""


class PayPal:
    """PayPal as this service knows it. Whoever made it closes it.

    `rules` are those of our webhook; None if PayPal was told of none. `receivers` are our mails and account ids there:
    an IPN for nobody of them is not about our money. `app` is the id and the secret of an app that may read the list.
    """

    def __init__(
        self,
        environment: Environment,
        rules: Rules | None,
        receivers: frozenset[str] = frozenset(),
        roots: bytes | None = None,
        app: tuple[str, str] | None = None,
    ) -> None:
        self.rules = rules
        self.receivers = receivers
        self._environment = environment
        self._asking = client()
        self._silent_until = 0.0
        self._search = Search(environment, self._asking, *app) if app else None
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
        """What PayPal says of an IPN: the bytes go back to it as they came.

        After it gave no answer nobody waits for it for a while: a thousand IPNs that each wait five seconds would keep
        the service's other timers from their work for an hour.
        """
        if time.monotonic() < self._silent_until:
            return Unreached("silent")
        answer = await postback.ask(body, self._environment, self._asking)
        self._silent_until = time.monotonic() + REST_SECONDS if isinstance(answer, Unreached) else 0.0
        return answer

    def read_ipn(self, body: bytes, arrived: datetime) -> Said | Unreadable:
        """What an IPN says that PayPal vouched for."""
        return ipn.read(body, self.receivers, arrived, sandbox=self._environment.name == SANDBOX.name)

    @property
    def lists(self) -> bool:
        """Whether it can be asked for its transaction list."""
        return self._search is not None

    async def listed(self, start: datetime, end: datetime) -> Page | Unreached:
        """Its transaction list for at most 31 days. There must be an app."""
        assert self._search, "the route is there if there is an app"
        return await self._search.between(start, end)

    async def close(self) -> None:
        """Keep no connection."""
        await self._asking.aclose()
