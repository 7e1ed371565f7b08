"""`relief serve NAME` and `relief migrate NAME`: one service as one process, locally and in a container."""

import asyncio
import gc
import json
import socket
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from fastapi import FastAPI

from shared.cli import Trouble
from shared.cli.files import to_be_written
from shared.cli.stack import VHOST, secret
from shared.cli.wiring import build, settings_class
from shared.contracts import SERVICES
from shared.database.engine import connect
from shared.database.migrations import migrate as bring_to_newest
from shared.messaging.definitions import definitions
from shared.service.app import begin_day
from shared.service.parts import Service
from shared.settings import ServiceSettings, secrets_folder

# Longer than a handler takes for a batch, shorter than the 20 s after which a process is killed.
GRACEFUL_SECONDS = 15
# Longer than whoever asks keeps a connection that lies idle: httpx does for 5 s, and so does uvicorn if nobody says
# anything. Then a service may close a connection at the moment at which the next request is on its way.
IDLE_SECONDS = 75


class Server(uvicorn.Server):
    """Says that it leaves before it closes, so that no request meets a closed door."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._service.leaving = True
        if not self.force_exit:
            await asyncio.sleep(self._service.settings.leaving_seconds)
        await super().shutdown(sockets)


Name = Annotated[str, typer.Argument(help=", ".join(SERVICES))]


def register(app: typer.Typer) -> None:
    app.command("serve", hidden=True)(serve)
    app.command("migrate", hidden=True)(migrate)
    app.command("definitions", hidden=True)(write_definitions)


def serve(name: Name) -> None:
    """Run one service in the foreground; settings come from the environment and the secret files."""
    settings = settings_of(name)
    app = _built(name, settings)
    asyncio.run(_look_first(settings))
    run(app, settings)


def run(app: FastAPI, settings: ServiceSettings) -> None:
    """Serve an application until a signal ends it."""
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_config=None,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
        timeout_keep_alive=IDLE_SECONDS,
        backlog=4096,
        root_path=settings.root_path,
    )
    # What was imported stays; looking through it again and again for garbage is time that messages wait.
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    server = Server(config, app.state.service)
    server.run()
    if not server.started:
        raise typer.Exit(3)


def _built(name: str, settings: ServiceSettings) -> FastAPI:
    try:
        return build(name, settings)
    except ValueError as error:
        raise Trouble(
            f"The settings of {name} are not right: {error}. docs/operations.md lists every setting."
        ) from None


async def _look_first(settings: ServiceSettings) -> None:
    """What keeps a service from starting is told in a sentence here; within the server it would be a traceback."""
    engine = connect(settings.database, pool_size=1, overflow=0)
    try:
        await begin_day(engine, settings)
    finally:
        await engine.dispose()


def migrate(name: Name) -> None:
    """Bring the database of one service to the newest version."""
    settings = settings_of(name)
    asyncio.run(bring_to_newest(name, settings.database))


def write_definitions(path: Path) -> None:
    """Write what the broker of compose loads when it starts, made from the secret files."""
    passwords = {name: secret(f"{name}_broker_password") for name in SERVICES}
    wanted = definitions(passwords, secret("operator_broker_password"), VHOST)
    to_be_written(path)
    path.write_text(json.dumps(wanted))


def settings_of(name: str) -> ServiceSettings:
    """The settings of a service as its own class reads them. Trouble if there is no such service."""
    made: Any = settings_class(name)
    settings: ServiceSettings = made(_secrets_dir=secrets_folder())
    return settings
