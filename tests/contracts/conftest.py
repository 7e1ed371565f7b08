"""Every contract, and made-up facts of it."""

import re
import types
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from typing import Annotated, Any, Union, get_args, get_origin
from uuid import UUID

import annotated_types
import pytest
from hypothesis import strategies as st
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from shared.contracts import CONTRACTS

PLAIN: dict[type, Callable[[], st.SearchStrategy[Any]]] = {
    UUID: st.uuids,
    date: st.dates,
    datetime: lambda: st.datetimes(timezones=st.just(UTC)),
    bool: st.booleans,
}

CODES = ("a", "ko", "north-2", "some_days", "first-aid_kit.2", "LF-06-0042", "JPY")
"""For texts with a pattern: making any that fits takes long."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "facts" in metafunc.fixturenames:
        both = [(contract, facts_of(contract)) for contract in CONTRACTS.values()]
        metafunc.parametrize(("contract", "facts"), both, ids=list(CONTRACTS))
    elif "contract" in metafunc.fixturenames:
        metafunc.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))


def facts_of(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    """Facts of a contract, or parts of one, that fit it whatever its fields."""
    fields = {name: _values(each.annotation, each.metadata) for name, each in model.model_fields.items()}
    return st.builds(model, **fields)


def _values(annotation: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(inner[0], [*limits, *_limits(inner[1:])])
    if origin in (Union, types.UnionType):
        return st.one_of(*(_values(each, limits) for each in inner))
    if origin in (tuple, frozenset):
        made = st.lists(_values(inner[0], []), max_size=3)
        return made.map(tuple if origin is tuple else frozenset)
    return _plain(annotation, limits)


def _plain(kind: Any, limits: list[Any]) -> st.SearchStrategy[Any]:
    if kind is types.NoneType:
        return st.none()
    if kind is int:
        low = next((each.ge for each in limits if isinstance(each, annotated_types.Ge)), None)
        high = next((each.le for each in limits if isinstance(each, annotated_types.Le)), None)
        return st.integers(low, high)  # type: ignore[arg-type]
    if kind is str:
        return _text(limits)
    if issubclass(kind, Enum):
        return st.sampled_from(kind)
    if issubclass(kind, BaseModel):
        return facts_of(kind)
    return PLAIN[kind]()


def _text(limits: list[Any]) -> st.SearchStrategy[str]:
    if pattern := next((each.pattern for each in limits if getattr(each, "pattern", None)), None):
        return st.sampled_from([each for each in CODES if re.fullmatch(pattern, each)])
    longest = next((each.max_length for each in limits if isinstance(each, annotated_types.MaxLen)), 30)
    return st.text(st.characters(codec="utf-8"), max_size=min(longest, 30))


def _limits(metadata: tuple[Any, ...]) -> list[Any]:
    return [
        limit for each in metadata for limit in (each.metadata if isinstance(each, FieldInfo) else [each])
    ]
