"""`relief docs`: OpenAPI and AsyncAPI documents of every service, made from the code that runs."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from faststream.specification import AsyncAPI
from rich.console import Console

from shared.cli.files import folder_to_be_filled
from shared.cli.stack import ROOT
from shared.cli.wiring import application
from shared.contracts import SERVICES
from shared.messaging.documents import described

DOCS = ROOT / "docs"
ASYNCAPI = DOCS / "asyncapi"

Out = Annotated[
    Path,
    typer.Option("--out", help="the folder that gets `asyncapi` and `openapi`", callback=folder_to_be_filled),
]


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
    specification = AsyncAPI(
        described(service),
        title=f"Relief {service}",
        version="1",
        description=f"What {service} hears and says.",
    )
    asyncapi = json.loads(specification.to_specification().to_json())
    return {"openapi": app.openapi(), "asyncapi": asyncapi}


def text_of(document: dict[str, Any]) -> str:
    """JSON in one order, so that the same code gives the same file."""
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
