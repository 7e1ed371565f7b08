"""Walls in front of every route: unknown hosts, other sites' pages, what a form sends, bodies too large or too slow."""

import asyncio
import functools
import re
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from shared.cli.stack import ROOT
from shared.cli.wiring import application
from shared.contracts import SERVICES
from shared.settings import ClockMode
from shared.web import bodies
from shared.web.problems import MEDIA_TYPE
from shared.web.walls import HEADER, MEANT

SITE = "relief.example"
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
MEGABYTE = 1024 * 1024


@functools.cache
def built(service: str = "intake") -> FastAPI:
    return application(service, clock=ClockMode.MANUAL, site_hosts=f"other.example {SITE.upper()}")


def caller(app: FastAPI, host: str = "127.0.0.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}")


def assert_problem(answer: httpx.Response, status: int, words: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert words in answer.json()["detail"]


@pytest.mark.parametrize(
    ("host", "known"),
    [
        *(
            (host, True)
            for host in ("127.0.0.1", "127.0.0.1:18100", "LocalHost:1", "[::1]:80", "intake:8000")
        ),
        *((host, True) for host in (SITE, f"{SITE}:443", "10.1.2.3:8000")),
        *((host, False) for host in ("evil.example", "", "inventory", f"x.{SITE}", f"{SITE}.evil.example")),
        *((host, False) for host in ("127.0.0.1.evil.example", "localhost@evil.example", "10.1.2.4", "test")),
        *(
            (host, False)
            for host in ("evil.example@localhost", "127.0.0.1:80:80", "localhost/", "[::2]", "0")
        ),
    ],
)
async def test_only_known_hosts_and_the_service_s_own_address_are_answered(host: str, known: bool) -> None:
    # The request comes in at 10.1.2.3, as it does from monitoring.
    async with caller(built(), "10.1.2.3") as client:
        answer = await client.get("/healthz", headers={"Host": host})
    if known:
        assert answer.status_code == 200
    else:
        assert_problem(answer, 421, "No such host")


async def test_a_name_is_not_known_because_the_request_came_in_by_it() -> None:
    async with caller(built(), "evil.example") as client:
        assert_problem(await client.get("/healthz"), 421, "No such host")


@pytest.mark.parametrize(
    ("sent", "path", "passes"),
    [
        ({}, "/healthz", True),
        ({"Origin": "http://127.0.0.1:18100", "Sec-Fetch-Site": "same-origin"}, "/healthz", True),
        ({"Origin": "https://127.0.0.1:18100"}, "/healthz", True),
        ({"Sec-Fetch-Site": "none"}, "/healthz", True),
        ({"Origin": "http://127.0.0.1:18101"}, "/healthz", False),
        ({"Origin": "http://127.0.0.1"}, "/healthz", False),
        ({"Origin": "https://evil.example"}, "/healthz", False),
        ({"Origin": "null"}, "/healthz", False),
        ({"Origin": ""}, "/healthz", False),
        ({"Sec-Fetch-Site": "cross-site"}, "/healthz", False),
        ({"Sec-Fetch-Site": "same-site"}, "/healthz", False),
        ({"Sec-Fetch-Site": "something new"}, "/healthz", False),
        ({**LINK, "Accept": "text/html"}, "/docs", True),
        ({**LINK, "Accept": "text/html", "Sec-Fetch-Dest": "iframe"}, "/docs", False),
        ({**LINK, "Accept": "text/html", "Origin": "null"}, "/docs", False),
        ({**LINK, "Accept": "text/html"}, "/api/households", False),
    ],
)
async def test_a_page_of_another_origin_is_told_nothing(
    sent: dict[str, str], path: str, passes: bool
) -> None:
    async with caller(built()) as client:
        answer = await client.get(path, headers={"Host": "127.0.0.1:18100", **sent})
    assert answer.status_code == (200 if passes else 403)


@pytest.mark.parametrize("service", SERVICES)
async def test_no_route_changes_anything_without_the_header_that_no_form_can_send(service: str) -> None:
    app = built(service)
    found = [
        (method, re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000001", path))
        for path, item in app.openapi()["paths"].items()
        for method in item
        if method not in ("get", "head")
    ]
    assert ("post", "/clock") in found
    async with caller(app) as client:
        for method, path in found:
            for sent in ({}, {HEADER: "0"}, {"Content-Type": "multipart/form-data; boundary=x"}):
                assert_problem(await client.request(method, path, headers=sent), 403, f"{HEADER}: 1")


async def test_no_redirect_repeats_the_host() -> None:
    async with caller(built()) as client:
        for path in ("/docs/", "/api/households/", "/readyz/", "/api"):
            answer = await client.get(path)
            assert answer.status_code == 404
            assert "location" not in answer.headers


HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="r.csv"\r\n\r\n'
FORM = {"content_type": "multipart/form-data; boundary=x"}
JSON = {"content_type": "application/json"}


@pytest.mark.parametrize(
    ("path", "headers", "parts", "status", "unread"),
    [
        ("/api/households", {**JSON, "content_length": str(MEGABYTE + 1)}, 2, 413, 2),
        ("/api/households", JSON, 3, 413, 0),
        ("/api/households", FORM, 3, 413, 0),
        ("/api/imports", {**FORM, "content_length": str(26 * MEGABYTE)}, 2, 413, 2),
        ("/api/imports", {**FORM, "content_length": "9"}, 60, 413, 9),
        ("/api/imports", FORM, 2, 411, 2),
        ("/api/imports", {**FORM, "content_length": str(MEGABYTE)}, 1, 408, 0),
        ("/api/households", {**JSON, "content_length": "9"}, 1, 408, 0),
        ("/clock", JSON, 1, 408, 0),
    ],
)
async def test_a_body_that_is_too_large_or_stops_coming_is_not_read_on(
    path: str, headers: dict[str, str], parts: int, status: int, unread: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`parts` of half a megabyte come, then nothing; `unread` of them are left where they are."""
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(bodies, "SLOWEST_BYTES_PER_SECOND", 10**9)
    answer = await sent(
        built(), path, [HEAD.ljust(MEGABYTE // 2)] + [bytes(MEGABYTE // 2)] * (parts - 1), **headers
    )
    assert (answer["status"], answer["left"]) == (status, unread)
    assert (b"connection" in answer) is (status == 408)
    assert '"type":"about:blank"' in answer["body"]


async def sent(app: FastAPI, path: str, parts: list[bytes], **headers: str) -> dict[Any, Any]:
    """The answer to a body that comes in parts and then, without its end, falls silent."""
    known = {"host": "localhost", "x-relief": "1", "idempotency-key": "k", **headers}
    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in known.items()],
    }
    left = list(parts)
    said: dict[str, Any] = {}

    async def receive() -> dict[str, Any]:
        if not left:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": left.pop(0), "more_body": True}

    async def send(message: Any) -> None:
        said.update(message)

    async with asyncio.timeout(5):
        await app(scope, receive, send)
    return {
        "status": said["status"],
        "left": len(left),
        "body": said["body"].decode(),
        **dict(said["headers"]),
    }


async def test_a_body_of_too_many_parts_is_refused_before_each_becomes_an_error() -> None:
    async with caller(built()) as client:
        sent = {**MEANT, "Idempotency-Key": "k", "Content-Type": "application/json"}
        for commas, status in ((bodies.MOST_COMMAS, 422), (bodies.MOST_COMMAS + 1, 413)):
            content = b"[" + b"0," * commas + b"0]"
            answer = await client.post("/api/households", content=content, headers=sent)
            assert answer.status_code == status
            assert len(answer.content) < 500


@pytest.mark.parametrize("service", SERVICES)
async def test_no_page_that_we_serve_refers_to_another_host(service: str) -> None:
    async with caller(built(service)) as client:
        docs = await client.get("/docs")
        lost = await client.get("/nowhere", headers={"Accept": "text/html"})
    start = (ROOT / "deploy" / "gateway" / "site" / "index.html").read_text()
    for page in (docs.text, lost.text, start):
        assert "<html" in page
        assert re.findall(r"(?i)(?:https?:)?//[a-z0-9]|<script|@import", page) == []
    assert "default-src 'none'" in docs.headers["content-security-policy"]
    assert all(path in docs.text for path in built(service).openapi()["paths"])
