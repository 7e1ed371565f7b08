"""Puts the commands together; each module brings its own by `register(app)`."""

import importlib
import sys

import httpx
import typer
from pydantic import ValidationError
from sqlalchemy.exc import InterfaceError, OperationalError

from shared.cli import Trouble

MODULES = (
    "shared.cli.local.commands",
    "shared.cli.develop",
    "shared.cli.serve",
    "shared.cli.demo",
    "shared.cli.clock",
    "shared.cli.importing",
    "shared.cli.doctor",
    "shared.cli.parking",
    "shared.cli.replay",
    "shared.cli.docs",
    "shared.cli.contracts",
    "shared.cli.bench",
    "shared.cli.faults",
)
# What a command meets when the stack, or a part of it, is not there.
NOT_THERE = (httpx.ConnectError, ConnectionRefusedError, OperationalError, InterfaceError)


def make_app() -> typer.Typer:
    app = typer.Typer(
        name="relief",
        help="Relief: one register for the whole of a relief group's work.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for module in MODULES:
        importlib.import_module(module).register(app)
    return app


def main() -> int:
    """Run one command. A known trouble is told in one message; anything else is a defect and shows itself."""
    try:
        make_app()(prog_name="./relief")
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
    except NOT_THERE as error:
        print(f"A part of the stack does not answer ({error}). See ./relief status.", file=sys.stderr)
    except ValidationError as error:
        print(f"The settings are not right:\n{error}", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
