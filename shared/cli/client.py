"""The five services over HTTP, with connections kept open."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx

from shared.cli import Trouble, typed
from shared.cli.stack import Stack
from shared.service.addresses import address_of
from shared.web.roles import AS
from shared.web.walls import MEANT

PATIENCE_SECONDS = 120.0
TRIES = 20
PAUSE_SECONDS = 0.5
PAGE = 500
DRY_RUN = "X-Relief-Dry-Run"


class Refused(Trouble):
    """A service said no; `status` is the HTTP status."""

    def __init__(self, service: str, status: int, words: str) -> None:
        super().__init__(f"{service}: {words}")
        self.status = status


@dataclass(frozen=True)
class Services:
    """Asks and tells the services. A refusal is raised as `Refused`, in the service's own words."""

    clients: Mapping[str, httpx.AsyncClient]

    async def get(self, service: str, path: str, **query: Any) -> Any:
        return await self._ask(service, "GET", path, params=_given(query))

    async def post(
        self,
        service: str,
        path: str,
        body: Any,
        key: str | None = None,
        *,
        dry_run: bool = False,
        who: str | None = None,
    ) -> Any:
        """`key` is the Idempotency-Key: the same key and body again give the same answer and do nothing twice.

        With `dry_run` the service tells what it would answer, and changes nothing. `who` is the code of the member of
        staff who does it.
        """
        headers = {"Idempotency-Key": key} if key else {}
        if who:
            headers[AS] = who
        if dry_run:
            headers[DRY_RUN] = "1"
        return await self._ask(service, "POST", path, json=body, headers=headers)

    async def deliver(self, service: str, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post bytes as somebody else would, who wants no answer but that they are taken."""
        await self._heard(service, "POST", path, content=body, headers=headers)

    async def each(self, service: str, path: str, **query: Any) -> AsyncIterator[dict[str, Any]]:
        """Every item of a paged list."""
        after: str | None = None
        while True:
            page = await self.get(service, path, limit=PAGE, after=after, **query)
            for item in page["items"]:
                yield item
            after = page["next"]
            if after is None:
                return

    async def upload(
        self, service: str, path: str, file: Path, mapping: bytes | None = None
    ) -> AsyncIterator[dict[str, Any]]:
        """Send a file and yield the lines of JSON that come back while it is read."""
        client = self.clients[service]
        more = {"mapping": ("mapping.toml", mapping)} if mapping else {}
        with file.open("rb") as content:
            request = client.build_request(
                "POST",
                address_of(path),
                files={"file": (file.name, content), **more},
                headers={"Accept": "application/x-ndjson"},
            )
            response = await client.send(request, stream=True)
            try:
                if response.is_error:
                    await response.aread()
                    raise _refusal(service, response)
                async for line in response.aiter_lines():
                    if line:
                        yield _content(service, line)
            finally:
                await response.aclose()

    async def _ask(self, service: str, method: str, path: str, **request: Any) -> Any:
        return _content(service, await self._heard(service, method, path, **request))

    async def _heard(self, service: str, method: str, path: str, **request: Any) -> bytes:
        """One request. A service that is busy or just starting is asked again: each POST has a key or repeats safely.

        Trouble if it stays so.
        """
        for attempt in range(TRIES):
            if attempt:
                await asyncio.sleep(PAUSE_SECONDS)
            try:
                response = await self.clients[service].request(method, address_of(path), **request)
            except httpx.TransportError:
                continue
            if response.is_error and response.status_code != HTTPStatus.SERVICE_UNAVAILABLE:
                raise _refusal(service, response)
            if response.is_success:
                return response.content
        raise Trouble(f"{service} does not answer. See {typed('status')}.")


@asynccontextmanager
async def services_of(stack: Stack) -> AsyncIterator[Services]:
    """The running services; their connections are closed when the block ends."""
    limits = httpx.Limits(max_keepalive_connections=8, max_connections=8)
    clients = {
        name: httpx.AsyncClient(
            base_url=address.url, headers=MEANT, timeout=PATIENCE_SECONDS, limits=limits, trust_env=False
        )
        for name, address in stack.services.items()
    }
    try:
        yield Services(clients)
    finally:
        for client in clients.values():
            await client.aclose()


def _content(service: str, said: str | bytes) -> Any:
    """Trouble if somebody else answers at the service's address, with a page perhaps."""
    try:
        return json.loads(said)
    except ValueError:
        raise Trouble(f"What answers for {service} is not {service}. See {typed('status')}.") from None


def _given(query: Mapping[str, Any]) -> dict[str, str]:
    """Query parameters as text, without those that are None; `from_day` is sent as `from`."""
    return {name.removesuffix("_day"): _text(value) for name, value in query.items() if value is not None}


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _refusal(service: str, response: httpx.Response) -> Refused:
    try:
        problem = response.json()
        words = problem.get("detail") or problem["title"]
        words += "".join(f"\n  {each['field']}: {each['reason']}" for each in problem.get("errors", []))
    except (ValueError, KeyError, TypeError, AttributeError):
        words = f"answered {response.status_code}"
    return Refused(service, response.status_code, words)
