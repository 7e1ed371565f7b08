"""Who acts: a member of staff with roles, or a service by itself."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a member of staff does in the programme."""

    CASEWORKER = "caseworker"
    STOREKEEPER = "storekeeper"
    SPONSORSHIP = "sponsorship"
    EVENTS = "events"
    TREASURER = "treasurer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class PrincipalKind(StrEnum):
    """STAFF is a person who signed in, SERVICE a service that acts by itself."""

    STAFF = "staff"
    SERVICE = "service"


@dataclass(frozen=True)
class Principal:
    """Somebody who acts. `id` (at most 100 characters, never a name) is written beside whatever was done."""

    id: str
    kind: PrincipalKind
    roles: frozenset[Role] = frozenset()


LOCAL_OPERATOR = Principal("local-operator", PrincipalKind.STAFF, frozenset(Role))
"""Whoever calls a service on the loopback address, until staff sign in."""


def service_principal(service: str) -> Principal:
    """A service that acts by itself: its handlers, its timers, its day."""
    return Principal(f"service:{service}", PrincipalKind.SERVICE)
