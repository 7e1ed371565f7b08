"""The five services as processes of the local run: their environment, their migrations, their readiness."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import make_url

from shared.cli import Trouble
from shared.cli.files import kept_json, write_whole
from shared.cli.local.ports import LOOPBACK, answers, asked
from shared.cli.local.processes import Daemon, stop_all, tail, wait_until
from shared.cli.stack import ROOT, ServiceAddress
from shared.database.migrations import migrate
from shared.settings import ClockMode

READY_SECONDS = 60
# What a service gets of the environment of whoever starts it. All else stays out: a PGPASSWORD, a proxy, a key.
KEPT = ("PATH", "HOME", "LANG", "TZ", "TMPDIR", "LD_LIBRARY_PATH")
KEPT_BEGINNINGS = ("LC_", "PYTHON", "RELIEF_")
NO_SUCH_PASSWORD = (
    "InvalidPasswordError",
    "InvalidAuthorizationSpecificationError",
    "password authentication failed",
)
SECRET_ENDS = ("_PASSWORD", "_SECRETS", "_KEY")


@dataclass(frozen=True)
class ServiceProcess:
    """One replica of a service. `told` is the file of further settings for this service alone, if there is one."""

    address: ServiceAddress
    port: int
    secrets: Path
    daemon: Daemon
    told: Path | None = None

    def environment(self, clock: ClockMode, first_day: date | None) -> dict[str, str]:
        """What the service reads its settings from; passwords come from its secrets folder, not from here."""
        kept = {name: value for name, value in os.environ.items() if _is_kept(name)}
        told: dict[str, str] = (kept_json(self.told) if self.told else None) or {}
        return {
            **kept,
            **told,
            "PYTHONPATH": str(ROOT),
            "PYTHONUNBUFFERED": "1",
            "RELIEF_DATABASE_URL": _without_password(self.address.database_url),
            "RELIEF_BROKER_URL": _without_password(self.address.broker_url),
            "RELIEF_SECRETS": str(self.secrets),
            "RELIEF_HOST": LOOPBACK,
            "RELIEF_PORT": str(self.port),
            "RELIEF_ROOT_PATH": f"/{self.address.name}",
            "RELIEF_CLOCK": clock.value,
            **({"RELIEF_FIRST_DAY": first_day.isoformat()} if first_day else {}),
        }

    def tell(self, settings: Mapping[str, str]) -> None:
        """Have the service read these settings from its next start on; one that runs with others is stopped."""
        assert self.told, "the local run keeps a file for each service"
        if kept_json(self.told) != settings:
            write_whole(self.told, json.dumps(settings, indent=2))
            stop_all([self.daemon])

    def launch(self, clock: ClockMode, first_day: date | None) -> None:
        """Start the process if it is not running, and do not wait."""
        if self.daemon.pid is None:
            command = [sys.executable, "-m", "shared.cli", "serve", self.address.name]
            self.daemon.start(command, self.environment(clock, first_day), ROOT)

    def wait(self, seconds: float = READY_SECONDS) -> None:
        """Return when `/readyz` says 200; Trouble with the end of the log if it does not."""
        name = self.address.name
        wait_until(
            lambda: self.ready() or self.daemon.pid is None,
            seconds,
            lambda: (
                f"The service {name} is not ready after {seconds:g} s.{self._why()}\n{tail(self.daemon.log)}"
            ),
        )
        if self.daemon.pid is None:
            raise Trouble(f"The service {name} ended while starting.{self._why()}\n{tail(self.daemon.log)}")

    def _why(self) -> str:
        """What it says of itself, or its log, about what is missing; a password that is not taken by its name."""
        try:
            problems = json.loads(asked(self.port, "/readyz")[1])["problems"]
        except (ValueError, KeyError, TypeError):
            problems = []
        said = f"{'; '.join(map(str, problems))} {tail(self.daemon.log)}"
        if any(each in said for each in NO_SUCH_PASSWORD):
            name = self.address.name
            return (
                f" Its database does not take the password in {self.secrets}. ./relief stop {name}, if it runs, and "
                "./relief up, which gives the database the password that is kept there."
            )
        return f" It says: {'; '.join(map(str, problems))}." if problems else ""

    def ready(self) -> bool:
        return answers(self.port, "/readyz")


def migrate_all(addresses: list[ServiceAddress]) -> None:
    """Bring every service's database to the newest version, one after another."""

    async def one_by_one() -> None:
        for address in addresses:
            await migrate(address.name, make_url(address.database_url))

    asyncio.run(one_by_one())


def _is_kept(name: str) -> bool:
    return (name in KEPT or name.startswith(KEPT_BEGINNINGS)) and not name.endswith(SECRET_ENDS)


def _without_password(url: str) -> str:
    parsed = make_url(url)
    return parsed._replace(password=None).render_as_string(hide_password=False)
