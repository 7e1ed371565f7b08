"""A PayPal of the tests, reached without a socket; every request that is made is known."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest

from services.donations.paypal import signature
from services.donations.paypal.certificates import Certificates
from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import client
from services.donations.paypal.signature import CannotTell, Forged, Rules, Verified
from tests.support.paypal import signing
from tests.support.paypal.server import PayPal
from tests.support.paypal.signing import CERTIFICATE, WEBHOOK_ID, Signer

NOW = datetime(2006, 11, 20, 9, 30, tzinfo=UTC)
RULES = Rules(WEBHOOK_ID)


@dataclass
class Recorder(httpx.AsyncBaseTransport):
    """Writes down where requests go before it lets them through, as soon as the gate is open if there is one."""

    through: httpx.AsyncBaseTransport
    requests: list[httpx.Request] = field(default_factory=list)
    gate: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        self.reached.set()
        if self.gate:
            await self.gate.wait()
        return await self.through.handle_async_request(request)

    @property
    def addresses(self) -> list[str]:
        return [str(each.url) for each in self.requests]


class Door:
    """The way in for webhooks as donations has it, and the PayPal behind it."""

    def __init__(self, signer: Signer, environment: Environment | None = None) -> None:
        self.signer = signer
        self.paypal = PayPal({CERTIFICATE: signer.holder.pem})
        self.recorder = Recorder(httpx.ASGITransport(self.paypal.app()))
        self.client = client(self.recorder)
        self.certificates = Certificates(environment or signer.environment, self.client, signer.roots)

    def headers(self, body: bytes) -> dict[str, str]:
        return self.signer.headers(body, NOW)

    async def verify(
        self, headers: dict[str, str], body: bytes, now: datetime = NOW, rules: Rules = RULES
    ) -> Verified | Forged | CannotTell:
        return await signature.verify(headers.items(), body, rules, self.certificates, now)


@pytest.fixture(scope="session")
def signer() -> Signer:
    return signing.signer(NOW)


@pytest.fixture
def door(signer: Signer) -> Door:
    return Door(signer)
