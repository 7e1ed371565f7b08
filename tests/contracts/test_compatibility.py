"""The comparison of two schemas: each kind of change, and what is said about it."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

import pytest
from pydantic import BaseModel, Field, create_model

from shared.contracts.compatibility import breaking_changes


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class OnlyRed(StrEnum):
    RED = "red"


class MoreColours(StrEnum):
    RED = "red"
    BLUE = "blue"
    GREEN = "green"


class Part(BaseModel):
    id: UUID


class GrownPart(BaseModel):
    id: UUID
    size: str | None = None


class ShrunkPart(BaseModel):
    size: str | None = None


def changes(old: dict[str, object], new: dict[str, object]) -> list[str]:
    def schema(fields: dict[str, object]) -> dict[str, object]:
        made: type[BaseModel] = create_model("Fact", **fields)  # type: ignore[call-overload]
        return made.model_json_schema()

    return breaking_changes(schema(old), schema(new))


BASE: dict[str, object] = {"id": (UUID, ...), "count": (int, ...)}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BASE, BASE),
        (BASE, {**BASE, "depot": (str | None, None)}),
        (BASE, {**BASE, "reason": (str, "")}),
        (BASE, {**BASE, "lines": (tuple[Part, ...], ())}),
        ({"lines": (tuple[Part, ...], ...)}, {"lines": (tuple[GrownPart, ...], ...)}),
        ({"count": (Annotated[int, Field(description="old words")], ...)}, {"count": (int, ...)}),
        ({"a": (int, ...), "b": (str, ...)}, {"b": (str, ...), "a": (int, ...)}),
    ],
    ids=[
        "same",
        "optional",
        "with a default",
        "optional list",
        "optional in a part",
        "other words",
        "other order",
    ],
)
def test_a_contract_may_grow(old: dict[str, object], new: dict[str, object]) -> None:
    assert changes(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (BASE, {"id": (UUID, ...)}, ["count: was removed or renamed"]),
        (
            BASE,
            {"id": (UUID, ...), "amount": (int, ...)},
            ["count: was removed or renamed", "amount: is new and required"],
        ),
        (BASE, {**BASE, "depot": (str, ...)}, ["depot: is new and required"]),
        ({"depot": (str, "")}, {"depot": (str, ...)}, ["depot: became required"]),
        ({"depot": (str, ...)}, {"depot": (str, "")}, ["depot: became optional"]),
        (BASE, {**BASE, "count": (str, ...)}, ["count: type changed from 'integer' to 'string'"]),
        ({"id": (UUID, ...)}, {"id": (str, ...)}, ["id: format changed from 'uuid' to None"]),
        (
            {"count": (Annotated[int, Field(le=10)], ...)},
            {"count": (Annotated[int, Field(le=9)], ...)},
            ["count: maximum changed from 10 to 9"],
        ),
        (
            {"code": (Annotated[str, Field(max_length=10)], ...)},
            {"code": (Annotated[str, Field(max_length=20)], ...)},
            ["code: maxLength changed from 10 to 20"],
        ),
        ({"code": (str, ...)}, {"code": (Annotated[str, Field(max_length=9)], ...)}, ["code: maxLength"]),
        ({"colour": (Colour, ...)}, {"colour": (OnlyRed, ...)}, ["'blue'"]),
        ({"colour": (Colour, ...)}, {"colour": (MoreColours, ...)}, ["'green' is new"]),
        ({"colour": (str, ...)}, {"colour": (Colour, ...)}, ["a list of allowed values was added"]),
        ({"on": (str | None, ...)}, {"on": (str, ...)}, ["on: "]),
        ({"on": (str, ...)}, {"on": (str | None, ...)}, ["on: "]),
        ({"reason": (str, "")}, {"reason": (str, "none")}, ["reason: default changed"]),
        ({"lines": (tuple[Part, ...], ...)}, {"lines": (Part, ...)}, ["lines: "]),
        (
            {"lines": (tuple[Part, ...], ...)},
            {"lines": (tuple[ShrunkPart, ...], ...)},
            ["lines[].id: was removed"],
        ),
        ({"lines": (tuple[int, ...], ...)}, {"lines": (tuple[str, ...], ...)}, ["lines[]: type changed"]),
    ],
    ids=[
        "removed",
        "renamed",
        "new required",
        "became required",
        "became optional",
        "other type",
        "other format",
        "narrowed",
        "widened",
        "newly limited",
        "value taken from an enum",
        "value added to an enum",
        "text became an enum",
        "no longer nullable",
        "became nullable",
        "other default",
        "list became one",
        "removed in a part",
        "other type in a list",
    ],
)
def test_any_other_change_is_named(old: dict[str, object], new: dict[str, object], words: list[str]) -> None:
    found = "\n".join(changes(old, new))
    assert found
    for each in words:
        assert each in found
