"""The files that name every service agree with the contracts' SERVICES, and a difference is told in a sentence."""

import re
import shutil
from pathlib import Path

import pytest

from shared.cli.develop import blocks
from shared.cli.develop.blocks import (
    BLOCKS,
    CADDYFILE,
    COMPOSE,
    PROMETHEUS,
    RULES,
    SECRETS,
    START_PAGE,
    differences,
)
from shared.cli.stack import ROOT
from shared.contracts import SERVICES

FILES = (COMPOSE, SECRETS, CADDYFILE, START_PAGE, PROMETHEUS, RULES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the files that name every service, and an empty main.py for each service."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for service in SERVICES:
        (tmp_path / "services" / service).mkdir(parents=True)
        (tmp_path / "services" / service / "main.py").touch()
    return tmp_path


def edit(copy: Path, file: str, pattern: str, new: str) -> None:
    """Replace the one place that the pattern fits; `.` is any character of one line."""
    path = copy / file
    text, count = re.subn(pattern, new, path.read_text(), flags=re.MULTILINE)
    assert count == 1, f"{pattern!r} fits {count} places of {file}"
    path.write_text(text)


def test_every_file_names_the_services_there_are() -> None:
    assert differences() == []
    assert blocks.main() == 0


PROCESS = r"^  events:\n(    .*\n)+"
MIGRATION = r"^  events-migration: \{.*\n"
IN_POSTGRES = (
    r"(    secrets:\n      - postgres_password\n(?:      - .*\n)*?)      - events_database_password\n"
)
IN_DEFINITIONS = (
    r"(    secrets:\n      - operator_broker_password\n(?:      - .*\n)*?)      - events_broker_password\n"
)
WITHOUT = [
    (COMPOSE, PROCESS, "", f"{COMPOSE}, processes: the service events is missing."),
    (COMPOSE, MIGRATION, "", f"{COMPOSE}, migrations: the service events is missing."),
    (COMPOSE, IN_POSTGRES, r"\1", f"{COMPOSE}, secrets of postgres: the service events is missing."),
    (COMPOSE, IN_DEFINITIONS, r"\1", f"{COMPOSE}, secrets of definitions: the service events is missing."),
    (
        COMPOSE,
        r"^      events_database_password, ",
        "      ",
        f"{COMPOSE}, database passwords of demo: the service events is missing.",
    ),
    (
        COMPOSE,
        r" events_broker_password,$",
        "",
        f"{COMPOSE}, broker passwords of demo: the service events is missing.",
    ),
    (
        COMPOSE,
        r"^      events: \{condition: service_healthy\}\n",
        "",
        f"{COMPOSE}, what gateway waits for: the service events is missing.",
    ),
    (
        COMPOSE,
        r"^  events_database_password: .*\n",
        "",
        f"{COMPOSE}, files of database passwords: the service events is missing.",
    ),
    (
        COMPOSE,
        r"^  events_broker_password: .*\n",
        "",
        f"{COMPOSE}, files of broker passwords: the service events is missing.",
    ),
    (SECRETS, r"(services=\(.*) events", r"\1", f"{SECRETS}, services: the service events is missing."),
    (
        CADDYFILE,
        r"^\t+import service events .*\n",
        "",
        f"{CADDYFILE}, routes: the service events is missing.",
    ),
    (START_PAGE, r"^<li><a href=\"events/.*\n", "", f"{START_PAGE}, links: the service events is missing."),
    (PROMETHEUS, r"^          - events\n", "", f"{PROMETHEUS}, names: the service events is missing."),
    (
        RULES,
        r" or absent\(up\{service=\"events\"\}\)|^          or absent\(up\{service=\"events\"\}\)\n",
        "",
        f"{RULES}, alert ServiceMissing: the service events is missing.",
    ),
]


@pytest.mark.parametrize(("file", "pattern", "new", "sentence"), WITHOUT)
def test_a_service_that_a_file_lacks_is_told(
    copy: Path, file: str, pattern: str, new: str, sentence: str
) -> None:
    edit(copy, file, pattern, new)
    assert sentence in differences(copy)


def test_a_new_service_is_missing_in_every_block_and_an_old_one_is_too_many(copy: Path) -> None:
    assert differences(copy, (*SERVICES, "unheard-of")) == [
        f"{place}: the service unheard-of is missing." for place in BLOCKS
    ]
    assert differences(copy, [name for name in SERVICES if name != "events"]) == [
        f"{place}: there is no service events in shared.contracts.SERVICES." for place in BLOCKS
    ]


MIXED = [
    (
        "RELIEF_ROOT_PATH: /events",
        "RELIEF_ROOT_PATH: /intake",
        f"{COMPOSE}, events: RELIEF_ROOT_PATH must be /events.",
    ),
    (
        "//events@rabbitmq",
        "//intake@rabbitmq",
        f"{COMPOSE}, events: RELIEF_BROKER_URL must be amqp://events@rabbitmq:5672/relief.",
    ),
    (
        "postgres:5432/events",
        "postgres:5432/intake",
        f"{COMPOSE}, events: RELIEF_DATABASE_URL must be postgresql+asyncpg://events@postgres:5432/events.",
    ),
    (
        r"\{source: events_broker_password, target",
        "{source: intake_broker_password, target",
        f"{COMPOSE}, events: the source of relief_broker_password must be events_broker_password.",
    ),
    (
        r"events-migration: \{<<: \[\*events",
        "events-migration: {<<: [*intake",
        f"{COMPOSE}, events-migration: it must have the environment and secrets of events.",
    ),
    (
        "events-migration: {condition",
        "intake-migration: {condition",
        f"{COMPOSE}, events: it must wait for events-migration.",
    ),
    (
        r"^    - \{source: events_database_password, target.*\n",
        "",
        f"{COMPOSE}, events: the secret relief_database_password is missing, which the service's settings read.",
    ),
    (
        r"<<: \*after-rabbitmq, events-migration",
        "events-migration",
        f"{COMPOSE}, events: it must wait for rabbitmq.",
    ),
    (
        r"(\[migrate, events\]), depends_on: \*after-postgres",
        r"\1",
        f"{COMPOSE}, events-migration: it must wait for postgres.",
    ),
    (
        r"(?<=\[\*events, \*service\]\n)",
        "    restart: always\n",
        f"{COMPOSE}, events: restart must be that of x-service.",
    ),
    (
        r"(?<=\*events, \*job\], )",
        "mem_limit: 1g, ",
        f"{COMPOSE}, events-migration: mem_limit must be that of x-job.",
    ),
    (
        r"^.*target: relief_register_key.*\n",
        "",
        f"{COMPOSE}, intake: the secret relief_register_key is missing, which the service's settings read.",
    ),
    (
        r"^.*target: relief_notice_key.*\n",
        "",
        f"{COMPOSE}, donations: the secret relief_notice_key is missing, which the service's settings read.",
    ),
    (
        r"^    networks: \[inside, beyond\]\n",
        "",
        f"{COMPOSE}, donations: networks must be those of x-service and beyond.",
    ),
    (
        r"(?<=\[\*events, \*service\]\n)",
        "    networks: [inside, beyond]\n",
        f"{COMPOSE}, events: networks must be that of x-service.",
    ),
    (
        r"(?<=\*donations, \*job\], )",
        "networks: [inside, beyond], ",
        f"{COMPOSE}, donations-migration: networks must be that of x-job.",
    ),
    (
        r"^  intake_register_key: .*\n",
        "",
        f"{COMPOSE}, secrets: intake_register_key is missing, which {SECRETS} makes.",
    ),
    (
        r"^  intake_register_key: ",
        "  intake_other_key: {file: ./secrets/intake_other_key}\n  intake_register_key: ",
        f"{SECRETS}: it does not make intake_other_key, which {COMPOSE} reads.",
    ),
]


@pytest.mark.parametrize(("pattern", "new", "sentence"), MIXED)
def test_what_was_copied_and_not_renamed_is_told(copy: Path, pattern: str, new: str, sentence: str) -> None:
    edit(copy, COMPOSE, pattern, new)
    assert differences(copy) == [sentence]


def test_a_folder_that_is_no_service_is_told(copy: Path) -> None:
    (copy / "services" / "events" / "main.py").unlink()
    assert differences(copy) == ["services/, folders with a main.py: the service events is missing."]
