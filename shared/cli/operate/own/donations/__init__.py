"""`relief donations`: lists of gifts by bank and in cash, what PayPal's list was found to say, and grants that somebody
has to agree to.
"""

import typer

from shared.cli.operate.own.donations import findings, gifts, grants


def register(app: typer.Typer) -> None:
    donations = typer.Typer(help="Gifts, funds and the books.", no_args_is_help=True)
    donations.callback()(_nothing_alone)
    donations.command("import")(gifts.take_in)
    donations.command("imports")(gifts.imports)
    donations.command("findings")(findings.findings)
    deciding = typer.Typer(help="Grants that somebody has to agree to.", no_args_is_help=True)
    deciding.command("list")(grants.waiting)
    deciding.command("agree")(grants.agree)
    deciding.command("refuse")(grants.refuse)
    donations.add_typer(deciding, name="grants")
    app.add_typer(donations, name="donations")


def _nothing_alone() -> None:
    """Gifts, funds and the books."""
