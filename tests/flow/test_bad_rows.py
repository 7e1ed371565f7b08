"""A register with bad rows: each is told by row and column, and the good ones are taken."""

from typing import Any

import pytest

from tests.support.sheets import CSV, GOOD, XLSX, sheet, workbook
from tests.support.world import World

pytestmark = pytest.mark.runs("intake")

BAD = "zzqxmark"

BAD_ROWS: dict[str, list[Any]] = {
    "given_name": ["R-2", "=" + BAD, *GOOD[2:]],
    "family_name": ["R-3", "Given", BAD * 20, *GOOD[3:]],
    "age": ["R-4", "Given", "Family", "-1", *GOOD[4:]],
    "size": ["R-5", "Given", "Family", "30", BAD, *GOOD[5:]],
    "region": ["R-6", "Given", "Family", "30", "M", BAD + " !", GOOD[6]],
    "arrived_on": ["R-7", "Given", "Family", "30", "M", "north", "2099-01-01"],
}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_bad_rows_are_told_by_row_and_column_and_the_good_ones_are_taken(
    world: World, kind: str
) -> None:
    rows = [GOOD, *BAD_ROWS.values(), ["R-9", *GOOD[1:]]]
    content = sheet(*rows) if kind == "csv" else workbook(*rows)
    file = (f"r.{kind}", content, CSV if kind == "csv" else XLSX)
    answer = await world.intake.client.post("/imports", files={"file": file})
    assert answer.status_code == 200, answer.text
    report = answer.json()
    assert (report["rows"], report["households"], report["people"]) == (len(rows), 2, 2)
    assert report["error_count"] == len(BAD_ROWS)
    told = {(error["row"], error["column"]) for error in report["errors"]}
    assert told == {(3 + place, column) for place, column in enumerate(BAD_ROWS)}
    assert all(error["reason"] for error in report["errors"])
    assert BAD not in answer.text.lower()
    assert (await world.intake.get("/counts"))["households"] == 2


async def test_a_formula_in_a_cell_is_refused_whatever_it_comes_to(world: World) -> None:
    content = workbook(["R-1", "Given", "Family", "=10+20", "M", "north", "2006-10-20"], ["R-2", *GOOD[1:]])
    answer = await world.intake.client.post("/imports", files={"file": ("r.xlsx", content, XLSX)})
    report = answer.json()
    assert report["households"] == 1
    assert {error["row"] for error in report["errors"]} == {2}
    reasons = {error["column"]: error["reason"] for error in report["errors"]}
    assert "formula" in reasons["age"]
