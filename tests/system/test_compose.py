"""The whole system by docker compose, from a copy of what a fresh clone has; `./relief test-containers` runs it."""

import json
import os
import ssl
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.cli.stack import ROOT
from shared.contracts import SERVICES
from tests.support.compose import NOTICES, Compose

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.environ.get("RELIEF_TEST_COMPOSE") != "1", reason="./relief test-containers runs it"
    ),
]
LASTING = {*SERVICES, "postgres", "rabbitmq", "gateway"}
DOMAIN = "relief.example"
WEBHOOK = "/donations/api/paypal/webhook"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    made = Compose(tmp_path_factory.mktemp("compose"))
    try:
        made.unpack()
        made.up()
        yield made
    finally:
        made.compose("--profile", "*", "down", "-v", "--remove-orphans")


def test_everything_is_healthy_and_the_gateway_s_ports_are_open_on_this_machine_alone(stack: Compose) -> None:
    containers = stack.containers()
    assert {_service(each) for each in containers} == LASTING
    assert {each["State"]["Health"]["Status"] for each in containers} == {"healthy"}
    ports = [port for each in containers for port in (each["HostConfig"]["PortBindings"] or {}).values()]
    assert sorted(ports, key=str) == sorted(
        ([{"HostIp": "127.0.0.1", "HostPort": str(port)}] for port in (stack.port, stack.notices_port)),
        key=str,
    )
    for name in SERVICES:
        for host, status in ((f"127.0.0.1:{stack.port}", 200), ("evil.example", 421)):
            answer = httpx.get(f"{stack.url}/{name}/readyz", headers={"Host": host}, trust_env=False)
            assert answer.status_code == status


def test_paypal_reaches_donations_by_a_listener_that_serves_nothing_else(stack: Compose) -> None:
    with httpx.Client(base_url=stack.notices_url, headers={"Host": NOTICES}, trust_env=False) as client:
        # Donations itself says that this is no notice.
        refused = client.post(WEBHOOK, content=b"{}")
        assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
        assert client.post(WEBHOOK, content=b"x" * (1024 * 1024 + 1)).status_code == 413
        assert client.post(WEBHOOK, headers={"Host": "evil.example"}).status_code == 421
        assert client.get(WEBHOOK).status_code == 404
        for path in (
            "/",
            "/healthz",
            "/donations/readyz",
            "/donations/api/donors",
            "/intake/readyz",
            f"{WEBHOOK}/",
        ):
            for method in ("GET", "POST"):
                answer = client.request(method, path)
                assert (answer.status_code, answer.content) == (404, b""), path
    unknown = httpx.get(f"{stack.url}/healthz", headers={"Host": NOTICES}, trust_env=False)
    assert unknown.status_code == 421


def test_donations_alone_of_all_services_can_reach_what_is_outside(stack: Compose) -> None:
    networks = json.loads(stack.run("docker", "network", "inspect", *_networks(stack)))
    leads_out = {each["Name"].removeprefix(f"{stack.project}_") for each in networks if not each["Internal"]}
    assert leads_out == {"outside", "beyond"}
    found = {
        _service(each): {
            name.removeprefix(f"{stack.project}_") for name in each["NetworkSettings"]["Networks"]
        }
        for each in stack.containers()
    }
    assert {name: each & leads_out for name, each in found.items()} == {
        **{name: set() for name in found},
        "donations": {"beyond"},
        "gateway": {"outside"},
    }
    read = "print(any(l.split()[1] == '00000000' for l in open('/proc/net/route').readlines()[1:]))"
    routes = {name: stack.compose("exec", "-T", name, "python", "-c", read).strip() for name in SERVICES}
    assert routes == {**dict.fromkeys(SERVICES, "False"), "donations": "True"}


def test_each_service_is_given_its_own_secrets_and_no_other_s(stack: Compose) -> None:
    listed = {name: stack.compose("exec", "-T", name, "ls", "/run/secrets").split() for name in SERVICES}
    both = ["relief_broker_password", "relief_database_password"]
    own = {"intake": ["relief_register_key"], "donations": ["relief_notice_key"]}
    assert listed == {name: sorted(both + own.get(name, [])) for name in SERVICES}


def test_the_operator_sees_how_each_service_stands(stack: Compose) -> None:
    lines = stack.operator("status").splitlines()
    for name in SERVICES:
        (line,) = [each for each in lines if f" {name} " in each]
        assert " ready " in line
        assert "2006-11-01" in line


def test_the_services_take_their_settings_from_the_operator_s_file(stack: Compose) -> None:
    for each in stack.containers():
        if _service(each) in SERVICES:
            assert "RELIEF_LOG_LEVEL=WARNING" in each["Config"]["Env"]


def test_nothing_runs_as_root_or_writes_to_its_image(stack: Compose) -> None:
    for each in stack.containers():
        assert each["HostConfig"]["ReadonlyRootfs"], _service(each)
        assert each["HostConfig"]["CapDrop"] == ["ALL"], _service(each)
        assert each["Config"]["User"] not in ("", "0", "root"), _service(each)


def test_our_image_says_what_it_is_and_has_no_compiler(stack: Compose) -> None:
    (image,) = json.loads(stack.run("docker", "image", "inspect", "relief:local"))
    print(f"relief:local has {image['Size'] / 1e6:.0f} MB")
    assert image["Config"]["Labels"]["org.opencontainers.image.title"] == "relief"
    find = "import shutil; print([p for p in ('cc', 'gcc', 'clang', 'make', 'rustc') if shutil.which(p)])"
    assert stack.compose("exec", "-T", "inventory", "python", "-c", find).strip() == "[]"


def test_the_demo_lives_through_the_plan_s_winter(stack: Compose) -> None:
    stack.operator("demo", "--no-gifts", "--json", "/out/demo.json")
    figures = json.loads((stack.out / "demo.json").read_text())
    # The winter's 133, and the four who come in June.
    assert figures["people"] == 133 + 4
    for told in (figures["forecast"], figures["actual"]):
        assert [day["grams"] for day in told["short_days"]] == [56_500, 61_500]
        assert told["left_grams"] == 20_000
    assert stack.doctor()["ok"]


def test_three_replicas_under_load_share_the_work_and_lose_nothing(stack: Compose) -> None:
    _write_register(stack.out / "register.csv", households=400)
    with ThreadPoolExecutor() as pool, Asking(stack.url) as asking:
        importing = pool.submit(stack.operator, "intake", "import", "/out/register.csv")
        stack.up("--scale", "inventory=3")
        importing.result()
    print(f"asked while the replicas came: {dict(asking.answers)}")
    assert set(asking.answers) == {200}
    assert stack.doctor()["ok"]
    assert _spread(stack, "inventory", replicas=3)


def test_prometheus_finds_every_replica_and_understands_the_rules(stack: Compose) -> None:
    stack.compose("--profile", "monitoring", "up", "--wait", "--scale", "inventory=3")
    ask = partial(httpx.get, trust_env=False)
    prometheus = f"http://127.0.0.1:{stack.prometheus_port}/api/v1"
    targets: list[dict[str, Any]] = []

    def all_up() -> bool:
        targets[:] = ask(f"{prometheus}/targets", params={"state": "active"}).json()["data"]["activeTargets"]
        up = Counter(each["labels"].get("service", "rabbitmq") for each in targets if each["health"] == "up")
        return up == {**dict.fromkeys(SERVICES, 1), "inventory": 3, "rabbitmq": 1}

    _until(all_up, 90, lambda: targets)
    stack.compose("exec", "-T", "prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml")
    tool = (
        "run",
        "--rm",
        "-T",
        "--no-deps",
        "-v",
        f"{ROOT}/deploy/prometheus:/rules:ro",
        "--entrypoint",
        "promtool",
    )
    stack.compose("--profile", "monitoring", *tool, "prometheus", "test", "rules", "/rules/rules_test.yml")


def test_back_to_one_replica_nobody_notices(stack: Compose) -> None:
    with Asking(stack.url) as asking:
        stack.up("--scale", "inventory=1")
    print(f"asked while the replicas left: {dict(asking.answers)}")
    assert set(asking.answers) == {200}
    assert stack.doctor()["ok"]


def test_the_gateway_takes_a_certificate_of_its_own_or_of_a_domain(stack: Compose) -> None:
    stack.up(RELIEF_GATEWAY_ADDRESS="https://localhost:8080")
    answer = httpx.get(f"https://localhost:{stack.port}/intake/readyz", verify=False, trust_env=False)  # noqa: S501
    assert answer.status_code == 200
    folder = stack.folder / "certificates"
    _write_certificate(folder)
    files = "tls /certificates/certificate.pem /certificates/key.pem"
    stack.up(
        RELIEF_GATEWAY_ADDRESS=f"https://{DOMAIN}:8080",
        RELIEF_SITE_HOSTS=DOMAIN,
        RELIEF_GATEWAY_TLS=files,
        RELIEF_NOTICES_ADDRESS="https://:8082",
        RELIEF_NOTICES_TLS=files,
        RELIEF_CERTIFICATES=str(folder),
    )
    trusted = ssl.create_default_context(cafile=str(folder / "certificate.pem"))
    answer = httpx.Client(verify=trusted, trust_env=False).get(
        f"https://127.0.0.1:{stack.port}/intake/readyz",
        headers={"Host": DOMAIN},
        extensions={"sni_hostname": DOMAIN},
    )
    assert answer.status_code == 200
    # What PayPal posts to is served with it too, and nothing else.
    with httpx.Client(verify=trusted, trust_env=False) as client:
        for host, path, status in (
            (NOTICES, WEBHOOK, 400),
            (NOTICES, "/", 404),
            ("evil.example", WEBHOOK, 421),
        ):
            answer = client.post(
                f"https://127.0.0.1:{stack.notices_port}{path}",
                headers={"Host": host},
                extensions={"sni_hostname": DOMAIN},
            )
            assert answer.status_code == status


def test_down_leaves_nothing(stack: Compose) -> None:
    stack.compose("--profile", "*", "down", "-v")
    for kind in ("container", "volume", "network"):
        every = ("-a",) if kind == "container" else ()
        label = f"label=com.docker.compose.project={stack.project}"
        assert stack.run("docker", kind, "ls", "-q", *every, "--filter", label) == ""


class Asking:
    """Asks the inventory through the gateway, again and again, while the block runs; `answers` counts the statuses."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[int | str] = Counter()
        self._url = url
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> "Asking":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _ask(self) -> None:
        with httpx.Client(trust_env=False, timeout=30) as client:
            while not self._done.wait(0.02):
                try:
                    self.answers[client.get(f"{self._url}/inventory/api/items").status_code] += 1
                except httpx.TransportError as error:
                    self.answers[repr(error)] += 1


def _service(container: dict[str, Any]) -> str:
    return str(container["Config"]["Labels"]["com.docker.compose.service"])


def _networks(stack: Compose) -> list[str]:
    label = f"label=com.docker.compose.project={stack.project}"
    return stack.run("docker", "network", "ls", "-q", "--filter", label).split()


def _spread(stack: Compose, service: str, replicas: int) -> bool:
    """Whether every replica got a fair part of 300 requests: half of its share, in packets that came in."""
    ids = stack.compose("ps", "-q", service).split()
    assert len(ids) == replicas
    before = [_packets(stack, each) for each in ids]
    with ThreadPoolExecutor(8) as pool, httpx.Client(trust_env=False, timeout=30) as client:
        list(
            pool.map(lambda _: client.get(f"{stack.url}/{service}/api/items").raise_for_status(), range(300))
        )
    came = [_packets(stack, each) - old for each, old in zip(ids, before, strict=True)]
    return min(came) > sum(came) / replicas / 2


def _packets(stack: Compose, container: str) -> int:
    read = "print(next(l for l in open('/proc/net/dev') if 'eth0' in l).split()[2])"
    return int(stack.run("docker", "exec", container, "python", "-c", read))


def _until(met: Callable[[], bool], seconds: float, seen: Callable[[], object]) -> None:
    pause = threading.Event()
    for _ in range(int(seconds * 2)):
        if met():
            return
        pause.wait(0.5)
    raise AssertionError(f"not within {seconds} s: {seen()}")


def _write_register(path: Path, households: int) -> None:
    """Households of one person each, none of whom is in the demo's register."""
    header = (ROOT / "deploy" / "demo" / "register.csv").read_text().splitlines()[0]
    rows = [
        f"T-{n},{_name(n)},Tester,female,,{20 + n % 40},M,ko,head,river,2007-05-01,food;clothing;kit,"
        for n in range(households)
    ]
    path.write_text("\n".join([header, *rows]) + "\n")
    path.chmod(0o644)


def _name(number: int) -> str:
    """A name of its own for each number, without digits."""
    return "Person" + "".join(chr(ord("a") + int(digit)) for digit in str(number))


def _write_certificate(folder: Path) -> None:
    """A certificate for the domain, signed by itself, that the gateway's user can read."""
    folder.mkdir()
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, DOMAIN)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(DOMAIN)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
