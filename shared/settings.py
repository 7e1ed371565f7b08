"""Settings that every service has; a service adds its own in `services/<name>/settings.py`."""

import os
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# A broker that is silent for three of these is taken for gone.
HEARTBEAT_SECONDS = 10


def secrets_folder() -> str | None:
    """The folder whose files are secrets (`relief_database_password`, ...): RELIEF_SECRETS, or /run/secrets."""
    named = os.environ.get("RELIEF_SECRETS", "/run/secrets")
    return named if Path(named).is_dir() else None


class ClockMode(StrEnum):
    """WALL turns the day by the time zone's clock; MANUAL (demo and tests) turns it when told."""

    WALL = "wall"
    MANUAL = "manual"


class ServiceSettings(BaseSettings):
    """Read from the environment (`RELIEF_...`) and from secret files; see `docs/operations.md` for each."""

    # An error must not show a password's beginning.
    model_config = SettingsConfigDict(env_prefix="RELIEF_", extra="ignore", hide_input_in_errors=True)

    database_url: str = Field(
        description="postgresql+asyncpg://USER@HOST:PORT/DATABASE, without the password"
    )
    database_password: SecretStr
    broker_url: str = Field(description="amqp://USER@HOST:PORT/VHOST, without the password")
    broker_password: SecretStr
    host: str = "127.0.0.1"
    port: int
    clock: ClockMode = ClockMode.WALL
    first_day: date | None = Field(
        default=None, description="with a manual clock: the day the service starts on"
    )
    time_zone: str = "Asia/Tokyo"
    log_level: str = "INFO"
    site_hosts: str = Field(
        default="", description="names of the site, parted by blanks, besides 127.0.0.1 and localhost"
    )
    root_path: str = Field(default="", description="where the gateway serves this service, like /intake")
    batch_size: int = Field(
        default=100, ge=1, le=1000, description="most messages handled in one transaction"
    )
    database_answer_seconds: int = Field(
        default=30, ge=1, description="a statement without an answer for so long means a lost connection"
    )
    leaving_seconds: float = Field(
        default=1.0, ge=0, le=10, description="told to stop, it serves for so long while the gateway notices"
    )
    retry_delays_seconds: tuple[int, ...] = Field(default=(1, 10, 60, 600, 3600), description="then parked")
    journal_days: int = Field(default=400, ge=1, description="how long what was said is kept for replay")

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def hosts(self, service: str) -> frozenset[str]:
        """The names under which the service may be asked for: on this machine, among the others, and the site's."""
        return frozenset({*LOOPBACK, service, *self.site_hosts.lower().split()})

    def wall_today(self) -> date:
        """The date by the wall clock, where the group is."""
        return datetime.now(UTC).astimezone(self.zone).date()

    @property
    def database(self) -> URL:
        return make_url(self.database_url).set(password=self.database_password.get_secret_value())

    @property
    def broker(self) -> str:
        url = make_url(self.broker_url).set(password=self.broker_password.get_secret_value())
        url = url.update_query_dict({"heartbeat": str(HEARTBEAT_SECONDS)})
        return url.render_as_string(hide_password=False)
