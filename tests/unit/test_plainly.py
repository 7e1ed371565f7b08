"""No library speaks to whoever wrote a file: each message says in plain words what to write."""

import tomllib
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from services.intake.importing.mapping import Mapped, mapping_of
from shared.cli.load.kinds import KINDS
from shared.cli.load.rows import Raw, checked
from shared.outcomes import Refused
from shared.plainly import NotToml, reason_of, toml_of

BROKEN = [
    ("a", "line 1: write a name, = and"),
    ("a = 1\na = 2", "line 2: this name stands twice"),
    ("[a]\n[a]", "line 2: this name stands twice"),
    ('a = "x\nb = 1', "line 1: a text has no closing quote"),
    ("a = [1, 2", "closing ]"),
    ("a = { b = 1", "closing }"),
    ("[a", "closing bracket"),
    ("a = 1 b = 2", "line 1: one NAME = VALUE per line"),
    ("a = word", "line 1: text stands in quotes"),
    ("a = 2027-13-40", "line 1:"),
    ("a = 2027-02-30", "line 1: this date is in no calendar"),
    ('a = "\\x"', r"in a text \ is written \\"),
    ('a = "\x00"', "a character that nobody sees"),
    ("a = " + "[" * 100_000, "too deep"),
]
PYDANTIC = (
    "Input should",
    "required",
    "valid ",
    "String should",
    "Extra inputs",
    "pydantic",
    "^[",
    "Expected",
    "Cannot",
    "after validation",
    "Value error",
)


@pytest.mark.parametrize(("text", "words"), BROKEN)
def test_a_line_that_is_not_toml_is_named_with_what_to_write(text: str, words: str) -> None:
    with pytest.raises(NotToml) as caught:
        toml_of(text)
    assert words in str(caught.value)


def foreign(said: str) -> list[str]:
    return [words for words in PYDANTIC if words in said]


@given(st.text(max_size=60))
def test_no_text_is_answered_in_a_librarys_words(text: str) -> None:
    said = ""
    try:
        assert toml_of(text) == tomllib.loads(text)
    except NotToml as error:
        said = str(error)
    assert not foreign(said)


class Strange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    text: str = ""
    number: int = 0
    yes: bool = False
    some: list[str] = []
    table: dict[str, str] = {}
    id: UUID = UUID(int=0)
    few: Annotated[list[int], Field(min_length=1, max_length=2)] = [1]
    part: Annotated[float, Field(gt=0, lt=1)] = 0.5
    at: AwareDatetime | None = None
    codes: frozenset[str] = frozenset()
    pair: tuple[int, int] = (1, 2)
    entry: "Strange | None" = None


@pytest.mark.parametrize(
    "value",
    [None, 7, 1.5, True, [], {}, "x", [7], {"a": 7}, "x" * 10_000, [1, 2, 3], "9" * 5_000, "2027-02-30"],
)
@pytest.mark.parametrize("name", [*Strange.model_fields, "unknown"])
def test_a_value_of_another_sort_is_told_plainly(name: str, value: Any) -> None:
    said = ""
    try:
        Strange.model_validate({name: value})
    except ValidationError as error:
        said = "; ".join(map(reason_of, error.errors()))
    assert not foreign(said)


@pytest.mark.parametrize("value", ["", "so wrong", "x" * 200, 1.5, -1, 10**20, [], {}, True])
@pytest.mark.parametrize(
    ("sheet", "name"), [(kind.sheet, name) for kind in KINDS for name in kind.model_fields]
)
def test_every_cell_of_a_store_file_is_told_plainly(sheet: str, name: str, value: Any) -> None:
    for fault in checked([Raw(sheet, "here", {name: value})]).bad:
        assert not foreign(fault.reason), fault


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("headings", "line 1: write a name, ="),
        ("headings = 3", "must be a table"),
        ("[headings]\na = 3", "must be text"),
        ("[options]\nsize_from_age = 7", "must be true or false"),
        ('[options]\nfull_name = "x"', "is none of"),
        ("[surprise]", "is not known here"),
    ],
)
def test_a_mapping_file_is_told_what_is_wrong_with_it(text: str, words: str) -> None:
    refused = mapping_of(text.encode())
    assert isinstance(refused, Refused)
    assert words in f"{refused.words} {refused.fields}"
    assert isinstance(mapping_of(b""), Mapped)
