"""A whole PayPal for a flow test or the demo: it signs, serves and vouches for what it sent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import Any

import uvicorn

from tests.support.paypal import notices, signing
from tests.support.paypal.server import PayPal
from tests.support.paypal.signing import CERTIFICATE


class Sandbox:
    """PayPal's sandbox. `now` is the wall clock's time, around which its certificates are valid, unless there is a
    `signer` already.

    Whoever is to believe it needs `roots` in the place of the public ones, `webhook_id`, and the address that `serving`
    gives as the base of the environment.
    """

    def __init__(self, now: datetime, signer: signing.Signer | None = None) -> None:
        self.signer = signer or signing.signer(now)
        self.paypal = PayPal({CERTIFICATE: self.signer.holder.pem})

    @property
    def roots(self) -> bytes:
        return self.signer.roots

    @property
    def webhook_id(self) -> str:
        return self.signer.webhook_id

    def signed(
        self, notice: Mapping[str, Any], at: datetime, transmission: str | None = None
    ) -> tuple[bytes, dict[str, str]]:
        """The body and headers of a transmission of this notice, sent `at` that time by the wall clock; one that is
        sent again has the id of the first.
        """
        body = notices.as_bytes(notice)
        return body, self.signer.headers(body, at, transmission=transmission)

    def posted(self, ipn: bytes) -> bytes:
        """The IPN, which PayPal will say is its own."""
        self.paypal.ipns.add(ipn)
        return ipn

    @asynccontextmanager
    async def serving(self, port: int = 0) -> AsyncIterator[str]:
        """It serves on this machine for as long as the block lasts; gives its address."""
        # It listens from here on: who comes before the server is ready waits for it.
        with socket.create_server(("127.0.0.1", port)) as listening:
            config = uvicorn.Config(
                self.paypal.app(), log_config=None, lifespan="off", timeout_graceful_shutdown=1
            )
            server = _Server(config)
            running = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                server.should_exit = True
                await running


class _Server(uvicorn.Server):
    """Signals are the business of whoever runs it."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield
