"""Every route of every service names the roles that may use it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.routing import Route

from shared.cli.wiring import application
from shared.contracts import SERVICES
from shared.principals import Role
from shared.settings import ClockMode
from shared.web.problems import Problem
from shared.web.roles import RoleCheck, allows
from shared.web.walls import MEANT

# What FastAPI adds itself: the documentation, which holds nothing of anybody.
DOCUMENTATION = {"/openapi.json", "/docs"}
ALONE = {
    "/api/households/{household_id}/identities": {"caseworker"},
    "/api/cases/{case_id}/identities": {"caseworker"},
    "/api/guests/{guest_id}/offered": {"treasurer"},
    "/clock": {"operator"},
}
"""Routes that one role alone may use."""


async def refuse(check: RoleCheck, request: Request) -> None:
    """With the parameters of what it stands in for: a route is made once in a process and knows them from then on."""
    raise Problem(HTTPStatus.FORBIDDEN, "|".join(sorted(check.roles)))


def operations(app: FastAPI) -> list[tuple[str, str]]:
    """Every method and path that the application says it has."""
    return [(method.upper(), path) for path, item in app.openapi()["paths"].items() for method in item]


async def roles_asked(app: FastAPI, method: str, path: str) -> set[str]:
    """The roles that a route asks for, by asking it: it must do so before it does anything else."""
    while "{" in path:
        path = path.partition("{")[0] + str(UUID(int=1)) + path.partition("}")[2]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        answer = await client.request(method, path, json={}, headers=MEANT)
    return set(answer.json()["detail"].split("|")) if answer.status_code == HTTPStatus.FORBIDDEN else set()


@pytest.mark.parametrize("service", SERVICES)
async def test_every_route_asks_for_a_role_before_anything_else(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RoleCheck, "__call__", refuse)
    app = application(service, clock=ClockMode.MANUAL)
    found = operations(app)
    assert ("GET", "/readyz") in found
    asked = {each: await roles_asked(app, *each) for each in found}
    assert [each for each, roles in asked.items() if not roles] == []
    assert all(roles <= set(Role) for roles in asked.values())
    for (_, path), roles in asked.items():
        assert path not in ALONE or roles == ALONE[path]


@pytest.mark.parametrize("service", SERVICES)
def test_no_route_is_hidden_from_the_documentation(service: str) -> None:
    """So that the test above sees them all."""
    app = application(service, clock=ClockMode.MANUAL)
    routes: list[Any] = list(app.router.routes)
    assert {route.path for route in routes if isinstance(route, Route)} == DOCUMENTATION
    routers = [route.original_router for route in routes if not isinstance(route, Route)]
    while routers:
        for route in routers.pop().routes:
            if hasattr(route, "original_router"):
                routers.append(route.original_router)
            else:
                assert route.include_in_schema, route.path


def test_a_route_without_a_role_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        allows()
