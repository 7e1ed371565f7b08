"""All services are restarted one replica after another, and nobody notices."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import httpx

from shared.cli.local.gateway import Gateway
from shared.cli.local.ports import free_ports
from shared.cli.local.processes import Daemon, stop_all
from shared.cli.stack import ROOT
from shared.contracts import SERVICES
from shared.web.walls import MEANT
from tests.faults.load import household
from tests.faults.registry import scenario
from tests.faults.site import Site

ROUNDS = 2
AT_ONCE = 8
PAUSE_SECONDS = 0.05
TWO_ADDRESSES = {
    "\tto {args.1}\n": "\tto {args.1} {args.2}\n",
    "import {$RELIEF_GATEWAY_TO:one} {args.0} {args.1}\n": "import one {args.0} {args.1} {args.2}\n",
}


class TwoBehind(Gateway):
    """The gateway of the local run before two replicas of each service."""

    def __init__(self, folder: Path, port: int, site: Site, daemon: Daemon) -> None:
        nowhere, notices = free_ports(2)
        first = {name: site.replicas[name][0].port if name in site.replicas else nowhere for name in SERVICES}
        super().__init__(folder, port, notices, first, daemon)
        self._second = {
            name: site.replicas[name][1].port if name in site.replicas else nowhere for name in SERVICES
        }

    @property
    def config(self) -> Path:
        """The real one, but that each service is at two addresses."""
        text = (ROOT / "deploy" / "gateway" / "Caddyfile").read_text()
        changed = text
        for one, two in TWO_ADDRESSES.items():
            assert changed.count(one) == 1, f"the gateway's file has no {one!r} any more"
            changed = changed.replace(one, two)
        for name in SERVICES:
            at = f"{{$RELIEF_{name.upper()}_AT:unsaid}}"
            assert changed.count(at) == 1
            changed = changed.replace(at, f"{at} 127.0.0.1:{self._second[name]}")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "Caddyfile").write_text(changed)
        return self.folder / "Caddyfile"


@dataclass
class Crowd:
    """Sends every request once; what fails is not tried again."""

    site: Site
    client: httpx.AsyncClient
    answers: Counter[str] = field(default_factory=Counter)
    leaving: bool = False

    async def work(self) -> None:
        while not self.leaving:
            made = await self._send("POST", "/intake/api/households", household(self.site))
            if made is not None:
                self.site.registered.add(made.json()["household_id"])
            await self._send("GET", "/inventory/api/summary")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _send(self, method: str, path: str, body: object = None) -> httpx.Response | None:
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        try:
            answer = await self.client.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            self.answers[f"{method} {type(error).__name__}"] += 1
            return None
        self.answers[f"{method} {answer.status_code}"] += 1
        return answer if answer.is_success else None


@scenario()
async def all_services_are_restarted_under_load_and_no_request_fails(site: Site) -> None:
    daemon = Daemon("gateway", site.folder / "gateway.json", site.folder / "gateway.log")
    gateway = TwoBehind(site.folder / "gateway", free_ports(1)[0], site, daemon)
    await asyncio.to_thread(gateway.start)
    try:
        async with httpx.AsyncClient(
            base_url=gateway.url, headers=MEANT, timeout=60, trust_env=False
        ) as client:
            crowd = Crowd(site, client)
            workers = [asyncio.create_task(crowd.work()) for _ in range(AT_ONCE)]
            for _ in range(ROUNDS):
                for replica in site.every():
                    await asyncio.to_thread(stop_all, [replica.daemon])
                    site.fault()
                    replica.launch()
                    await asyncio.to_thread(replica.wait_ready)
            crowd.leaving = True
            await asyncio.gather(*workers)
    finally:
        await asyncio.to_thread(stop_all, [daemon])
    good = {"POST 201", "GET 200"}
    assert good == set(crowd.answers), f"not every request was answered well: {dict(crowd.answers)}"
