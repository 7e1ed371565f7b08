"""Who may do what. Each route names its roles; a test walks all routes."""

from enum import StrEnum
from typing import Any

from fastapi import Depends


class Role(StrEnum):
    """What a member of staff does in the programme."""

    CASEWORKER = "caseworker"
    STOREKEEPER = "storekeeper"
    SPONSORSHIP = "sponsorship"
    EVENTS = "events"
    TREASURER = "treasurer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class RoleCheck:
    """A route's roles. Until staff sign in, everything listens on the loopback address and the check lets all pass."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self) -> None:
        return None


def allows(*roles: Role) -> Any:
    """For a route's `dependencies`: the roles that may use it. At least one is needed."""
    if not roles:
        raise ValueError("a route names at least one role")
    return Depends(RoleCheck(*roles))
