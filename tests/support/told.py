"""Donations with a PayPal that it believes: what PayPal posts, and what became of it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote_plus

import httpx
from sqlalchemy import text

from services.donations import contacts
from services.donations.settings import Settings
from tests.support.paypal import ipns, notices
from tests.support.paypal.sandbox import Sandbox
from tests.support.paypal.server import CREDENTIALS
from tests.support.replica import Replica
from tests.support.world import World

FOREIGN = {"Origin": "https://www.paypal.com", "Sec-Fetch-Site": "cross-site"}
Notice = Mapping[str, Any]


@dataclass
class Told:
    """Donations, and the PayPal that tells it."""

    world: World
    sandbox: Sandbox
    settings: Mapping[str, Any]

    @classmethod
    @asynccontextmanager
    async def running(
        cls, world: World, sandbox: Sandbox, folder: Path, *beside: str
    ) -> AsyncIterator["Told"]:
        """Donations runs, others beside; its monthly gift is for education. Afterwards no invariant may be broken."""
        roots = folder / "roots.pem"
        roots.write_bytes(sandbox.roots)
        secret = folder / "secret"
        secret.write_text(CREDENTIALS[1])
        sandbox.paypal.instead = None
        sandbox.paypal.transactions.clear()
        sandbox.paypal.ipns.clear()
        sandbox.paypal.vouching.set()
        async with sandbox.serving() as base:
            settings = {
                "paypal_webhook_id": sandbox.webhook_id,
                "paypal_receivers": ipns.RECEIVER,
                "paypal_environment": "sandbox",
                "paypal_base": base,
                "paypal_roots": roots,
                "paypal_client_id": CREDENTIALS[0],
                "paypal_client_secret_file": secret,
            }
            await world.start("intake", "inventory", *beside)
            await world.start("donations", **settings)
            await world.donations.monthly(notices.SUBSCRIPTION)
            yield cls(world, sandbox, settings)
            await world.settled()
            await world.sound()

    async def send(
        self, body: bytes, headers: Mapping[str, str], to: Replica | None = None, path: str = "webhook"
    ) -> httpx.Response:
        """The answer to a POST of PayPal's, who sends none of our headers, and comes from another site."""
        transport = httpx.ASGITransport((to or self.world.donations.replica).app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://test/api/paypal/") as client:
            return await client.post(path, content=body, headers={**FOREIGN, **headers})

    async def tell(self, notice: Notice, to: Replica | None = None) -> None:
        """PayPal sends a notice, as a transmission of its own, and is content."""
        answer = await self.send(*self.sandbox.signed(notice, datetime.now(UTC)), to)
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    async def post(self, ipn: bytes, to: Replica | None = None) -> None:
        """PayPal posts an IPN of its own, and is content."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = await self.send(self.sandbox.posted(ipn), headers, to, "ipn")
        assert (answer.status_code, answer.content) == (200, b""), answer.text

    async def rows(self, query: str) -> list[Any]:
        async with self.world.donations.service.units.read() as session:
            return [tuple(row) for row in await session.execute(text(query))]

    async def outcomes(self) -> list[str]:
        """What became of the notices, in the order in which they came."""
        return [each[0] for each in await self.rows("SELECT outcome FROM notice ORDER BY id")]

    async def said(self) -> list[str]:
        """What the notices that are kept said, in the order in which they came; opened by donations' own key."""
        seal = cast(Settings, self.world.donations.service.settings).seal
        async with self.world.donations.service.units.read() as session:
            ids = [
                each[0] for each in await self.rows("SELECT notice_id FROM notice_body ORDER BY notice_id")
            ]
            opened = [await contacts.read_notice(session, seal, each) for each in ids]
        return [unquote_plus(each.decode(errors="replace")) for each in opened]

    async def entries(self) -> list[str]:
        """What was booked, by kind."""
        return sorted(each[0] for each in await self.rows("SELECT kind FROM entry"))

    async def held_and_free(self, fund: str = "education") -> tuple[int, int]:
        found = await self.world.donations.fund(fund, "USD")
        return found["held"], found["free"]
