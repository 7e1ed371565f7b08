"""Registers as caseworkers have them: who is recognised, who is not, and what is told of each row."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from tests.support.databases import Templates, fresh_databases, fresh_vhost
from tests.support.registers import Row, child, csv_of, head, sent
from tests.support.servers import Servers
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def shared(servers: Servers, templates: Templates) -> AsyncIterator[World]:
    """One world for all of this file: each case has references and names of its own."""
    with fresh_databases(templates) as databases, fresh_vhost(servers) as vhost:
        async with AsyncExitStack() as stack:
            world = World(servers, vhost, databases, stack)
            await world.start("intake")
            yield world


@dataclass
class Case:
    """Registers sent one after another, and what is told of the last one.

    `counts` are figures of the report; `errors` and `warnings` are rows with a part of what is said of them. Each
    error and warning must be named. A dry run before it must tell the same.
    """

    files: list[list[Row]]
    counts: dict[str, int]
    errors: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)


def man(ref: str, given: str, **more: str) -> Row:
    return head(ref, given, **{"sex": "male", **more})


FATHER = man("K-1", "Noor", birth_date="", age="45")
SON = child("K-1", "Noor", sex="male", birth_date="2005-03-03", size="98")
CAMP_A = [head("1", "Aruna"), child("1", "Aruli"), head("2", "Belin")]
SOUTH = {"region": "south", "arrived_on": "2006-10-28"}
CAMP_B = [head("1", "Corvo", **SOUTH, priority="medical"), child("1", "Corvi"), head("2", "Delra", **SOUTH)]
JOLAN, JOLIN = head("C-1", "Jolan"), child("C-1", "Jolin")
BABIES = {"birth_date": "2006-10-25", "size": "6m"}

CASES: dict[str, Case] = {
    "a son with his father's name is somebody else": Case(
        [[FATHER], [FATHER, SON]],
        {"people": 1, "joined": 1, "already_there": 1, "namesakes": 1},
        warnings=[(3, "same name"), (3, "joins household LF-06-")],
    ),
    "his row may come first": Case(
        [
            [man("K-2", "Nuri", birth_date="", age="45")],
            [{**SON, "household": "K-2", "given_name": "Nuri"}, man("K-2", "Nuri", birth_date="", age="45")],
        ],
        {"people": 1, "already_there": 1, "namesakes": 1},
        warnings=[(2, "same name"), (2, "joins household LF-06-")],
    ),
    "without the father's row he may be the father, written wrongly": Case(
        [[man("K-3", "Nari", birth_date="", age="45")], [{**SON, "household": "K-3", "given_name": "Nari"}]],
        {"people": 0, "unsure": 1, "bad_rows": 1},
        errors=[(2, "another birth date")],
    ),
    "a daughter with her mother's name is somebody else, both new": Case(
        [[head("K-4", "Miri"), child("K-4", "Miri")]],
        {"people": 2, "namesakes": 2},
        warnings=[(2, "same name"), (3, "same name")],
    ),
    "the numbers of another camp are other households": Case(
        [CAMP_A, CAMP_B],
        {"people": 0, "households": 0, "bad_rows": 3},
        errors=[(row, "another region and another arrival") for row in (2, 3, 4)],
    ),
    "a household that says something else than what is registered, and is known": Case(
        [[head("D-1", "Dalia")], [head("D-1", "Dalia", region="south", needs="food", priority="medical")]],
        {"people": 0, "already_there": 1, "bad_rows": 0},
        warnings=[(2, "the region of household LF-06-"), (2, "the needs of"), (2, "the priority of")],
    ),
    "a reference in other letters": Case(
        [[head("W-201", "Efra")], [head("w-201", "Efra")]], {"people": 0, "already_there": 1}
    ),
    "a reference in full width": Case(
        [[head("W-202", "Efra")], [head("Ｗ\u200b-202 ", "Efra")]], {"people": 0, "already_there": 1}
    ),
    "one file with a reference written twice": Case(
        [[head("W-203", "Elka"), child("w-203", "Elko")]], {"people": 2, "households": 1}
    ),
    "a reference but for its leading zeros": Case(
        [[head("X0301", "Osra")], [head("X301", "Osro")]],
        {"people": 1, "households": 1},
        warnings=[(2, "leading zeros")],
    ),
    "a name of nothing but a mark": Case(
        [[head("N-1", "\u200b"), head("N-2", "\u3164"), man("N-3", "Fran\ufffdois"), head("N-9", "...")]],
        {"people": 0, "bad_rows": 4},
        errors=[(2, "empty"), (3, "empty"), (4, "lost"), (5, "no letter")],
    ),
    "the same man without the mark": Case(
        [[man("N-4", "علي\u200f"), man("N-5", "\u202bعلي\u202c")], [man("N-4", "علي"), man("N-5", "علي")]],
        {"people": 0, "already_there": 2},
    ),
    "a corrected birth date": Case(
        [[JOLAN, JOLIN], [{**JOLAN, "birth_date": "1980-05-18"}, JOLIN]],
        {"people": 0, "already_there": 1, "unsure": 1, "bad_rows": 1},
        errors=[(2, "same reference and name as somebody registered in household LF-06-")],
    ),
    "an age in place of a birth date": Case(
        [[head("C-2", "Jolka")], [head("C-2", "Jolka", birth_date="", age="26")]],
        {"people": 0, "already_there": 1, "bad_rows": 0},
        warnings=[(2, "an age stands where a birth date is known")],
    ),
    "another age than the birth date gives": Case(
        [[head("C-3", "Jolma")], [head("C-3", "Jolma", birth_date="", age="62")]],
        {"people": 0, "unsure": 1, "bad_rows": 1},
        errors=[(2, "another birth date or age")],
    ),
    "the child's row before the head's": Case(
        [[child("I-C", "Abela"), head("I-C", "Vera")]], {"people": 2, "households": 1, "bad_rows": 0}
    ),
    "particulars on a later row, with another family between": Case(
        [
            [
                head("I-G", "Wanda"),
                head("I-H", "Ottla"),
                man(
                    "I-G",
                    "Wando",
                    birth_date="1979-01-01",
                    relation="spouse",
                    region="south",
                    arrived_on="2006-10-30",
                    needs="food",
                    priority="medical",
                ),
            ]
        ],
        {"people": 2, "households": 2, "bad_rows": 1},
        errors=[(4, "differs from row 2"), (4, "differs from row 2")],
    ),
    "a household without a region": Case(
        [[child("I-I", "Irka"), child("I-I", "Irki")]],
        {"people": 0, "bad_rows": 2},
        errors=[(2, "rows 2 to 3 have none"), (2, "rows 2 to 3 have none"), (3, "see row 2")],
    ),
    "birth date and age that agree": Case([[head("B-1", "Chor", age="26")]], {"people": 1, "bad_rows": 0}),
    "birth date and age that disagree": Case(
        [[head("B-2", "Chora", age="30")]], {"people": 1}, warnings=[(2, "disagrees with the birth date")]
    ),
    "two heads": Case(
        [[head("H-1", "Xena"), man("H-1", "Xeno", birth_date="1979-01-01", region="", arrived_on="")]],
        {"people": 2},
        warnings=[(2, "rows 2 and 3 are each head")],
    ),
    "no head": Case(
        [[child("H-2", "Xina", region="north", arrived_on="2006-10-20"), child("H-2", "Xino")]],
        {"people": 2},
        warnings=[(2, "no row says who is head of this household (rows 2, 3)")],
    ),
    "a further head": Case(
        [[head("H-3", "Xara")], [head("H-3", "Xara"), man("H-3", "Xaro", region="", arrived_on="")]],
        {"people": 1, "already_there": 1},
        warnings=[(3, "row 3 is a further head"), (3, "joins household")],
    ),
    "twins of one name are told apart by sex": Case(
        [[head("T-1", "Lorena"), child("T-1", "Baby", **BABIES), child("T-1", "Baby", sex="male", **BABIES)]],
        {"people": 3, "namesakes": 2},
        warnings=[(3, "same name"), (4, "same name")],
    ),
    "twins of one name and sex": Case(
        [[head("T-2", "Lorina"), child("T-2", "Babe", **BABIES), child("T-2", "Babe", **BABIES)]],
        {"people": 2, "bad_rows": 1},
        errors=[(4, "Baby 1, Baby 2")],
    ),
    "somebody twice, with another family between": Case(
        [[head("T-3", "Lorana"), head("T-4", "Lorona"), head("T-3", "Lorana")]],
        {"people": 2, "twice": 1, "bad_rows": 1},
        errors=[(4, "row 2")],
    ),
    "somebody registered, twice": Case(
        [[head("T-5", "Loruna")], [head("T-5", "Loruna"), head("T-5", " LORUNA ")]],
        {"people": 0, "already_there": 1, "bad_rows": 1},
        errors=[(3, "row 2")],
    ),
    "a head who cannot be taken keeps the family out, with a line for each row": Case(
        [[head("E-1", "Edda", size="huge"), child("E-1", "Eddi"), head("E-2", "Elmo")]],
        {"people": 1, "held": 1, "bad_rows": 2},
        errors=[(2, "must be one of"), (3, "held back, so that nobody is registered without its head")],
    ),
    "so it does if the head's row comes later, with another family between": Case(
        [
            [
                child("E-3", "Enni", region="north", arrived_on="2006-10-20"),
                head("E-4", "Ella"),
                head("E-3", "Enna", birth_date="48.3.4", region="", arrived_on=""),
            ]
        ],
        {"people": 1, "held": 1, "bad_rows": 2},
        errors=[(4, "two digits"), (2, "see row 4")],
    ),
    "a household that is there already takes the child": Case(
        [[head("E-5", "Elif")], [head("E-5", "Elif", size="huge"), child("E-5", "Elfi")]],
        {"people": 1, "joined": 1, "held": 0, "bad_rows": 1},
        errors=[(2, "must be one of")],
        warnings=[(3, "joins household")],
    ),
    "another head who can be taken keeps the family in": Case(
        [[head("E-6", "Emil", size="huge"), man("E-6", "Emin")]],
        {"people": 1, "held": 0, "bad_rows": 1},
        errors=[(2, "must be one of")],
    ),
    "children who came alone wait for nobody": Case(
        [
            [
                child("E-7", "Enno", size="huge"),
                child("E-7", "Enny", relation="unaccompanied", region="north", arrived_on="2006-10-20"),
            ]
        ],
        {"people": 1, "held": 0, "bad_rows": 1},
        errors=[(2, "must be one of")],
    ),
    "dates as they are written there": Case(
        [
            [
                head("Y-1", "Yuna", birth_date="1948년 3월 4일", arrived_on="2006.10.20"),
                head("Y-2", "Yuno", birth_date="1948"),
            ]
        ],
        {"people": 2, "bad_rows": 0},
    ),
    "a year alone is nobody else than the whole date": Case(
        [[head("Y-3", "Yula")], [head("Y-3", "Yula", birth_date="1980")]],
        {"people": 0, "already_there": 1},
        warnings=[(2, "no whole date stands where a birth date is known")],
    ),
    "the same person in two households": Case(
        [[head("V-1", "Vilka")], [head("V-2", "Vilka")]],
        {"people": 1},
        warnings=[(2, "present in another household")],
    ),
    "a region that nobody lives in": Case(
        [[head("V-3", "Valka", region="north")], [head("V-4", "Valko", region="nroth")]],
        {"people": 1},
        warnings=[(2, "is north meant?")],
    ),
    "a day that there is not, a line break, and cells that are merged": Case(
        [[head("Z-1", "Zara", birth_date="1981-02-29"), head("Z-2", '"Za\nra"'), head("", "Zora")]],
        {"people": 0, "bad_rows": 3},
        errors=[(2, "no such date"), (3, "line break"), (4, "merged")],
    ),
}


def told(listed: list[dict[str, Any]]) -> list[tuple[int, str]]:
    return [(each["row"], each["reason"]) for each in listed]


def assert_told(listed: list[dict[str, Any]], expected: list[tuple[int, str]]) -> None:
    found = told(listed)
    assert len(found) == len(expected), found
    for row, words in expected:
        assert any(row == at and words in reason for at, reason in found), (row, words, found)


@pytest.mark.parametrize("name", CASES)
async def test_a_register_of_a_caseworker(shared: World, name: str) -> None:
    case = CASES[name]
    for rows in case.files[:-1]:
        before = await sent(shared, csv_of(rows))
        assert before["error_count"] == 0 or name == "a name of nothing but a mark", before
    last = csv_of(case.files[-1])
    dry, done = await sent(shared, last, dry=True), await sent(shared, last)
    for report in (dry, done):
        assert {each: report[each] for each in case.counts} == case.counts, report
        assert report["people"] + report["already_there"] + report["bad_rows"] == report["rows"]
        assert_told(report["errors"], case.errors)
        assert_told(report["warnings"], case.warnings)


async def test_rows_that_only_a_later_one_decides_are_put_off_to_the_end(shared: World) -> None:
    """Rows of one household are 150 households apart, and so in two units."""
    father = man("P-1", "Pahor", birth_date="", age="45")
    await sent(shared, csv_of([father]))
    others = [head(f"P-{number}", f"Pena{number}", birth_date="", age="30") for number in range(100, 250)]
    son = {**SON, "household": "P-1", "given_name": "Pahor"}
    early, late = child("P-2", "Pela"), head("P-2", "Pola")
    strangers, known = child("P-1", "Pira", region="south"), {**father, "region": ""}
    rows = [
        son,
        early,
        strangers,
        *others,
        father,
        late,
        known,
        head("P-100", "Pena100", birth_date="", age="30"),
    ]
    content = csv_of(rows)
    for report in (await sent(shared, content, dry=True), await sent(shared, content)):
        figures = {name: report[name] for name in ("people", "already_there", "namesakes", "unsure", "twice")}
        assert figures == {"people": 154, "already_there": 1, "namesakes": 1, "unsure": 0, "twice": 2}, (
            figures
        )
        assert [each["row"] for each in report["errors"]] == [157, 158]
        assert report["rows"] == len(rows)
    again = await sent(shared, content)
    assert (again["people"], again["already_there"], again["twice"]) == (0, 154 + 1, 2)
