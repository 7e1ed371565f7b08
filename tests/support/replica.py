"""One running copy of a service in this process, and a client that calls it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from uuid import uuid4

import httpx
from fastapi import FastAPI

from shared.service.addresses import address_of
from shared.service.parts import Service
from shared.web.walls import MEANT


@dataclass
class Replica:
    """One running copy of a service, and a client that calls it."""

    name: str
    app: FastAPI
    client: httpx.AsyncClient

    @classmethod
    def of(cls, name: str, app: FastAPI) -> "Replica":
        """Not running yet."""
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        client = httpx.AsyncClient(
            transport=transport, base_url="http://test/api", headers=MEANT, timeout=120, trust_env=False
        )
        return cls(name, app, client)

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        """It runs for as long as the block lasts."""
        async with self.app.router.lifespan_context(self.app), self.client:
            yield

    @property
    def service(self) -> Service:
        return cast(Service, self.app.state.service)

    async def get(self, path: str, **params: Any) -> Any:
        """The answer to a GET, which must be 200."""
        answer = await self.client.get(_url(path), params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def try_post(self, path: str, body: object = None, key: str | None = None) -> httpx.Response:
        """Whatever answer a POST gets; each has a key of its own if none is given."""
        return await self.client.post(_url(path), json=body, headers={"Idempotency-Key": key or str(uuid4())})

    async def post(self, path: str, body: object = None, key: str | None = None) -> Any:
        """The answer to a POST, which must succeed."""
        answer = await self.try_post(path, body, key)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def metric(self, name: str, **labels: str) -> float:
        """The sum of the samples of this name with at least these labels."""
        metrics = self.service.metrics.registry.collect()
        samples = [sample for metric in metrics for sample in metric.samples if sample.name == name]
        return sum(each.value for each in samples if labels.items() <= each.labels.items())


def _url(path: str) -> str:
    """Operations lie at the root; everything else under the client's base address."""
    return path if address_of(path) != path else f"http://test{path}"
