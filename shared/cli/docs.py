"""`relief docs`: OpenAPI and AsyncAPI documents of every service, made from the code that runs."""

import importlib
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from fastapi import FastAPI
from faststream.specification import AsyncAPI
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from rich.console import Console

from shared.cli.stack import ROOT
from shared.contracts import SERVICES
from shared.service.parts import Service

DOCS = ROOT / "docs"
ASYNCAPI = DOCS / "asyncapi"

Out = Annotated[Path, typer.Option("--out", help="the folder that gets `asyncapi` and `openapi`")]

# Nothing is connected to: these only have to be well-formed.
NOWHERE = {
    "database_url": "postgresql+asyncpg://nobody@127.0.0.1:1/none",
    "broker_url": "amqp://nobody@127.0.0.1:1/none",
    "port": 1,
}


def register(app: typer.Typer) -> None:
    app.command("docs")(docs)


def docs(out: Out = DOCS) -> None:
    """Write each service's HTTP and message documents (OpenAPI, AsyncAPI 3)."""
    for name in SERVICES:
        for kind, document in documents(name).items():
            path = out / kind / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text_of(document))
            Console().print(str(path), highlight=False)


def documents(service: str) -> dict[str, dict[str, Any]]:
    """`openapi` and `asyncapi` of one service."""
    app = application(service)
    running: Service = app.state.service
    specification = AsyncAPI(
        running.link.rabbit,
        title=f"Relief {service}",
        version="1",
        description=f"What {service} hears and says.",
    )
    asyncapi = json.loads(specification.to_specification().to_json())
    return {"openapi": app.openapi(), "asyncapi": asyncapi}


def application(service: str) -> FastAPI:
    """The service wired as when it runs, connected to nothing."""
    settings_class: Any = importlib.import_module(f"services.{service}.settings").Settings
    app: FastAPI = importlib.import_module(f"services.{service}.main").build(
        settings_class(**_nowhere(settings_class))
    )
    return app


def _nowhere(settings_class: type[BaseSettings]) -> dict[str, Any]:
    """Well-formed settings that lead nowhere; a secret is any text."""
    secrets = {
        name: SecretStr("0" * 64)
        for name, field in settings_class.model_fields.items()
        if field.annotation is SecretStr
    }
    return {**NOWHERE, **secrets, "_env_file": None, "_secrets_dir": None}


def text_of(document: dict[str, Any]) -> str:
    """JSON in one order, so that the same code gives the same file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
