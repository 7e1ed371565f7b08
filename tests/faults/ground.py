"""The servers of a whole run: one broker node or three, and a database server, in a temporary folder."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from services.donations.paypal.environments import SANDBOX
from shared.cli.local.broker import BrokerSecrets, RabbitNode, fresh_ports
from shared.cli.local.postgres import PostgresServer
from shared.contracts import talking
from shared.database.migrations import migrate
from tests.faults.nursery import Nursery
from tests.support.paypal.ipns import RECEIVER
from tests.support.paypal.sandbox import Sandbox
from tests.support.servers import Native

POST_BACK_SECONDS = 0.2


class Ground:
    """Started once for many scenarios; each takes a virtual host and databases of its own."""

    def __init__(self, folder: Path, nodes: int = 1) -> None:
        self.folder = folder
        self.servers = Native(folder / "servers")
        self.nodes: list[RabbitNode] = [self.servers.node]
        self.nursery = Nursery()
        self.paypal = Sandbox(datetime.now(UTC))
        # So that some are killed while PayPal looks whether an IPN is its own.
        self.paypal.paypal.post_back_seconds = POST_BACK_SECONDS
        self._wanted = nodes
        self._sites = 0

    @property
    def node(self) -> RabbitNode:
        return self.nodes[0]

    @property
    def postgres(self) -> PostgresServer:
        return self.servers.postgres

    def start(self) -> None:
        """Start everything, join the nodes, migrate a database of each service to be copied."""
        self.servers.start()
        for number in range(2, self._wanted + 1):
            self.nodes.append(self._another(number))
        for node in self.nodes[1:]:
            node.launch()
        for node in self.nodes[1:]:
            node.wait()
            for step in (("stop_app",), ("reset",), ("join_cluster", self.node.name), ("start_app",)):
                node.run("rabbitmqctl", *step)
        for name in talking():
            self.servers.write_secrets(name, self.secrets_of(name))
            self.servers.new_database(f"template_{name}", name)
            url = make_url(self.servers.database_url(name, f"template_{name}"))
            asyncio.run(migrate(name, url))

    def stop(self) -> None:
        self.nursery.close()
        for node in self.nodes[1:]:
            node.kill()
        self.servers.stop()

    def secrets_of(self, service: str) -> Path:
        return self.folder / "secrets" / service

    def believing(self, paypal: str) -> dict[str, str]:
        """What donations has to be told to believe our PayPal, which answers at this address."""
        roots = self.folder / "paypal-roots.pem"
        roots.write_bytes(self.paypal.roots)
        return {
            "RELIEF_PAYPAL_WEBHOOK_ID": self.paypal.webhook_id,
            "RELIEF_PAYPAL_ENVIRONMENT": SANDBOX.name,
            "RELIEF_PAYPAL_BASE": paypal,
            "RELIEF_PAYPAL_ROOTS": str(roots),
            "RELIEF_PAYPAL_RECEIVERS": RECEIVER,
        }

    def new_name(self) -> str:
        self._sites += 1
        return f"s{self._sites}"

    def _another(self, number: int) -> RabbitNode:
        """A node that shares the first one's cookie and name service."""
        cookie = (self.node.folder / ".erlang.cookie").read_text()
        known = BrokerSecrets(self.servers.passwords, self.servers.operator_password)
        name = self.node.name.replace("@", f"-{number}@")
        return RabbitNode(
            self.folder / f"broker{number}",
            fresh_ports(self.node.ports.epmd),
            known,
            name=name,
            cookie=cookie,
        )
