"""The gateway alone: what it answers before any service is asked."""

import shutil
from pathlib import Path

import httpx
import pytest

from shared.cli.local.gateway import Gateway
from shared.cli.local.ports import free_ports
from shared.cli.local.processes import Daemon
from shared.contracts import SERVICES

pytestmark = pytest.mark.skipif(
    shutil.which("caddy") is None, reason="Caddy is not installed on this machine"
)


def test_the_gateway_answers_known_hosts_alone_and_its_redirects_name_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RELIEF_SITE_HOSTS", "relief.example b.example")
    port, notices, service = free_ports(3)
    daemon = Daemon("gateway", tmp_path / "gateway.json", tmp_path / "gateway.log")
    gateway = Gateway(tmp_path / "gateway", port, notices, dict.fromkeys(SERVICES, service), daemon)
    gateway.start()
    try:
        with httpx.Client(base_url=gateway.url, trust_env=False) as client:
            for host in ("localhost", f"127.0.0.1:{port}", "[::1]:1", "relief.example", "b.example:443"):
                assert client.get("/", headers={"Host": host}).status_code == 200
                location = client.get("/intake", headers={"Host": host}).headers["location"]
                assert location == "/intake/"
            for host in ("evil.example", "x.relief.example", "127.0.0.1.evil.example", "10.0.0.1"):
                for path in ("/", "/healthz", "/intake", "/intake/readyz"):
                    answer = client.get(path, headers={"Host": host})
                    assert answer.status_code == 421
                    assert answer.headers["content-type"] == "application/problem+json"
                    assert host not in answer.text + str(answer.headers)
    finally:
        daemon.kill()


def test_the_token_of_a_calendar_is_in_no_log_of_the_gateway(tmp_path: Path) -> None:
    """Events does not answer, which is told at the level of an error, with the address that was asked for."""
    port, notices, service = free_ports(3)
    log = tmp_path / "gateway.log"
    daemon = Daemon("gateway", tmp_path / "gateway.json", log)
    gateway = Gateway(tmp_path / "gateway", port, notices, dict.fromkeys(SERVICES, service), daemon)
    gateway.start()
    try:
        with httpx.Client(base_url=gateway.url, trust_env=False, timeout=60) as client:
            assert client.get("/events/api/calendars/of/a-secret_Token1").status_code >= 500
    finally:
        daemon.kill()
    said = log.read_text()
    assert "/events/api/calendars/of/-" in said
    assert "a-secret_Token1" not in said
