"""Requests to PayPal: small, short, never redirected, past no proxy of the environment's."""

import asyncio
import ssl
from dataclasses import dataclass
from functools import cache

import httpx

MOST_BYTES = 64 * 1024
SECONDS = 5.0


@dataclass(frozen=True)
class Unreached:
    """PayPal gave no answer that can be used; `code` says why. It may give one later."""

    code: str


def client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client for the functions of this package; `transport` is for tests. Whoever made it closes it."""
    return httpx.AsyncClient(
        transport=transport,
        verify=_trusted(),
        trust_env=False,
        follow_redirects=False,
        timeout=SECONDS,
        # An answer that unpacks to more than it weighs is not asked for, and PayPal refuses a request without a name.
        headers={"Accept-Encoding": "identity", "User-Agent": "relief-donations"},
    )


@cache
def _trusted() -> ssl.SSLContext:
    """Whom a client believes: reading the certificates of a whole world takes longer than making a client."""
    return httpx.create_ssl_context(trust_env=False)


async def fetch(
    asking: httpx.AsyncClient, request: httpx.Request, most: int = MOST_BYTES, seconds: float = SECONDS
) -> bytes | Unreached:
    """The body of the answer, at most `most` bytes, within `seconds` from asking to the last byte."""
    try:
        async with asyncio.timeout(seconds):
            response = await asking.send(request, stream=True)
            try:
                return await _body(response, most)
            finally:
                await response.aclose()
    except (TimeoutError, httpx.TimeoutException):
        return Unreached("timeout")
    except (httpx.HTTPError, httpx.StreamError):
        return Unreached("unreachable")


async def _body(response: httpx.Response, most: int) -> bytes | Unreached:
    # A redirect is no answer either.
    if response.status_code != httpx.codes.OK:
        return Unreached("status")
    body = bytearray()
    # As it comes, unpacked by nobody: what is small here stays small.
    async for block in response.aiter_raw():
        body += block
        if len(body) > most:
            return Unreached("too_large")
    return bytes(body)
