"""The gateway of the local run: Caddy with the same routes as in compose, on 127.0.0.1 alone."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from shared.cli import Trouble
from shared.cli.local.ports import LOOPBACK, answers
from shared.cli.local.processes import Daemon, private_folder, tail, wait_until
from shared.cli.stack import ROOT

START_SECONDS = 15


class Gateway:
    """One Caddy process; `services` are the ports behind it. What PayPal posts comes at the port `notices`."""

    def __init__(
        self, folder: Path, port: int, notices: int, services: Mapping[str, int], daemon: Daemon
    ) -> None:
        self.folder = folder
        self.port = port
        self.notices = notices
        self.services = services
        self.daemon = daemon

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    @property
    def notices_url(self) -> str:
        return f"http://{LOOPBACK}:{self.notices}"

    @property
    def config(self) -> Path:
        """The same file as in compose; what differs comes from the environment."""
        return ROOT / "deploy" / "gateway" / "Caddyfile"

    def start(self) -> None:
        """Start it if it is not running, and wait until it answers. Trouble if it does not."""
        if self.daemon.pid is None:
            program = shutil.which("caddy")
            if program is None:
                raise Trouble("Caddy is not installed: apt-get install caddy")
            private_folder(self.folder)
            command = [program, "run", "--config", str(self.config), "--adapter", "caddyfile"]
            self.daemon.start(command, self._environment(), self.folder)
        wait_until(
            lambda: self._answers() or self.daemon.pid is None,
            START_SECONDS,
            lambda: f"The gateway does not answer.\n{tail(self.daemon.log)}",
        )
        if self.daemon.pid is None:
            raise Trouble(f"The gateway ended while starting.\n{tail(self.daemon.log)}")

    def _environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder / "config"),
            "XDG_DATA_HOME": str(self.folder / "data"),
            "RELIEF_GATEWAY_ADDRESS": f"http://:{self.port}",
            "RELIEF_GATEWAY_BIND": LOOPBACK,
            "RELIEF_SITE_HOSTS": os.environ.get("RELIEF_SITE_HOSTS", ""),
            "RELIEF_NOTICES_ADDRESS": f"http://:{self.notices}",
            "RELIEF_NOTICES_PORT": str(self.notices),
            "RELIEF_NOTICES_HOSTS": os.environ.get("RELIEF_NOTICES_HOSTS", ""),
            "RELIEF_GATEWAY_SITE": str(ROOT / "deploy" / "gateway" / "site"),
            **{f"RELIEF_{name.upper()}_AT": f"{LOOPBACK}:{port}" for name, port in self.services.items()},
        }

    def _answers(self) -> bool:
        return answers(self.port, "/healthz")
