"""The whole system by docker compose, from a copy of what a fresh clone has."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared.cli.local.ports import free_ports
from shared.cli.stack import ROOT

PARTS = (
    *("docker-compose.yml", ".dockerignore", "requirements.lock", "relief", "deploy", "shared", "services"),
    "tests/support/paypal",
)
LIMIT_SECONDS = 900
NOTICES = "notices.example"


class Compose:
    """One project of compose in a folder of its own; `out` is a folder that its commands may write to.

    `files` are given to compose, in the place of `docker-compose.yml` alone.
    """

    def __init__(self, folder: Path, *files: str) -> None:
        self._files = [part for file in files for part in ("-f", file)]
        self.folder = folder / "relief"
        self.out = folder / "out"
        self.project = f"relief-test-{os.getpid()}"
        self.port, self.notices_port, self.prometheus_port = free_ports(3)
        self.settings = {
            "RELIEF_PORT": str(self.port),
            "RELIEF_NOTICES_LISTEN": f"127.0.0.1:{self.notices_port}",
            "RELIEF_NOTICES_HOSTS": NOTICES,
            "RELIEF_PROMETHEUS_PORT": str(self.prometheus_port),
        }

    def unpack(self) -> None:
        self.folder.mkdir()
        self.out.mkdir()
        self.out.chmod(0o777)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, self.folder / part, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(ROOT / part, self.folder / part)
        # So donations has the route for webhooks; without a signature it asks nobody anything.
        known = "RELIEF_PAYPAL_WEBHOOK_ID=8PT597110X687430L\n"
        (self.folder / "relief.env").write_text(f"RELIEF_LOG_LEVEL=WARNING\n{known}")
        self.run(str(self.folder / "relief"), "secrets", "init")

    def run(self, *command: str, settings: Mapping[str, str] | None = None) -> str:
        """What the command printed; if it fails, the end of it is the failure's text."""
        environment = {**os.environ, **self.settings, **(settings or {})}
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def compose(self, *arguments: str, **settings: str) -> str:
        return self.run("docker", "compose", "-p", self.project, *self._files, *arguments, settings=settings)

    def up(self, *arguments: str, **settings: str) -> None:
        self.compose("up", "--wait", *arguments, **settings)

    def operator(self, *arguments: str) -> str:
        """One of the operator's commands, in a container; it sees `out` as /out."""
        return self.compose("run", "--rm", "-T", "-v", f"{self.out}:/out", "demo", *arguments)

    def containers(self) -> list[dict[str, Any]]:
        """The running ones, as the engine describes them."""
        ids = self.compose("ps", "-q").split()
        described: list[dict[str, Any]] = json.loads(self.run("docker", "inspect", *ids))
        return described

    def doctor(self) -> dict[str, Any]:
        self.operator("doctor", "--wait", "120", "--json", "/out/doctor.json")
        found: dict[str, Any] = json.loads((self.out / "doctor.json").read_text())
        return found

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def notices_url(self) -> str:
        return f"http://127.0.0.1:{self.notices_port}"
