"""Who acts: a member of staff with roles, or a service by itself."""

import re
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
"""Whoever calls a service on the loopback address and does not say who it is, until staff sign in."""


CODE = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}", re.ASCII)
"""What a member of staff may be called by: a code of the group's own, never a name."""


def staff_principal(code: str) -> Principal:
    """The member of staff of this code, who may do everything until staff sign in. ValueError if it is no code."""
    if not CODE.fullmatch(code):
        raise ValueError("a code has at most 40 lower-case letters, digits, dots, hyphens and underscores")
    return Principal(f"staff:{code}", PrincipalKind.STAFF, frozenset(Role))


def service_principal(service: str) -> Principal:
    """A service that acts by itself: its handlers, its timers, its day."""
    return Principal(f"service:{service}", PrincipalKind.SERVICE)
