"""Every error is a problem document (RFC 9457), in plain words and without the value that was refused."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import BaseModel, Field
from sqlalchemy.exc import InterfaceError
from structlog.testing import capture_logs

from shared.principals import Role
from shared.web import problems
from shared.web.problems import MEDIA_TYPE, conflict, invalid, not_found
from shared.web.roles import allows

CANARY = "Hong Gildong"


class Body(BaseModel):
    name: Annotated[str, Field(max_length=5)]
    count: Annotated[int, Field(ge=1)]


class Strict(Body, extra="forbid"):
    pass


def application() -> FastAPI:
    app = FastAPI()
    problems.install(app)

    @app.post("/register")
    async def register(body: Body) -> Body:
        return body

    @app.post("/upload")
    async def upload(request: Request) -> int:
        return len(await request.form())

    @app.post("/strict")
    async def strict(body: Strict) -> Strict:
        return body

    @app.get("/missing")
    async def missing() -> None:
        raise not_found("household with this id")

    @app.get("/conflict")
    async def used() -> None:
        raise conflict("This key was used.")

    @app.get("/invalid")
    async def refused() -> None:
        raise invalid("It cannot be taken.", [("members.0.age", "is above 120")])

    @app.get("/away")
    async def away() -> None:
        raise InterfaceError("SELECT", {}, asyncpg.ConnectionDoesNotExistError("closed"))

    @app.get("/bug")
    async def bug() -> None:
        raise RuntimeError(CANARY)

    return app


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


@pytest.mark.parametrize(
    ("path", "status", "title", "detail"),
    [
        ("/missing", 404, "Not Found", "There is no household with this id."),
        ("/conflict", 409, "Conflict", "This key was used."),
        ("/invalid", 422, "Unprocessable Entity", "It cannot be taken."),
        ("/no/such/route", 404, "Not Found", "There is nothing at this address."),
        ("/register", 405, "Method Not Allowed", "This cannot be done at this address."),
        (
            "/away",
            503,
            "Service Unavailable",
            "The service is busy or its database cannot be used. "
            "Send it again with the same key: nothing is done twice.",
        ),
        (
            "/bug",
            500,
            "Internal Server Error",
            "Something went wrong here; tell the operator. With the same key, nothing is done twice.",
        ),
    ],
)
async def test_an_error_is_a_problem_document(
    client: httpx.AsyncClient, path: str, status: int, title: str, detail: str
) -> None:
    answer = await client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == MEDIA_TYPE
    document = answer.json()
    assert (document["title"], document["status"], document["detail"]) == (title, status, detail)
    assert document["type"] == "about:blank"
    assert CANARY not in answer.text


async def test_a_service_that_is_away_says_when_to_try_again(client: httpx.AsyncClient) -> None:
    assert (await client.get("/away")).headers["retry-after"] == "1"


async def test_each_refused_field_is_named_without_its_value(client: httpx.AsyncClient) -> None:
    answer = await client.post("/register", json={"name": CANARY, "count": 0})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert {each["field"] for each in answer.json()["errors"]} == {"name", "count"}
    assert CANARY not in answer.text


async def test_a_megabyte_of_name_is_not_sent_back(client: httpx.AsyncClient) -> None:
    answer = await client.post("/register", json={"name": "x" * 1_000_000, "count": 1})
    assert answer.status_code == 422
    assert len(answer.content) < 1_000


async def test_of_a_thousand_errors_the_first_hundred_are_told(client: httpx.AsyncClient) -> None:
    many = {f"key {number}" + "x" * 500: 0 for number in range(1000)}
    answer = await client.post("/strict", json=many)
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 100
    assert "902 more" in answer.json()["detail"]
    assert len(answer.content) < 50_000


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"text"', b"\xff\xfe", b'{"name": NaN}'])
async def test_a_body_that_is_no_such_thing_is_refused(client: httpx.AsyncClient, content: bytes) -> None:
    answer = await client.post("/register", content=content, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["status"] == answer.status_code


def test_a_route_names_at_least_one_role() -> None:
    with pytest.raises(ValueError, match="at least one role"):
        allows()
    assert allows(Role.OPERATOR).dependency.roles == {Role.OPERATOR}


@pytest.mark.parametrize(("path", "page"), [("/invalid", True), ("/api/invalid", False), ("/nowhere", True)])
async def test_a_browser_that_looks_at_a_page_gets_a_page(path: str, page: bool) -> None:
    app = application()
    app.add_api_route("/api/invalid", endpoint=app.routes[-1].endpoint)  # type: ignore[attr-defined]
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as browser:
        answer = await browser.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
    assert answer.is_error
    assert answer.headers["content-type"] == ("text/html; charset=utf-8" if page else MEDIA_TYPE)


async def test_an_upload_that_is_cut_off_is_one_line_of_information() -> None:
    messages = [{"type": "http.request", "body": b"--x\r\n", "more_body": True}, {"type": "http.disconnect"}]
    told: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def send(message: Any) -> None:
        told.append(message)

    headers = [(b"content-type", b"multipart/form-data; boundary=x")]
    scope = {"type": "http", "method": "POST", "path": "/upload", "headers": headers, "query_string": b""}
    with capture_logs() as logged:
        await application()(scope, receive, send)
    assert [(each["log_level"], each["event"]) for each in logged] == [
        ("info", "a request was cut off by its sender")
    ]
    assert told[0]["status"] == 400
