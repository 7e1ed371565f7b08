"""The services as modules, found by their names: nothing that uses this knows any one of them."""

import importlib
from collections.abc import Mapping
from importlib.util import find_spec
from types import ModuleType
from typing import Any, cast, get_args

from fastapi import FastAPI
from pydantic import SecretStr

from shared.cli import Trouble
from shared.contracts import SERVICES
from shared.settings import ServiceSettings

# Nothing is connected to: these only have to be well-formed.
NOWHERE: Mapping[str, Any] = {
    "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
    "broker_url": "amqp://nobody@127.0.0.1:1/none",
    "port": 1,
}
ACCOUNTS = ("database_password", "broker_password")
"""The secrets of a service that others must know too: its servers."""
MADE_SECRET = "made-up-" * 8


def modules_of(package: str) -> dict[str, ModuleType]:
    """The modules of a package that are named after services, in the order of the services."""
    found = {name: f"{package}.{name}" for name in SERVICES if find_spec(f"{package}.{name}")}
    return {name: importlib.import_module(module) for name, module in found.items()}


def settings_class(service: str) -> type[ServiceSettings]:
    """The class of a service's settings. Trouble if there is no such service."""
    if service not in SERVICES:
        raise Trouble(f"There is no service {service!r}; there are {', '.join(SERVICES)}.")
    return cast(type[ServiceSettings], importlib.import_module(f"services.{service}.settings").Settings)


def build(service: str, settings: ServiceSettings) -> FastAPI:
    """The service as an application, by its own `main.build`."""
    return cast(FastAPI, importlib.import_module(f"services.{service}.main").build(settings))


def secret_fields(service: str) -> list[str]:
    """The secrets that a service wants of its own, without the passwords of its database and broker users."""
    fields = settings_class(service).model_fields.items()
    secrets = [name for name, field in fields if SecretStr in (field.annotation, *get_args(field.annotation))]
    return [name for name in secrets if name not in ACCOUNTS]


def talks_beyond(service: str) -> bool:
    """Whether a service talks to systems of others, as one with a module `outside` does."""
    return find_spec(f"services.{service}.outside") is not None


def filled_in(service: str, **values: Any) -> ServiceSettings:
    """Settings that are not read from anywhere: the values given, made-up secrets, and the rest leads nowhere."""
    secrets = dict.fromkeys((*ACCOUNTS, *secret_fields(service)), SecretStr(MADE_SECRET))
    made: Any = settings_class(service)
    settings: ServiceSettings = made(**{**NOWHERE, **secrets, **values}, _env_file=None, _secrets_dir=None)
    return settings


def application(service: str, **values: Any) -> FastAPI:
    """The service wired as when it runs, connected to nothing; `values` are settings."""
    return build(service, filled_in(service, **values))
