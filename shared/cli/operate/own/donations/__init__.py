"""`relief donations`: lists of gifts by bank and in cash."""

import typer

from shared.cli.operate.own.donations import gifts


def register(app: typer.Typer) -> None:
    donations = typer.Typer(help="Gifts, funds and the books.", no_args_is_help=True)
    donations.callback()(_nothing_alone)
    donations.command("import")(gifts.take_in)
    donations.command("imports")(gifts.imports)
    app.add_typer(donations, name="donations")


def _nothing_alone() -> None:
    """Gifts, funds and the books."""
