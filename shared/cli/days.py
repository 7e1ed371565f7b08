"""Days and moments as somebody types them."""

from datetime import UTC, date, datetime, time

import typer

from shared.spreadsheets.dates import day_of


def day(text: str) -> date:
    """A day, in any of the ways in which a register may write one. BadParameter says what to write."""
    try:
        return day_of(text)
    except ValueError as error:
        raise typer.BadParameter(f"This {error}.") from None


def moment(text: str) -> datetime:
    """A day's first instant, or an instant like 2006-12-01T14:30; in UTC where nothing else is said."""
    if "T" not in text.strip():
        return datetime.combine(day(text), time(), UTC)
    try:
        said = datetime.fromisoformat(text.strip())
    except ValueError:
        raise typer.BadParameter("The moment must look like 2006-12-01 or 2006-12-01T14:30.") from None
    return said if said.tzinfo else said.replace(tzinfo=UTC)
