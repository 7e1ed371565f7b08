"""The parts of the local run that need no server."""

import base64
import hashlib
import json
import os
import re
import socket
import stat
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from shared.cli import Trouble
from shared.cli.local.ports import LOOPBACK, Ports, free_ports, require_free
from shared.cli.local.processes import Daemon, started_at, stop_all, tail, wait_until
from shared.cli.local.secrets import LocalSecrets
from shared.cli.local.services import ServiceProcess
from shared.cli.local.up import local_run
from shared.cli.stack import ROOT, ServiceAddress, Stack
from shared.cli.wiring import ACCOUNTS, secret_fields
from shared.contracts import SERVICES
from shared.messaging.definitions import definitions, password_hash
from shared.settings import ClockMode

PASSWORDS = {service: f"password of {service}" for service in SERVICES}


def of_user(kind: str, user: str) -> dict[str, str]:
    wanted: Any = definitions(PASSWORDS, "operator's")[kind]
    [found] = [each for each in wanted if each["user"] == user]
    return dict(found)


def test_a_password_is_stored_as_the_broker_checks_it() -> None:
    stored = base64.b64decode(password_hash("intake", "secret"))
    salt, digest = stored[:4], stored[4:]
    assert digest == hashlib.sha256(salt + b"secret").digest()
    assert password_hash("intake", "secret") != password_hash("events", "secret")


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_touches_what_is_its_own_alone(service: str) -> None:
    allowed = of_user("permissions", service)
    other = next(name for name in SERVICES if name != service)
    for own in (f"{service}.retry.10s", service):
        assert all(re.search(allowed[right], own) for right in ("configure", "write", "read"))
    for foreign in (
        f"{other}.intake.household_registered.v1",
        other,
        f"{service}x",
        f"x{service}.y",
        "amq.default",
    ):
        assert not any(re.search(allowed[right], foreign) for right in ("configure", "write", "read"))
    assert re.search(allowed["write"], f"{service}.facts")
    assert not re.search(allowed["write"], f"{other}.facts")
    assert not re.search(allowed["configure"], f"{service}.facts")


def test_every_definition_is_of_the_virtual_host_asked_for() -> None:
    wanted: Any = definitions(PASSWORDS, "operator's", "another")
    assert wanted["vhosts"] == [{"name": "another"}]
    for kind in ("permissions", "topic_permissions", "exchanges"):
        assert {each["vhost"] for each in wanted[kind]} == {"another"}
    assert definitions(PASSWORDS, "operator's") == definitions(PASSWORDS, "operator's")


def test_no_port_is_given_out_twice() -> None:
    ports = Ports.counted_from(18100)
    assert len(ports.purposes()) == 8 + len(SERVICES)
    assert ports.gateway == 18100
    assert all(18100 <= port <= 18120 for port in ports.purposes())


@pytest.mark.parametrize("text", ["", "x", "80", "70000", "-1"])
def test_a_base_that_is_no_port_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELIEF_PORT_BASE", text)
    with pytest.raises(Trouble, match="RELIEF_PORT_BASE"):
        Ports.from_setting()


def test_a_port_already_taken_is_named_with_the_setting_that_moves_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        [free] = free_ports(1)
        with pytest.raises(Trouble) as trouble:
            require_free({port: "the gateway", free: "the database server"}, 18100)
    assert f"Port {port}, meant for the gateway, is already taken." in str(trouble.value)
    assert "RELIEF_PORT_BASE" in str(trouble.value)
    assert str(free) not in str(trouble.value)


def sleeper(folder: Path, name: str, code: str) -> Daemon:
    """A process that writes `ready` to its log once it is."""
    daemon = Daemon(name, folder / f"{name}.json", folder / f"{name}.log")
    program = f"import signal\n{code}\nprint('ready', flush=True)\nwhile True: signal.pause()"
    daemon.start([sys.executable, "-c", program], {}, folder)
    wait_until(lambda: "ready" in daemon.log.read_text(), 20, lambda: tail(daemon.log))
    return daemon


def test_processes_end_when_asked_and_are_killed_when_deaf(tmp_path: Path) -> None:
    willing = sleeper(tmp_path, "willing", "")
    deaf = sleeper(tmp_path, "deaf", "signal.signal(signal.SIGTERM, signal.SIG_IGN)")
    pids = [willing.pid, deaf.pid]
    stop_all([willing, deaf], seconds=1)
    assert all(pid is not None and started_at(pid) is None for pid in pids)
    assert not willing.pid_file.exists()
    assert not deaf.pid_file.exists()


def test_a_pid_that_went_to_another_process_is_left_alone(tmp_path: Path) -> None:
    other = sleeper(tmp_path, "other", "")
    try:
        mistaken = Daemon("mistaken", tmp_path / "mistaken.json", tmp_path / "mistaken.log")
        mistaken.pid_file.write_text(json.dumps({"pid": other.pid, "started_at": 1}))
        assert mistaken.pid is None
        mistaken.kill()
        assert other.pid is not None
    finally:
        other.kill()


def test_passwords_are_made_once_and_closed_to_others(tmp_path: Path) -> None:
    secrets = LocalSecrets(tmp_path / "secrets")
    first = secrets.database_password("intake")
    assert LocalSecrets(tmp_path / "secrets").database_password("intake") == first
    assert secrets.broker_password("intake") != first
    file = secrets.service_folder("intake") / "relief_database_password"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_what_a_process_writes_is_closed_to_others(tmp_path: Path) -> None:
    log = tmp_path / "log" / "writer.log"
    log.parent.mkdir(mode=0o755)
    log.touch(mode=0o644)
    daemon = Daemon("writer", tmp_path / "run" / "writer.json", log)
    daemon.start([sys.executable, "-c", "open('own', 'w'); print('ready')"], {}, tmp_path)
    wait_until(lambda: "ready" in log.read_text(), 20, lambda: tail(log))
    secrets = LocalSecrets(tmp_path / "secrets")
    secrets.database_password("intake")
    for closed in (log.parent, log, tmp_path / "run", tmp_path / "own", secrets.folder):
        assert stat.S_IMODE(closed.stat().st_mode) & 0o077 == 0, closed


def test_each_service_gets_the_secrets_that_its_settings_want_and_no_other(tmp_path: Path) -> None:
    LocalSecrets(tmp_path).make_own()
    made = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert made == {f"{name}/relief_{field}" for name in SERVICES for field in secret_fields(name)}
    assert "intake/relief_register_key" in made


def test_secrets_for_compose_are_made_and_given_to_each_service_as_its_settings_want() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    made = (ROOT / "deploy" / "secrets.sh").read_text()
    for name in SERVICES:
        wanted = {f"relief_{field}": f"{name}_{field}" for field in (*ACCOUNTS, *secret_fields(name))}
        assert {each["target"]: each["source"] for each in compose["services"][name]["secrets"]} == wanted
        assert set(wanted.values()) <= set(compose["secrets"])
        assert all(f"{name}_{field}" in made for field in secret_fields(name))
    assert f"services=({' '.join(SERVICES)})" in made


def test_every_container_has_a_limit_of_memory_and_the_database_tells_no_rows_in_its_log() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    for name, container in compose["services"].items():
        assert re.fullmatch(r"\d+[mg]", container.get("mem_limit", "")), name
    assert "log_error_verbosity=terse" in compose["services"]["postgres"]["command"]


def test_donations_alone_of_all_services_is_on_a_network_that_leads_outside() -> None:
    """The gateway and Prometheus have open ports; a container on an internal network alone could not have any."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    internal = {name for name, network in compose["networks"].items() if network.get("internal")}
    assert internal == {"inside"}
    ways_out = {name: set(each["networks"]) - internal for name, each in compose["services"].items()}
    assert {name: out for name, out in ways_out.items() if out} == {
        "donations": {"beyond"},
        "gateway": {"outside"},
        "prometheus": {"outside"},
    }
    for name, each in compose["services"].items():
        assert bool(each.get("ports")) == (ways_out[name] == {"outside"}), name


def test_every_port_of_compose_is_on_this_machine_alone_unless_somebody_says_otherwise() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    ports = {name: each["ports"] for name, each in compose["services"].items() if "ports" in each}
    assert ports == {
        "gateway": ["127.0.0.1:${RELIEF_PORT:-18100}:8080", "${RELIEF_NOTICES_LISTEN:-127.0.0.1:18115}:8082"],
        "prometheus": ["127.0.0.1:${RELIEF_PROMETHEUS_PORT:-18190}:9090"],
    }
    set_up = compose["services"]["gateway"]["environment"]
    assert set_up["RELIEF_NOTICES_ADDRESS"].endswith(f"http://:{set_up['RELIEF_NOTICES_PORT']}}}")


def test_a_stack_is_found_again_where_it_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stack = local_run(tmp_path, Ports.counted_from(18100)).stack
    monkeypatch.setenv("RELIEF_STACK", str(tmp_path / "stack.json"))
    with pytest.raises(Trouble, match=r"Nothing runs here: \./relief up"):
        Stack.load()
    stack.save(tmp_path / "stack.json")
    assert Stack.load() == stack
    assert stat.S_IMODE((tmp_path / "stack.json").stat().st_mode) == 0o600
    assert set(stack.services) == set(SERVICES)


def test_in_compose_the_stack_comes_from_the_secret_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RELIEF_STACK", raising=False)
    monkeypatch.setenv("RELIEF_COMPOSE", "1")
    monkeypatch.setenv("RELIEF_SECRETS", str(tmp_path))
    with pytest.raises(Trouble, match="secrets init"):
        Stack.load()
    for name in (
        "operator_broker",
        *(f"{name}_{kind}" for name in SERVICES for kind in ("database", "broker")),
    ):
        (tmp_path / f"{name}_password").write_text(f"{name} p@ss\n")
    intake = Stack.load().services["intake"]
    assert intake.url == "http://intake:8000"
    assert intake.database_url == "postgresql+asyncpg://intake:intake_database p%40ss@postgres:5432/intake"
    assert intake.broker_url == "amqp://intake:intake_broker p%40ss@rabbitmq:5672/relief"


def test_a_service_gets_its_settings_and_nothing_else_of_whoever_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = {"PATH": "/bin", "LC_ALL": "C", "RELIEF_LOG_LEVEL": "DEBUG", "PYTHONMALLOC": "debug"}
    secret = (
        "PGPASSWORD",
        "PGPASSFILE",
        "PGUSER",
        "AWS_SECRET",
        "RELIEF_DATABASE_PASSWORD",
        "RELIEF_REGISTER_KEY",
    )
    for name, value in (kept | dict.fromkeys(secret, "secret")).items():
        monkeypatch.setenv(name, value)
    run = local_run(tmp_path, Ports.counted_from(18100))
    given = run.services["intake"].environment(ClockMode.MANUAL, None)
    assert kept.items() <= given.items()
    assert "secret" not in given.values()
    assert run.postgres.password not in str(given)


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """Something on a port that is not ready, and says so."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002, it is the library's name
            pass

    server = ThreadingHTTPServer((LOOPBACK, 0), Answer)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("body", "log", "words"),
    [
        (b'{"problems": ["database: InvalidPasswordError"]}', "", "does not take the password"),
        (b"", "asyncpg.exceptions.InvalidPasswordError: x", "does not take the password"),
        (b'{"problems": ["broker: not connected"]}', "", "It says: broker: not connected."),
        (b"<html>", "a line of the log", "is not ready after 0.2 s.\nThe end of"),
    ],
)
def test_a_service_that_is_not_ready_says_why(body: bytes, log: str, words: str, tmp_path: Path) -> None:
    daemon = Daemon("intake", tmp_path / "intake.json", tmp_path / "log" / "intake.log")
    daemon.start(["sleep", "60"], {"PATH": os.environ["PATH"]}, tmp_path)
    daemon.log.write_text(log)
    address = ServiceAddress("intake", "", "", "")
    try:
        with answering(body) as port, pytest.raises(Trouble) as caught:
            ServiceProcess(address, port, tmp_path / "secrets", daemon).wait(0.2)
    finally:
        daemon.kill()
    assert words in str(caught.value)
