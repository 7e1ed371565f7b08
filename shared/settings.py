"""Settings that every service has; a service adds its own in `services/<name>/settings.py`."""

import json
import os
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# A broker that is silent for three of these is taken for gone.
HEARTBEAT_SECONDS = 10
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def secrets_folder() -> str | None:
    """The folder whose files are secrets (`relief_database_password`, ...): RELIEF_SECRETS, or /run/secrets."""
    named = os.environ.get("RELIEF_SECRETS", "/run/secrets")
    return named if Path(named).is_dir() else None


class ClockMode(StrEnum):
    """WALL turns the day by the time zone's clock; MANUAL (demo and tests) turns it when told."""

    WALL = "wall"
    MANUAL = "manual"


class _Environment(EnvSettingsSource):
    """The environment, where a list may be written as people write it: `10,11` as well as `[10, 11]`."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            read = json.loads(value)
        except ValueError:
            read = [part.strip() for part in str(value).split(",") if part.strip()]
        return read if isinstance(read, list | dict) else [read]


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
    port: int = Field(ge=1, le=65535)
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
    retry_delays_seconds: tuple[Annotated[int, Field(ge=0)], ...] = Field(
        default=(1, 10, 60, 600, 3600), description="then parked"
    )
    journal_days: int = Field(default=400, ge=1, description="how long what was said is kept for replay")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Environment(settings_cls), dotenv_settings, file_secret_settings

    @field_validator("database_url", "broker_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        try:
            whole = make_url(url)
            port = whole.port
        except (ArgumentError, ValueError):
            whole, port = None, None
        if whole is None or not whole.host or not whole.database or not (port is None or 0 < port < 65536):
            raise ValueError("is no address of the form KIND://USER@HOST:PORT/NAME")
        return url

    @field_validator("database_url")
    @classmethod
    def _by_the_driver(cls, url: str) -> str:
        if make_url(url).drivername != "postgresql+asyncpg":
            raise ValueError("must begin with postgresql+asyncpg://")
        return url

    @field_validator("broker_url")
    @classmethod
    def _by_amqp(cls, url: str) -> str:
        if make_url(url).drivername not in ("amqp", "amqps"):
            raise ValueError("must begin with amqp:// or amqps://")
        return url

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ValueError, OSError, KeyError):
            raise ValueError("is no time zone; one is written like Asia/Tokyo or Etc/UTC") from None
        return name

    @field_validator("log_level")
    @classmethod
    def _is_a_level(cls, name: str) -> str:
        if name.upper() not in LOG_LEVELS:
            raise ValueError(f"is none of {', '.join(LOG_LEVELS)}")
        return name.upper()

    @field_validator("*")
    @classmethod
    def _is_not_empty(cls, value: Any) -> Any:
        """A secret file that lost its content must not look like a wrong password."""
        if isinstance(value, SecretStr) and not value.get_secret_value().strip():
            raise ValueError("is empty; its file lies in RELIEF_SECRETS or /run/secrets")
        return value

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
