"""Puts the commands together; each module brings its own by `register(app)`."""

import importlib
import logging
import socket
import sys

import httpx
import typer
from aio_pika.exceptions import AMQPError
from asyncpg import InvalidAuthorizationSpecificationError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from shared.cli import Trouble, typed
from shared.cli.console import cleaned
from shared.cli.wiring import modules_of
from shared.database.engine import ServerTooOld
from shared.database.errors import is_outage, kind_of

MODULES = (
    "shared.cli.local.commands",
    "shared.cli.operate.status",
    "shared.cli.develop.test",
    "shared.cli.develop.check",
    "shared.cli.develop.lock",
    "shared.cli.operate.serve",
    "shared.cli.demo",
    "shared.cli.operate.clock",
    "shared.cli.operate.doctor",
    "shared.cli.operate.parking",
    "shared.cli.operate.replay",
    "shared.cli.develop.docs",
    "shared.cli.develop.contracts",
    "shared.cli.develop.bench",
    "shared.cli.develop.faults",
)
# What a command meets when the stack, or a part of it, is not there, answers too late or not with what is asked.
NOT_THERE = (
    httpx.HTTPError,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
    AMQPError,
    InvalidAuthorizationSpecificationError,
    OperationalError,
    InterfaceError,
)


def make_app() -> typer.Typer:
    app = typer.Typer(
        name="relief",
        help="Relief: one register for the whole of a relief group's work.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in (*map(importlib.import_module, MODULES), *modules_of("shared.cli.operate.own").values()):
        module.register(app)
    return app


def main() -> int:
    """Run one command. A known trouble is told in one message; anything else is a defect and shows itself."""
    # Libraries tell of lost connections too; one telling is enough. A service sets up its own log.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        make_app()(prog_name="./relief")
    except Trouble as trouble:
        print(cleaned(trouble), file=sys.stderr)
    except ServerTooOld as error:
        print(cleaned(error), file=sys.stderr)
    except NOT_THERE as error:
        _tell(f"{type(error).__name__}: {error}".rstrip(": "))
    except DBAPIError as error:
        if not is_outage(error):
            raise
        _tell(kind_of(error))
    except ValidationError as error:
        print(f"The settings are not right:\n{cleaned(error)}", file=sys.stderr)
    else:
        return 0
    return 1


def _tell(said: str) -> None:
    print(f"A part of the stack does not answer ({cleaned(said)}). See {typed('status')}.", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
