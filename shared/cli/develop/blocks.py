"""Whether every file that names the services agrees with `shared.contracts.SERVICES`.

A few files must name each service: compose, the gateway, the monitoring. `python -m shared.cli.develop.blocks`, which
`./relief check` runs, says where a service is missing, is one too many, or has the address or secret of another.
"""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from shared.cli.stack import ROOT
from shared.cli.wiring import ACCOUNTS, secret_fields, talks_beyond
from shared.contracts import SERVICES

COMPOSE = "docker-compose.yml"
SECRETS = "deploy/secrets.sh"
CADDYFILE = "deploy/gateway/Caddyfile"
START_PAGE = "deploy/gateway/site/index.html"
PROMETHEUS = "deploy/prometheus/prometheus.yml"
RULES = "deploy/prometheus/rules.yml"
OPERATOR = "operator"
WAY_OUT = "beyond"
"""The network by which a service reaches systems of others."""


def differences(root: Path = ROOT, services: Sequence[str] = SERVICES) -> list[str]:
    """A sentence for each place below `root` that differs from `services`; empty when all agree."""
    return [*_missing_or_too_many(root, services), *_mixed_up(root, services), *_secrets_not_made(root)]


def _missing_or_too_many(root: Path, services: Sequence[str]) -> Iterator[str]:
    for place, named in BLOCKS.items():
        found = set(named(root))
        for name in sorted(set(services) - found):
            yield f"{place}: the service {name} is missing."
        for name in sorted(found - set(services)):
            yield f"{place}: there is no service {name} in shared.contracts.SERVICES."


def _mixed_up(root: Path, services: Sequence[str]) -> Iterator[str]:
    """A block that was copied and still has something of the service it was copied from."""
    defined = _compose(root)["services"]
    for name in services:
        if name in defined and f"{name}-migration" in defined:
            yield from _mixed_up_within(name, defined[name], defined[f"{name}-migration"])
            yield from _not_given(name, defined[name])
            yield from _runs_otherwise(root, name, defined)


def _not_given(name: str, process: Mapping[str, Any]) -> Iterator[str]:
    """Secrets that the service's settings read, its two passwords among them, and compose does not give it."""
    given = {secret["target"] for secret in process.get("secrets", ())}
    for field in (*ACCOUNTS, *secret_fields(name)):
        if f"relief_{field}" not in given:
            yield f"{COMPOSE}, {name}: the secret relief_{field} is missing, which the service's settings read."


def _mixed_up_within(name: str, process: Mapping[str, Any], migration: Mapping[str, Any]) -> Iterator[str]:
    for setting, wanted in _addresses(name).items():
        if process.get("environment", {}).get(setting) != wanted:
            yield f"{COMPOSE}, {name}: {setting} must be {wanted}."
    for secret in process.get("secrets", ()):
        wanted = secret["target"].replace("relief", name, 1)
        if secret["source"] != wanted:
            yield f"{COMPOSE}, {name}: the source of {secret['target']} must be {wanted}."
    if any(process.get(part) != migration.get(part) for part in ("environment", "secrets")):
        yield f"{COMPOSE}, {name}-migration: it must have the environment and secrets of {name}."


def _runs_otherwise(root: Path, name: str, defined: Mapping[str, Any]) -> Iterator[str]:
    """What a process or a migration does not share with those of the other services."""
    migration = f"{name}-migration"
    kinds = {name: ("x-service", ("rabbitmq", migration)), migration: ("x-job", ("postgres",))}
    for block, (kind, before) in kinds.items():
        for part, wanted in _compose(root)[kind].items():
            if part == "networks" and block == name and talks_beyond(name):
                if defined[block].get(part) != [*wanted, WAY_OUT]:
                    yield f"{COMPOSE}, {block}: networks must be those of {kind} and {WAY_OUT}."
            elif defined[block].get(part) != wanted:
                yield f"{COMPOSE}, {block}: {part} must be that of {kind}."
        for other in before:
            if other not in defined[block].get("depends_on", {}):
                yield f"{COMPOSE}, {block}: it must wait for {other}."


def _addresses(name: str) -> Mapping[str, str]:
    return {
        "RELIEF_ROOT_PATH": f"/{name}",
        "RELIEF_DATABASE_URL": f"postgresql+asyncpg://{name}@postgres:5432/{name}",
        "RELIEF_BROKER_URL": f"amqp://{name}@rabbitmq:5672/relief",
    }


def _secrets_not_made(root: Path) -> Iterator[str]:
    wanted = set(_compose(root)["secrets"])
    kinds = ("database", "broker")
    made = {f"{name}_{kind}_password" for name in _list_in_secrets(root, "services") for kind in kinds}
    made |= {*_list_in_secrets(root, "passwords"), *_list_in_secrets(root, "keys")}
    for secret in sorted(wanted - made):
        yield f"{SECRETS}: it does not make {secret}, which {COMPOSE} reads."
    for secret in sorted(made - wanted):
        yield f"{COMPOSE}, secrets: {secret} is missing, which {SECRETS} makes."


def _compose(root: Path) -> Any:
    return _parsed((root / COMPOSE).read_text())


@lru_cache(maxsize=1)
def _parsed(text: str) -> Any:
    return yaml.safe_load(text)


def _commands(first: str) -> Callable[[Path], list[str]]:
    """The services that compose starts with this command: [serve, NAME] or [migrate, NAME]."""

    def named(root: Path) -> list[str]:
        commands = {key: each.get("command", ()) for key, each in _compose(root)["services"].items()}
        return [command[1] for command in commands.values() if list(command[:1]) == [first]]

    return named


def _secrets_of(container: str, kind: str) -> Callable[[Path], list[str]]:
    return lambda root: _owners(_compose(root)["services"][container]["secrets"], kind)


def _owners(secrets: Iterable[str], kind: str) -> list[str]:
    """Whose the secrets of one kind (database, broker) are; the operator's is no service's."""
    suffix = f"_{kind}_password"
    owners = [each.removesuffix(suffix) for each in secrets if each.endswith(suffix)]
    return [each for each in owners if each != OPERATOR]


def _waited_for(root: Path) -> Iterable[str]:
    waited: Mapping[str, object] = _compose(root)["services"]["gateway"]["depends_on"]
    return waited


def _list_in_secrets(root: Path, name: str) -> list[str]:
    """The words of `name=(...)`, without what a shell would still have to put in."""
    found = re.search(rf"^{name}=\((.*?)\)", (root / SECRETS).read_text(), re.MULTILINE | re.DOTALL)
    return found[1].split() if found else []


def _matches(file: str, pattern: str) -> Callable[[Path], list[str]]:
    return lambda root: re.findall(pattern, (root / file).read_text(), re.MULTILINE)


def _routed(root: Path) -> list[str]:
    lines = re.findall(
        r"^\t+import service (\w+) \{\$RELIEF_(\w+)_AT\b", (root / CADDYFILE).read_text(), re.MULTILINE
    )
    return [name for name, variable in lines if variable == name.upper()]


def _scraped(root: Path) -> list[str]:
    jobs = yaml.safe_load((root / PROMETHEUS).read_text())["scrape_configs"]
    return [name for job in jobs for names in job.get("dns_sd_configs", ()) for name in names["names"]]


def _folders(root: Path) -> list[str]:
    return [path.parent.name for path in (root / "services").glob("*/main.py")]


BLOCKS: Mapping[str, Callable[[Path], Iterable[str]]] = {
    "services/, folders with a main.py": _folders,
    f"{COMPOSE}, processes": _commands("serve"),
    f"{COMPOSE}, migrations": _commands("migrate"),
    f"{COMPOSE}, secrets of postgres": _secrets_of("postgres", "database"),
    f"{COMPOSE}, secrets of definitions": _secrets_of("definitions", "broker"),
    f"{COMPOSE}, database passwords of demo": _secrets_of("demo", "database"),
    f"{COMPOSE}, broker passwords of demo": _secrets_of("demo", "broker"),
    f"{COMPOSE}, what gateway waits for": _waited_for,
    f"{COMPOSE}, files of database passwords": lambda root: _owners(_compose(root)["secrets"], "database"),
    f"{COMPOSE}, files of broker passwords": lambda root: _owners(_compose(root)["secrets"], "broker"),
    f"{SECRETS}, services": lambda root: _list_in_secrets(root, "services"),
    f"{CADDYFILE}, routes": _routed,
    f"{START_PAGE}, links": _matches(START_PAGE, r'^<li><a href="(\w+)/docs">'),
    f"{PROMETHEUS}, names": _scraped,
    f"{RULES}, alert ServiceMissing": _matches(RULES, r'absent\(up\{service="(\w+)"\}\)'),
}
"""Where each service must be named, and what finds the names there."""


def main() -> int:
    """Print the differences; 1 if there are any."""
    found = differences()
    for sentence in found:
        print(sentence)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
