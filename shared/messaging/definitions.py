"""Who may do what on the broker: what a node loads when it starts, the same locally and in compose.

The wall between the services is write permission on an exchange. Routing keys are none: the broker checks the key of
a message, but not the keys in its CC and BCC headers, nor the key by which a queue hands a message on. So each service
says its facts on an exchange of its own, `S.facts`, to which no other user may write. A queue or an exchange that
hands on to `S.facts` counts as writing to it.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping

from shared.contracts import SERVICES, heard_by, said_by
from shared.contracts.base import Contract
from shared.messaging.names import RETRY_DELAY, facts_exchange, feed_key, parked, queue_of, retry

OPERATOR = "operator"

Definitions = dict[str, object]
Row = dict[str, object]


def definitions(passwords: Mapping[str, str], operator_password: str, vhost: str = "relief") -> Definitions:
    """A virtual host with the publishers' exchanges, a user per service (`passwords`, by service) and the operator.

    The operator sees and moves everything.
    """
    return {
        "users": [
            *(_user(service, password, tags=[]) for service, password in passwords.items()),
            _user(OPERATOR, operator_password, tags=["administrator"]),
        ],
        "vhosts": [{"name": vhost}],
        "permissions": permissions(vhost),
        "topic_permissions": topic_permissions(vhost),
        "exchanges": [_exchange(facts_exchange(service), vhost) for service in SERVICES],
    }


def permissions(vhost: str) -> list[Row]:
    """A service declares, writes and reads what is its own by name: its exchange, its queues, its retries. It writes to
    its own `S.facts`, and reads from (binds to) the `S.facts` of those whom it hears. Everything else is closed to it,
    the default exchange (`amq.default`) too, through which every queue can be reached by its name.
    """
    return [
        *(_permission(service, vhost) for service in SERVICES),
        {"user": OPERATOR, "vhost": vhost, "configure": ".*", "write": ".*", "read": ".*"},
    ]


def topic_permissions(vhost: str) -> list[Row]:
    """By which keys a service may bind its queues to each publisher's exchange: those of the contracts it hears. The
    broker takes an exchange without such a row for open, so there is a row for each service at each exchange."""
    return [
        {
            "user": service,
            "vhost": vhost,
            "exchange": facts_exchange(publisher),
            "write": _any_of(_keys_said(service)) if service == publisher else NOTHING,
            "read": _any_of(_keys_heard(service, publisher)),
        }
        for service in SERVICES
        for publisher in SERVICES
    ]


NOTHING = "^$"


def _any_of(names: Iterable[str], more: str = "") -> str:
    """A regular expression for exactly these names; `more` is one of its own."""
    wanted = [*map(re.escape, names), *([more] if more else [])]
    return f"^({'|'.join(wanted)})$" if wanted else NOTHING


def _keys_heard(consumer: str, publisher: str) -> list[str]:
    wires = [contract.wire for contract in heard_by(consumer) if contract.publisher() == publisher]
    return [*wires, *(feed_key(wire, consumer) for wire in wires)]


def _keys_said(publisher: str) -> list[str]:
    wires = [contract.wire for contract in said_by(publisher)]
    return [*wires, *(feed_key(wire, consumer) for wire in wires for consumer in SERVICES)]


def _permission(service: str, vhost: str) -> Row:
    heard: list[type[Contract]] = heard_by(service)
    queues = [queue_of(service, contract.wire) for contract in heard]
    own = [service, *queues, *map(parked, queues)]
    retries = re.escape(retry(service, "")) + RETRY_DELAY
    publishers = dict.fromkeys(facts_exchange(contract.publisher()) for contract in heard)
    return {
        "user": service,
        "vhost": vhost,
        "configure": _any_of(own, retries),
        "write": _any_of([facts_exchange(service), *own], retries),
        "read": _any_of([*publishers, *own], retries),
    }


def _exchange(name: str, vhost: str) -> Row:
    return {
        "name": name,
        "vhost": vhost,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _user(name: str, password: str, tags: list[str]) -> Row:
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
