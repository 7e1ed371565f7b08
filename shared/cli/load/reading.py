"""A store's file into rows: a plan file in TOML, or a workbook with a sheet each."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from shared.cli import Trouble
from shared.cli.demo.plan import Plan
from shared.cli.files import text_of
from shared.cli.load.kinds import SHEETS, Entry
from shared.cli.load.rows import Fault, Raw
from shared.plainly import NotToml, toml_of
from shared.spreadsheets.cells import Raw as Cells
from shared.spreadsheets.cells import Unreadable
from shared.spreadsheets.columns import Columns, headings, lines

NAME = "store"
NUMBERS = frozenset({"quantity", "target", "area", "shelf_life_days", "price", "per"})


def read(path: Path) -> tuple[str, list[Raw], list[Fault]]:
    """The file's name for itself, its rows, and what could not be read. Trouble if it is no such file at all."""
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        with path.open("rb") as file:
            return NAME, *_of_workbook(path, file)
    return _of_toml(path)


def _of_toml(path: Path) -> tuple[str, list[Raw], list[Fault]]:
    try:
        known = toml_of(text_of(path, "The file"))
    except NotToml as error:
        raise Trouble(f"The file {path} is neither TOML nor a workbook (.xlsx): {error}.") from None
    bad = [Fault(name, "is not known here") for name in known if name not in (*SHEETS, *Plan.model_fields)]
    rows: list[Raw] = []
    for sheet in SHEETS:
        entries = known.get(sheet, [])
        if not isinstance(entries, list) or not all(isinstance(each, dict) for each in entries):
            bad.append(Fault(sheet, "is not a list of entries"))
            continue
        for number, entry in enumerate(entries, 1):
            rows += _flat(sheet, f"{sheet}, entry {number}", entry)
    return str(known.get("name", NAME)), rows, bad


def _flat(sheet: str, place: str, entry: dict[str, Any]) -> Iterator[Raw]:
    """An entry of a plan file as rows: a kit has a row for each part, a delivery one for each day and item."""
    match sheet:
        case "kits":
            parts = _table(entry.pop("parts", None))
            # Where the demo puts the kit together.
            entry.pop("depot", None)
            for part, quantity in parts.items():
                yield Raw(sheet, f"{place}, {part}", {**entry, "part": part, "quantity": quantity})
            if not parts:
                yield Raw(sheet, place, entry)
        case "opening" | "deliveries":
            found = _table(entry.pop("lines", None))
            days = entry.pop("due_on", None)
            if sheet == "deliveries":
                # What of it comes is the demo's story.
                entry.pop("comes_on", None)
            for day in days if isinstance(days, list) else [days]:
                dated = {**entry, **({"due_on": day} if day is not None else {})}
                for item, quantity in found.items():
                    at = f"{place}, {item}" + (f" on {day}" if day else "")
                    yield Raw(sheet, at, {**dated, "item": item, "quantity": quantity})
                if not found:
                    yield Raw(sheet, place, dated)
        case _:
            yield Raw(sheet, place, entry)


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _of_workbook(path: Path, file: BinaryIO) -> tuple[list[Raw], list[Fault]]:
    from shared.spreadsheets.xlsx_rows import xlsx_size, xlsx_tabs

    try:
        xlsx_size(file, "a store")
        tabs = xlsx_tabs(file)
    except Unreadable as error:
        raise Trouble(f"The file {path} cannot be taken: {error.words}") from None
    rows: list[Raw] = []
    foreign = [title for title, _ in tabs if _word(title) not in SHEETS]
    bad = [Fault(f"sheet {each}", f"is not known; the sheets are {', '.join(SHEETS)}") for each in foreign]
    for title, source in tabs:
        if kind := SHEETS.get(_word(title)):
            found, faults = _of_sheet(source, kind)
            rows, bad = rows + found, bad + faults
    return rows, bad


def _of_sheet(source: Iterator[tuple[int, Cells]], kind: type[Entry]) -> tuple[list[Raw], list[Fault]]:
    fields = kind.model_fields
    required = tuple(each for each, field in fields.items() if field.is_required())
    columns = Columns(f"the sheet {kind.sheet}", tuple(fields), required, numbers=NUMBERS)
    rows: list[Raw] = []
    bad: list[Fault] = []
    try:
        _, first = next(source, (1, None))
        known = headings(columns, first)
    except Unreadable as error:
        why = "; ".join([error.words, *(f"{column} {reason}" for column, reason in error.fields)])
        return [], [Fault(kind.sheet, why)]
    for line in lines(columns, known, source):
        place = f"{kind.sheet}, row {line.row}"
        if line.faults:
            bad += [Fault(place, f"{each.column or ''} {each.reason}".strip()) for each in line.faults]
        else:
            rows.append(Raw(kind.sheet, place, {column: text for column, text in line.cells.items() if text}))
    return rows, bad


def _word(name: str) -> str:
    return name.strip().lower()
