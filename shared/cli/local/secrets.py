"""Passwords of the local run: made once, kept in files only their owner reads."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from shared.cli import Trouble
from shared.cli.files import write_whole
from shared.cli.local.broker import BrokerSecrets
from shared.cli.local.processes import private_folder
from shared.cli.wiring import secret_fields
from shared.contracts import SERVICES


@dataclass(frozen=True)
class LocalSecrets:
    """One folder; below it a folder for each service, which is all that the service gets to see."""

    folder: Path

    def service_folder(self, service: str) -> Path:
        return self.folder / service

    def database_password(self, service: str) -> str:
        return self._secret(self.service_folder(service) / "relief_database_password")

    def broker_password(self, service: str) -> str:
        return self._secret(self.service_folder(service) / "relief_broker_password")

    def make_own(self) -> None:
        """Make the secrets that each service wants of its own, by its settings: `relief_<field>` in its folder."""
        for service in SERVICES:
            for field in secret_fields(service):
                self._secret(self.service_folder(service) / f"relief_{field}")

    def superuser_password(self) -> str:
        return self._secret(self.folder / "operator" / "database_password")

    def broker(self) -> BrokerSecrets:
        passwords = {service: self.broker_password(service) for service in SERVICES}
        return BrokerSecrets(passwords, self._secret(self.folder / "operator" / "broker_password"))

    def _secret(self, path: Path) -> str:
        if not path.exists():
            private_folder(self.folder)
            private_folder(path.parent)
            write_whole(path, secrets.token_urlsafe(24))
        if not (content := path.read_text().strip()):
            raise Trouble(
                f"The secret {path} is empty. Take it from a backup. A service's password for its database or the "
                "broker is made anew by ./relief up once the file is removed; a key or the operator's password is not."
            )
        return content
