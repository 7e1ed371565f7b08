"""Where the running system is: addresses with passwords, for the operator's commands."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import URL

from shared.cli import Trouble, in_compose
from shared.cli.files import Damaged, kept_json, write_whole
from shared.contracts import SERVICES
from shared.messaging.definitions import OPERATOR
from shared.settings import secrets_folder

ROOT = Path(__file__).resolve().parents[2]
VHOST = "relief"


@dataclass(frozen=True)
class ServiceAddress:
    """How to reach one service, its database and its broker user; the latter two hold passwords."""

    name: str
    url: str
    database_url: str
    broker_url: str


@dataclass(frozen=True)
class Stack:
    """The whole system; `broker_admin_url` is the broker's management API with user and password."""

    services: dict[str, ServiceAddress]
    gateway_url: str
    broker_admin_url: str
    vhost: str

    @classmethod
    def load(cls) -> "Stack":
        """The stack in the file named by RELIEF_STACK, else that of compose or of the local run.

        Trouble if none is running.
        """
        if "RELIEF_STACK" not in os.environ and in_compose():
            return _of_compose()
        known = kept_json(stack_file())
        if known is None:
            raise Trouble(
                "Nothing runs here: ./relief up. What runs with compose is asked by: "
                "docker compose run --rm demo COMMAND"
            )
        try:
            services = {name: ServiceAddress(**address) for name, address in known.pop("services").items()}
            return cls(services=services, **known)
        except (TypeError, AttributeError, KeyError):
            raise Damaged(stack_file()) from None

    def save(self, path: Path) -> None:
        """Write it for `load`, readable by its owner alone."""
        write_whole(path, json.dumps(asdict(self), indent=2))


def stack_file() -> Path:
    return Path(os.environ.get("RELIEF_STACK", ROOT / ".relief" / "run" / "stack.json"))


def _of_compose() -> Stack:
    """The addresses on compose's own network, with passwords from the secret files."""
    return Stack(
        services={name: _address(name) for name in SERVICES},
        gateway_url=os.environ.get("RELIEF_GATEWAY_URL", "http://gateway:8080"),
        broker_admin_url=f"http://{OPERATOR}:{secret('operator_broker_password')}@rabbitmq:15672",
        vhost=VHOST,
    )


def _address(name: str) -> ServiceAddress:
    database = URL.create(
        "postgresql+asyncpg", name, secret(f"{name}_database_password"), "postgres", 5432, name
    )
    broker = URL.create("amqp", name, secret(f"{name}_broker_password"), "rabbitmq", 5672, VHOST)
    return ServiceAddress(
        name=name,
        url=f"http://{name}:8000",
        database_url=database.render_as_string(hide_password=False),
        broker_url=broker.render_as_string(hide_password=False),
    )


def secret(name: str) -> str:
    """One secret file of compose. Trouble if it is not there."""
    folder = secrets_folder()
    if folder is None or not (Path(folder) / name).is_file():
        raise Trouble(f"The secret {name} is missing: ./relief secrets init")
    content = (Path(folder) / name).read_text().strip()
    if not content:
        raise Trouble(
            f"The secret {Path(folder) / name} is empty: remove the file, then ./relief secrets init"
        )
    return content
