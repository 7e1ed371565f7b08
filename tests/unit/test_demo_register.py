import csv
from collections import defaultdict
from datetime import date, datetime

from openpyxl import load_workbook

from services.intake.domain.households import Priority
from shared.cli.demo.command import REGISTER
from shared.contracts.intake import ClothingSize, NeedKind

ROWS = list(csv.DictReader(REGISTER.with_suffix(".csv").open(encoding="utf-8", newline="")))
HOUSEHOLD_COLUMNS = ("region", "arrived_on", "needs", "priority")


def households() -> dict[str, list[dict[str, str]]]:
    found = defaultdict(list)
    for row in ROWS:
        found[row["household"]].append(row)
    return found


def test_133_people_in_some_40_households_arrived_by_the_first_of_november() -> None:
    assert len(ROWS) == 133
    assert 38 <= len(households()) <= 45
    assert all(
        date.fromisoformat(rows[0]["arrived_on"]) <= date(2006, 11, 1) for rows in households().values()
    )


def test_what_belongs_to_a_household_stands_on_its_first_row_alone() -> None:
    for rows in households().values():
        assert rows[0]["region"]
        assert not any(row[column] for row in rows[1:] for column in HOUSEHOLD_COLUMNS)


def test_everyone_asks_for_food_and_some_for_more_beds_than_there_are() -> None:
    wanted = {name: rows[0]["needs"].split(";") for name, rows in households().items()}
    assert all(set(needs) <= set(NeedKind) and "food" in needs for needs in wanted.values())
    assert sum(len(rows) for name, rows in households().items() if "shelter" in wanted[name]) > 25 + 15 + 15


def test_every_size_and_priority_is_one_that_intake_knows() -> None:
    assert {row["size"] for row in ROWS} <= set(ClothingSize)
    priorities = {part for row in ROWS for part in row["priority"].split(";") if part}
    assert priorities == set(Priority)


def test_there_are_mothers_with_infants_unaccompanied_children_and_elderly() -> None:
    ages = {id(row): int(row["age"] or 0) or 2006 - int((row["birth_date"] or "2006")[:4]) for row in ROWS}
    assert any(row["relation"] == "unaccompanied" and ages[id(row)] < 18 for row in ROWS)
    assert any(ages[id(row)] >= 60 for row in ROWS)
    assert any(
        {row["relation"] for row in rows} == {"head", "child"}
        and any(row["size"] in ("6m", "12m") for row in rows)
        for rows in households().values()
    )


def test_birth_date_or_age_is_given_never_both() -> None:
    assert all(bool(row["birth_date"]) != bool(row["age"]) for row in ROWS)


def test_the_workbook_holds_the_same_rows() -> None:
    sheet = load_workbook(REGISTER, read_only=True).worksheets[0]
    head, *rows = [[_text(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [dict(zip(head, row, strict=True)) for row in rows] == ROWS


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell)
