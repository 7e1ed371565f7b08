"""What PayPal serves: certificates, the IPN's post-back, and the transaction list of its API."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

TOKEN = "A21AAsandbox"
CREDENTIALS = ("client-of-the-tests", "secret-of-the-tests")
Answer = Callable[[], Awaitable[Response]]


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class PayPal:
    """What the server serves, to be changed while it runs; and what it was asked for."""

    certificates: dict[str, bytes] = field(default_factory=dict)
    """PEM, by the last step of the address."""
    ipns: set[bytes] = field(default_factory=set)
    """The IPNs that PayPal sent, byte for byte."""
    transactions: list[Mapping[str, Any]] = field(default_factory=list)
    page_size: int = 100
    instead: Answer | None = None
    """What is answered to every request, where PayPal is to be slow or away."""
    asked: list[str] = field(default_factory=list)
    vouching: asyncio.Event = field(default_factory=_set)
    """While it is cleared, nobody who asks about an IPN gets an answer."""
    post_back_seconds: float = 0.0
    """How long it takes to say whether an IPN is its own."""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/notifications/certs/{name}", self._served(self._certificate)),
                Route("/cgi-bin/webscr", self._served(self._post_back), methods=["POST"]),
                Route("/v1/oauth2/token", self._served(self._token), methods=["POST"]),
                Route("/v1/reporting/transactions", self._served(self._transactions)),
            ]
        )

    def _served(
        self, answer: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        async def serve(request: Request) -> Response:
            self.asked.append(f"{request.method} {request.url.path}")
            return await (self.instead() if self.instead else answer(request))

        return serve

    async def _certificate(self, request: Request) -> Response:
        pem = self.certificates.get(request.path_params["name"])
        if pem is None:
            return JSONResponse({"name": "RESOURCE_NOT_FOUND"}, 404)
        return Response(pem, media_type="application/x-pem-file")

    async def _post_back(self, request: Request) -> Response:
        """PayPal compares what comes back with what it sent, byte for byte."""
        command, _, ipn = (await request.body()).partition(b"&")
        await asyncio.sleep(self.post_back_seconds)
        await self.vouching.wait()
        known = command == b"cmd=_notify-validate" and ipn in self.ipns
        return PlainTextResponse("VERIFIED" if known else "INVALID")

    async def _token(self, request: Request) -> Response:
        expected = base64.b64encode(":".join(CREDENTIALS).encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return JSONResponse({"error": "invalid_client"}, 401)
        return JSONResponse({"access_token": TOKEN, "token_type": "Bearer", "expires_in": 32400})

    async def _transactions(self, request: Request) -> Response:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return JSONResponse({"error": "invalid_token"}, 401)
        page = int(request.query_params.get("page", "1"))
        size = min(self.page_size, int(request.query_params.get("page_size", "100")))
        return JSONResponse(
            {
                "transaction_details": self.transactions[(page - 1) * size : page * size],
                "account_number": "XZXSPECPDZHZU",
                "start_date": request.query_params.get("start_date"),
                "end_date": request.query_params.get("end_date"),
                "last_refreshed_datetime": request.query_params.get("end_date"),
                "page": page,
                "total_items": len(self.transactions),
                "total_pages": -(-len(self.transactions) // size),
                "links": [],
            }
        )
