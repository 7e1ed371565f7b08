"""Puts the commands together; each module brings its own by `register(app)`."""

import importlib
import logging
import signal
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

MODULES = (
    "shared.cli.local.commands",
    "shared.cli.operate.status",
    "shared.cli.develop.test",
    "shared.cli.develop.check",
    "shared.cli.develop.lock",
    "shared.cli.operate.serve",
    "shared.cli.demo",
    "shared.cli.load",
    "shared.cli.operate.clock",
    "shared.cli.operate.doctor",
    "shared.cli.operate.parking",
    "shared.cli.operate.replay",
    "shared.cli.develop.docs",
    "shared.cli.develop.contracts",
    "shared.cli.develop.bench",
    "shared.cli.develop.faults",
)


def make_app() -> "typer.Typer":
    import typer

    from shared.cli.wiring import modules_of

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
    """Run one command; whatever it ends with is told in one message, and the exit code is 1."""
    # What is imported takes a second: Ctrl-C then ends the process without the traceback of an import.
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    app = make_app()
    from shared.cli.console import cleaned
    from shared.cli.telling import told

    signal.signal(signal.SIGINT, before)
    # Libraries tell of lost connections too; one telling is enough. A service sets up its own log.
    logging.getLogger().addHandler(logging.NullHandler())
    try:
        app(prog_name="./relief")
    except Exception as error:  # noqa: BLE001 - the last one who could tell it to a person
        print(cleaned(told(error)), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
