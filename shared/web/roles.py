"""Who may do what. Each route names its roles; a test walks all routes."""

from typing import Any

from fastapi import Depends, Request

from shared.principals import LOCAL_OPERATOR, Principal, Role, staff_principal
from shared.web.problems import invalid

AS = "X-Relief-As"
"""The header in which a client says which member of staff asks, by a code: `X-Relief-As: treasurer-1`."""


def who_asks(request: Request) -> Principal:
    """Who sent the request: the member of staff whom it names, else the local operator.

    Until staff sign in, everything listens on the loopback address, and whoever can ask may say to be anybody. So the
    code is for the record, and for decisions of two people who trust each other; it protects from nobody. Sign-in
    takes the place of this function, and of the header.
    """
    code = request.headers.get(AS)
    if code is None:
        return LOCAL_OPERATOR
    try:
        return staff_principal(code)
    except ValueError as error:
        raise invalid(f"{AS} does not name a member of staff: {error}.", [(AS, str(error))]) from None


class RoleCheck:
    """A route's roles. It puts who asks into the request's state; until staff sign in it lets all pass."""

    def __init__(self, *roles: Role) -> None:
        self.roles = frozenset(roles)

    async def __call__(self, request: Request) -> Principal:
        principal = who_asks(request)
        request.state.principal = principal
        return principal


def allows(*roles: Role) -> Any:
    """For a route's `dependencies`: the roles that may use it. At least one is needed."""
    if not roles:
        raise ValueError("a route names at least one role")
    return Depends(RoleCheck(*roles))


def principal_of(request: Request) -> Principal:
    """Who asks, as the route's `allows(...)` found. RuntimeError for a route that names no roles."""
    principal: Principal | None = getattr(request.state, "principal", None)
    if principal is None:
        raise RuntimeError(f"the route {request.url.path} names no roles: give it allows(...)")
    return principal
