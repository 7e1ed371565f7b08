"""Write the demo's register anew: `python deploy/demo/make_register.py` gives the same two files each time."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from openpyxl import Workbook

HERE = Path(__file__).parent
COLUMNS = (
    "household", "given_name", "family_name", "sex", "birth_date", "age", "size",
    "languages", "relation", "region", "arrived_on", "needs", "priority",
)  # fmt: skip
LAST_ARRIVAL = date(2006, 11, 1)
REGIONS = ("north", "river", "coast")
# Syllables that give no name of anybody.
FAMILY_NAMES = (
    "Baekdol", "Chundal", "Garyu", "Haemok", "Iphwan", "Jorang", "Kwaedan", "Munsae", "Nolbae", "Okdan",
    "Pyosil", "Qinbo", "Ragyeom", "Sogan", "Tolbyeo", "Ugyun", "Wonmak", "Xeshuo", "Yeonpa", "Zhuolan",
)  # fmt: skip
FIRST_SYLLABLES = (
    "Bom",
    "Byeo",
    "Chae",
    "Dal",
    "Gyu",
    "Hae",
    "Mir",
    "Nur",
    "Pyeo",
    "Rin",
    "Sae",
    "Sol",
    "Teo",
)
LAST_SYLLABLES = ("byeol", "dan", "dol", "gan", "heon", "mok", "nuri", "rae", "ryu", "sil", "sori", "wol")
# The largest age in years for a size, then grown-ups' sizes, which are drawn.
SIZES_BY_AGE = (
    (0, "12m"),
    (1, "24m"),
    (3, "98"),
    (5, "110"),
    (7, "122"),
    (9, "134"),
    (11, "146"),
    (14, "158"),
)
ADULT_SIZES = {"female": ("S", "S", "M", "M", "L"), "male": ("S", "M", "M", "L", "L", "XL")}
LANGUAGES = ("ko", "ko", "ko", "ko", "ko;zh", "ko;zh", "zh", "ko;ja", "ko;en")
ALL, NO_BED = "food;clothing;kit;shelter", "food;clothing;kit"


@dataclass(frozen=True)
class Shape:
    """A kind of household: so many of it, its people as `relation sex age`, what they ask for, why they come first."""

    count: int
    people: str
    needs: str = NO_BED
    priority: str = ""


SHAPES = (
    Shape(3, "head m 41, spouse f 38, child f 14, child m 10, child m 6, parent f 67"),
    Shape(3, "head m 39, spouse f 36, child m 12, child f 8, child f 3", ALL),
    Shape(3, "head m 44, spouse f 40, child f 16, child m 13, sibling m 29"),
    Shape(3, "head f 37, child m 11, child f 7, parent f 63", ALL),
    Shape(5, "head m 35, spouse f 33, child f 9, child m 5"),
    Shape(5, "head m 31, spouse f 29, child m 2"),
    Shape(4, "head f 26, child f 0", ALL, "medical"),
    Shape(3, "head f 30, child m 1, child f 6", ALL, "trafficking_victim"),
    Shape(3, "unaccompanied m 13", ALL, "unaccompanied_child"),
    Shape(2, "unaccompanied f 15, sibling m 10", ALL, "unaccompanied_child"),
    Shape(2, "head f 71", ALL),
    Shape(3, "head m 69, spouse f 66", NO_BED, "medical"),
    Shape(2, "head f 23", ALL, "trafficking_victim"),
    Shape(2, "head f 27, spouse m 30", ALL, "pregnant"),
)


def rows() -> Iterator[dict[str, str | int | date | None]]:
    """One row a person; what belongs to the household stands on its first row alone."""
    draw = Random(20061101)  # noqa: S311 - not a secret
    shapes = [shape for shape in SHAPES for _ in range(shape.count)]
    draw.shuffle(shapes)
    for number, shape in enumerate(shapes, 1):
        family_name = draw.choice(FAMILY_NAMES)
        of_household: dict[str, str | date] = {
            "region": draw.choice(REGIONS),
            "arrived_on": LAST_ARRIVAL - timedelta(days=draw.randint(0, 90)),
            "needs": shape.needs,
            "priority": shape.priority,
        }
        for person in shape.people.split(", "):
            relation, sex, age = person.split()
            row = dict.fromkeys(COLUMNS) | of_household
            row |= _person(draw, relation, "female" if sex == "f" else "male", int(age))
            row |= {"household": f"W-{number:02}", "family_name": family_name}
            yield row
            of_household = {}


def _person(draw: Random, relation: str, sex: str, age: int) -> dict[str, str | int | date]:
    """Nobody's age is given twice the same way: some know their birth date, some only their age."""
    if age > 1:
        age = max(2, age + draw.randint(-2, 2))
    person: dict[str, str | int | date] = {
        "given_name": draw.choice(FIRST_SYLLABLES) + draw.choice(LAST_SYLLABLES),
        "sex": sex,
        "relation": relation,
        "size": _size(draw, sex, age),
        "languages": draw.choice(LANGUAGES) if age > 1 else "ko",
    }
    if draw.random() < 0.6 or age < 2:
        person["birth_date"] = LAST_ARRIVAL - timedelta(days=round(age * 365.25) + draw.randint(5, 170))
    else:
        person["age"] = age
    return person


def _size(draw: Random, sex: str, age: int) -> str:
    if age == 0 and draw.random() < 0.5:
        return "6m"
    for largest_age, size in SIZES_BY_AGE:
        if age <= largest_age:
            return size
    return draw.choice(ADULT_SIZES[sex])


def main() -> None:
    register = [[row[column] for column in COLUMNS] for row in rows()]
    with (HERE / "register.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *register])
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2006, 11, 1, tzinfo=UTC).replace(
        tzinfo=None
    )
    sheet = book.worksheets[0]
    sheet.title = "register"
    for line in [COLUMNS, *register]:
        sheet.append(line)
    book.save(HERE / "register.xlsx")


if __name__ == "__main__":
    main()
