"""No reader of a refused request has to know what a pattern means."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.cli.wiring import application
from shared.contracts import talking
from shared.plainly import SHAPES


def patterns(schema: Any) -> Iterator[str]:
    """All patterns of text in a schema."""
    if isinstance(schema, dict):
        if isinstance(found := schema.get("pattern"), str):
            yield found
        schema = list(schema.values())
    if isinstance(schema, list):
        for each in schema:
            yield from patterns(each)


@pytest.mark.parametrize("service", talking())
def test_every_pattern_of_a_request_is_told_by_an_example(service: str) -> None:
    assert set(patterns(application(service).openapi())) - SHAPES.keys() == set()


@pytest.mark.parametrize(("pattern", "words"), SHAPES.items())
def test_each_example_is_one(pattern: str, words: str) -> None:
    example = re.split(r": |, ", words)[0]
    assert re.search(pattern, example), example
