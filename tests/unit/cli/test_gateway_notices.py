"""The listener that PayPal posts to: two addresses and nothing else, whatever way a path is written."""

import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.cli.local.gateway import Gateway
from shared.cli.local.ports import LOOPBACK, free_ports
from shared.cli.local.processes import Daemon
from shared.contracts import SERVICES
from tests.support.properties import tried_with

pytestmark = pytest.mark.skipif(
    shutil.which("caddy") is None, reason="Caddy is not installed on this machine"
)
POSTED = {
    "/donations/api/paypal/webhook": "/api/paypal/webhook",
    "/donations/api/paypal/ipn": "/api/paypal/ipn",
}
NAME = "notices.example"
SITE = "relief.example"
MOST = 1024 * 1024


@dataclass(frozen=True)
class Seen:
    """A request as donations got it."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Answering(BaseHTTPRequestHandler):
    """What stands in the place of the services: it says yes to everything, and keeps what came whole."""

    protocol_version = "HTTP/1.1"
    seen: ClassVar[list[Seen]] = []

    def __getattr__(self, name: str) -> Any:
        """Each method is answered, whatever it is called."""
        if name.startswith("do_"):
            return self._do
        raise AttributeError(name)

    def _do(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            return
        # The gateway looks after the services by itself, at this path.
        if self.path != "/healthz":
            headers = {name.lower(): value for name, value in self.headers.items()}
            self.seen.append(Seen(self.command, self.path, headers, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes | None:
        """The body; None if it was cut off."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length)
            return body if len(body) == length else None
        body = b""
        while line := self.rfile.readline().strip():
            length = int(line, 16)
            body += self.rfile.read(length)
            self.rfile.readline()
            if not length:
                return body
        return None

    def log_message(self, *_: object) -> None: ...


@dataclass
class Door:
    """The gateway's listener for notices, and what came through."""

    gateway: Gateway
    seen: list[Seen]

    def ask(
        self,
        method: str,
        target: str,
        host: str = NAME,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"",
    ) -> tuple[int, bytes]:
        """Status and body of the answer to a request that is sent as it stands, without a client's second thoughts."""
        self.seen.clear()
        connection = HTTPConnection(LOOPBACK, self.gateway.notices, timeout=30)
        try:
            connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
            sent = {"Host": host, "Content-Length": str(len(body)), **(headers or {})}
            for name, value in sent.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    server = ThreadingHTTPServer((LOOPBACK, 0), Answering)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    port, notices = free_ports(2)
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as made,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("RELIEF_SITE_HOSTS", SITE)
        patch.setenv("RELIEF_NOTICES_HOSTS", f"{NAME} b.example")
        folder = Path(made)
        daemon = Daemon("gateway", folder / "gateway.json", folder / "gateway.log")
        services = dict.fromkeys(SERVICES, server.server_port)
        gateway = Gateway(folder / "gateway", port, notices, services, daemon)
        try:
            gateway.start()
            yield Door(gateway, Answering.seen)
        finally:
            daemon.kill()
            server.shutdown()
            server.server_close()
            serving.join()


@pytest.mark.parametrize("target", POSTED)
@pytest.mark.parametrize("host", [NAME, "b.example:443", "127.0.0.1:1", "localhost", "[::1]:1"])
def test_what_paypal_posts_reaches_donations_byte_for_byte(door: Door, target: str, host: str) -> None:
    body = b'{"id": "WH-1", "\xff": 1}\r\n'
    kept = {"Paypal-Transmission-Id": "b2a1", "Content-Type": "application/json"}
    stripped = {
        "Authorization": "Bearer x",
        "Cookie": "session=x",
        "X-Relief": "1",
        "X-Relief-As": "somebody",
    }
    assert door.ask("POST", target, host, kept | stripped, body)[0] == 200
    (seen,) = door.seen
    assert (seen.method, seen.path, seen.body) == ("POST", POSTED[target], body)
    # Donations knows itself by its own name, so the listener's names are no names of the site.
    assert seen.headers["host"] == "donations"
    assert {name: seen.headers[name.lower()] for name in kept} == kept
    assert not {name.lower() for name in stripped} & seen.headers.keys()


METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "post", "POSTS")
WEBHOOK = "/donations/api/paypal/webhook"
ELSEWHERE = (
    "/",
    "/healthz",
    "/readyz",
    "/index.html",
    "/donations",
    "/donations/",
    "/donations/readyz",
    "/donations/metrics",
    "/donations/checks",
    "/donations/clock",
    "/donations/docs",
    "/donations/openapi.json",
    "/donations/api/donors",
    "/donations/api/notices",
    "/donations/api/notices/seal-anew",
    "/donations/api/paypal",
    "/donations/api/paypal/",
    "/donations/api/paypal/other",
    "/intake/api/households",
    "/intake/api/paypal/webhook",
    "/api/paypal/webhook",
    "/paypal/webhook",
    f"{WEBHOOK}/",
    f"{WEBHOOK}/x",
    f"{WEBHOOK}?",
    f"{WEBHOOK}?a=1",
    f"{WEBHOOK};a",
    f"{WEBHOOK}%00",
    f"{WEBHOOK}%20",
    f"{WEBHOOK}.json",
    WEBHOOK.upper(),
    WEBHOOK.replace("webhook", "Webhook"),
    WEBHOOK.replace("webhook", "%77ebhook"),
    WEBHOOK.replace("/paypal", "%2Fpaypal"),
    f"/{quote(WEBHOOK[1:], safe='')}",
    f"/{WEBHOOK}",
    f"//{WEBHOOK}",
    WEBHOOK.replace("/api", "//api"),
    WEBHOOK.replace("/api", "/./api"),
    f"/x/..{WEBHOOK}",
    f"/x/%2e%2e{WEBHOOK}",
    f"/..{WEBHOOK}",
    "/donations/api/donors/../paypal/webhook",
    f"{WEBHOOK}/../../donors",
    f"{WEBHOOK}/%2e%2e/%2e%2e/donors",
    f"{WEBHOOK}/..%2f..%2fdonors",
    WEBHOOK.replace("/api/", "\\api\\"),
    f"http://{NAME}/donations/api/donors",
)


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_else_is_served_there(door: Door, target: str) -> None:
    for method in ("GET", "POST"):
        assert door.ask(method, target, body=b"x") == (404, b"")
        assert door.seen == []


@pytest.mark.parametrize("target", POSTED)
@pytest.mark.parametrize("method", METHODS)
def test_nothing_but_a_post_is_taken(door: Door, method: str, target: str) -> None:
    assert door.ask(method, target) == (404, b"")
    assert door.seen == []


@pytest.mark.parametrize("host", ["evil.example", SITE, f"x.{NAME}", f"{NAME}.evil.example", "10.0.0.1", ""])
def test_the_site_s_names_and_others_are_not_known_there(door: Door, host: str) -> None:
    """A page of a host whose name was made to point here learns nothing; staff's names lead to the staff's listener."""
    for target in (*POSTED, "/"):
        status, told = door.ask("POST", target, host)
        assert (status, told) == (421, b"") if host else status in (400, 421)
        assert door.seen == []
    assert door.ask("POST", f"http://{SITE}{WEBHOOK}", NAME) == (421, b"")
    assert door.seen == []


def test_the_staff_s_listener_does_not_know_the_notices_names(door: Door) -> None:
    connection = HTTPConnection(LOOPBACK, door.gateway.port, timeout=30)
    for host, status in ((NAME, 421), (SITE, 200)):
        connection.request("GET", "/donations/readyz", headers={"Host": host})
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()


WRITTEN = st.lists(
    st.sampled_from(
        [
            "/",
            "//",
            "donations",
            "api",
            "paypal",
            "webhook",
            "ipn",
            "donors",
            "..",
            ".",
            "%2e",
            "%2F",
            "%70",
            "?",
            ";",
        ]
    ),
    max_size=12,
).map(lambda parts: "/" + "".join(parts))


@tried_with(150)
@given(
    target=st.one_of(
        WRITTEN, WRITTEN.map(lambda more: WEBHOOK + more), WRITTEN.map(lambda some: some + WEBHOOK)
    )
)
def test_whatever_path_is_written_no_other_one_reaches_a_service(door: Door, target: str) -> None:
    status, _ = door.ask("POST", target)
    assert (status, [each.path for each in door.seen]) == (
        (200, [POSTED[target]]) if target in POSTED else (404, [])
    )


@pytest.mark.parametrize("size", [0, MOST - 1, MOST])
def test_a_notice_may_have_a_megabyte(door: Door, size: int) -> None:
    assert door.ask("POST", WEBHOOK, body=b"x" * size)[0] == 200
    assert [len(each.body) for each in door.seen] == [size]


@pytest.mark.parametrize("size", [MOST + 1, 10 * MOST])
def test_a_larger_one_is_not_let_through(door: Door, size: int) -> None:
    try:
        status, _ = door.ask("POST", WEBHOOK, body=b"x" * size)
    except (OSError, HTTPException):
        # It is cut off while it still sends.
        status = 413
    assert status == 413
    assert door.seen == []


def test_one_that_does_not_say_how_large_it_is_is_not_let_through_either(door: Door) -> None:
    with socket.create_connection((LOOPBACK, door.gateway.notices), timeout=30) as line:
        line.sendall(
            f"POST {WEBHOOK} HTTP/1.1\r\nHost: {NAME}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        part = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
        try:
            for _ in range(17):
                line.sendall(part)
            line.sendall(b"0\r\n\r\n")
            told = line.recv(100)
        except ConnectionError:
            told = b"HTTP/1.1 413"
    assert told.startswith(b"HTTP/1.1 413")
    assert door.seen == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "begun", [b"POST", b"POST %b HTTP/1.1\r\nHost: notices.example\r\n" % WEBHOOK.encode()]
)
def test_a_request_that_does_not_come_is_waited_for_ten_seconds(door: Door, begun: bytes) -> None:
    _cut_off_after_ten_seconds(door, begun)


@pytest.mark.slow
def test_a_body_that_does_not_come_is_waited_for_ten_seconds(door: Door) -> None:
    head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 1000\r\n\r\nx"
    _cut_off_after_ten_seconds(door, head.encode())
    assert door.seen == []


def _cut_off_after_ten_seconds(door: Door, begun: bytes) -> None:
    since = time.monotonic()
    with socket.create_connection((LOOPBACK, door.gateway.notices), timeout=30) as line:
        line.sendall(begun)
        while line.recv(1000):
            pass
    assert 9 < time.monotonic() - since < 20
