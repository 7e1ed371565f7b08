"""Which port is whose in the local run, all counted from one setting."""

import http
import http.client
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass

from shared.cli import Trouble
from shared.contracts import SERVICES

SETTING = "RELIEF_PORT_BASE"
DEFAULT_BASE = 18100
MOST_READ = 64 * 1024
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class BrokerPorts:
    """What one RabbitMQ node listens on."""

    amqp: int
    distribution: int
    epmd: int
    management: int
    metrics: int


@dataclass(frozen=True)
class Ports:
    """What the whole local run listens on, all of it on 127.0.0.1."""

    gateway: int
    notices: int
    services: Mapping[str, int]
    broker: BrokerPorts
    postgres: int
    paypal: int = 0
    """The demo's own PayPal, while a demo runs."""

    @classmethod
    def counted_from(cls, base: int) -> "Ports":
        services = {name: base + 1 + place for place, name in enumerate(SERVICES)}
        broker = BrokerPorts(*range(base + 10, base + 15))
        return cls(
            gateway=base,
            notices=base + 15,
            services=services,
            broker=broker,
            postgres=base + 20,
            paypal=base + 9,
        )

    @classmethod
    def from_setting(cls) -> "Ports":
        """From RELIEF_PORT_BASE, 18100 if it is not set."""
        text = os.environ.get(SETTING, str(DEFAULT_BASE))
        if not text.isdecimal() or not 1024 <= int(text) <= 65000:
            raise Trouble(f"{SETTING} must be a number from 1024 to 65000, not {text!r}.")
        return cls.counted_from(int(text))

    def purposes(self) -> dict[int, str]:
        """Each port and what it is for, in words."""
        broker = self.broker
        return {
            self.gateway: "the gateway",
            self.notices: "the gateway, for what PayPal posts",
            **{port: f"the service {name}" for name, port in self.services.items()},
            broker.amqp: "the message broker",
            broker.distribution: "the message broker's own commands",
            broker.epmd: "the message broker's name service (epmd)",
            broker.management: "the message broker's management",
            broker.metrics: "the message broker's metrics",
            self.postgres: "the database server",
        }


def is_free(port: int) -> bool:
    """Whether nobody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def require_free(purposes: Mapping[int, str], base: int) -> None:
    """Trouble that names every port already taken, what it is for and the setting that moves them all."""
    taken = [
        f"Port {port}, meant for {purpose}, is already taken."
        for port, purpose in purposes.items()
        if not is_free(port)
    ]
    if taken:
        hint = f"Set {SETTING} to the first of 21 free ports (now {base}): {SETTING}=19100 ./relief up"
        raise Trouble("\n".join([*taken, hint]))


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now, for tests."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def answers(port: int, path: str) -> bool:
    """Whether a GET on this machine is answered with 200."""
    return asked(port, path)[0] == http.HTTPStatus.OK


def asked(port: int, path: str) -> tuple[int, bytes]:
    """Status and body of a GET on this machine; 0 and nothing if there is no answer.

    Asked again and again while something starts, so without a client that reads every certificate each time.
    """
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_READ)
    except (OSError, http.client.HTTPException):
        return 0, b""
    finally:
        connection.close()
