"""`relief intake`: registers, households, corrections, consents to renew, and who was shown names."""

import typer

from shared.cli.operate.own.intake import consents, correcting, households, registers
from shared.cli.operate.own.intake.registers import import_register

__all__ = ["import_register", "register"]


def register(app: typer.Typer) -> None:
    intake = typer.Typer(help="The register of households.", no_args_is_help=True)
    intake.callback()(_nothing_alone)
    intake.command("import")(registers.take_in)
    intake.command("imports")(registers.imports)
    intake.command("undo")(registers.undo)
    intake.command("find")(households.find)
    intake.command("show")(households.show)
    intake.command("correct")(correcting.correct)
    intake.command("move")(correcting.move)
    intake.command("consents")(consents.consents)
    intake.command("readings")(households.readings)
    app.add_typer(intake, name="intake")


def _nothing_alone() -> None:
    """The register of households."""
