"""Registers of invented people, row by row."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl

from tests.support.sheets import CSV, XLSX
from tests.support.world import World

COLUMNS = (
    *("household", "given_name", "family_name", "sex", "birth_date", "age", "size", "languages", "relation"),
    *("region", "arrived_on", "needs", "priority"),
)
Row = dict[str, str]


def head(ref: str, given: str, **more: str) -> Row:
    """The first row of a household: a woman of 26."""
    first = {"sex": "female", "birth_date": "1980-05-17", "size": "M", "languages": "ko", "relation": "head"}
    return {
        "household": ref,
        "given_name": given,
        "family_name": "Testo",
        **first,
        "region": "north",
        "arrived_on": "2006-10-20",
        **more,
    }


def child(ref: str, given: str, **more: str) -> Row:
    """A further row: a girl of five."""
    return head(
        ref,
        given,
        **{
            "birth_date": "2001-01-01",
            "size": "110",
            "relation": "child",
            "region": "",
            "arrived_on": "",
            **more,
        },
    )


def csv_of(rows: Sequence[Row], part: str = ",", first: str = "") -> bytes:
    lines = [COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)]
    return (first + "\n".join(part.join(line) for line in lines) + "\n").encode()


def book_of(*sheets: tuple[str, str, list[list[Any]]], **cells: Any) -> bytes:
    """A workbook of sheets: title, state and rows; `cells` are written into the last one besides, like O2="a note"."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, state, rows in sheets:
        sheet = book.create_sheet(title)
        sheet.sheet_state = state
        for row in rows:
            sheet.append(row)
    for place, value in cells.items():
        sheet[place] = value
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table_of(rows: Sequence[Row]) -> list[list[Any]]:
    """Rows as a workbook holds them, dates as dates."""
    return [list(COLUMNS), *([_cell(name, row.get(name, "")) for name in COLUMNS] for row in rows)]


def _cell(name: str, text: str) -> Any:
    if name in ("birth_date", "arrived_on") and text:
        day = date.fromisoformat(text)
        return datetime(day.year, day.month, day.day)  # noqa: DTZ001, a spreadsheet knows no time zones
    return int(text) if name == "age" and text else text or None


async def sent(
    world: World, content: bytes, *, dry: bool = False, kind: str = "csv", mapping: str | None = None
) -> Any:
    """What an import answers, a report or a problem."""
    files = {"file": (f"r.{kind}", content, CSV if kind == "csv" else XLSX)}
    if mapping is not None:
        files["mapping"] = ("m.toml", mapping.encode(), "application/toml")
    path = "/imports?dry_run=true" if dry else "/imports"
    return (await world.intake.client.post(path, files=files)).json()
