"""Who may do what on the broker: what a node loads when it starts, the same locally and in compose."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

EXCHANGE = "relief"
OPERATOR = "operator"

Definitions = dict[str, object]


def definitions(passwords: Mapping[str, str], operator_password: str, vhost: str = "relief") -> Definitions:
    """A virtual host with the exchange, a user per service (`passwords`, by service) and the operator.

    A service configures and reads its own queues (`<service>.<contract>`), binds them to the exchange, and
    publishes facts of its own (`<service>.` routing keys) alone. The operator sees and moves everything.
    """
    return {
        "users": [
            *(_user(service, password, tags=[]) for service, password in passwords.items()),
            _user(OPERATOR, operator_password, tags=["administrator"]),
        ],
        "vhosts": [{"name": vhost}],
        "permissions": [
            *(_permission(service, vhost) for service in passwords),
            {"user": OPERATOR, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"},
        ],
        "topic_permissions": [
            {"user": service, "vhost": vhost, "exchange": EXCHANGE, "write": rf"^{service}\.", "read": ".*"}
            for service in passwords
        ],
        "exchanges": [
            {
                "name": EXCHANGE,
                "vhost": vhost,
                "type": "topic",
                "durable": True,
                "auto_delete": False,
                "internal": False,
                "arguments": {},
            }
        ],
    }


def _permission(service: str, vhost: str) -> dict[str, str]:
    own_or_exchange = rf"^({EXCHANGE}|{service}(\..*)?)$"
    return {
        "user": service,
        "vhost": vhost,
        "configure": rf"^{service}(\..*)?$",
        "write": own_or_exchange,
        "read": own_or_exchange,
    }


def _user(name: str, password: str, tags: list[str]) -> dict[str, object]:
    return {
        "name": name,
        "password_hash": password_hash(name, password),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": tags,
    }


def password_hash(name: str, password: str) -> str:
    """RabbitMQ's own form: base64(salt + sha256(salt + password)) with a salt of four bytes.

    The salt follows from the password, so that loading the definitions again changes nothing.
    """
    salt = hmac.digest(password.encode(), b"salt of " + name.encode(), "sha256")[:4]
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
