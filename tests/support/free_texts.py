"""Where staff can type words of their own: all that a changing request takes as text, as its service documents it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.cli.wiring import application

TYPED = ("Hong Gil-dong, of Hyesan", "gildong@example.org", "+81 90 1234 5678", "https://example.org/gildong")
"""What tells of somebody: a free text takes one of these, and a code takes none."""


class FreeText(NamedTuple):
    """A field of a request: `path` without /api, `place` like `members[].given_name`, `header idempotency-key`."""

    service: str
    path: str
    place: str


class Filter(NamedTuple):
    """A free text in the address of a request that only looks."""

    path: str
    name: str


def free_texts(service: str) -> set[FreeText]:
    """Every free text in the body or the headers of a request that changes or discloses something."""
    document = application(service).openapi()
    return {
        FreeText(service, path.removeprefix("/api"), place)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
        if method != "get"
        for place in _Operation(document, operation).places()
    }


def filters(service: str) -> list[Filter]:
    """Every free text in the address of a list."""
    document = application(service).openapi()
    return [
        Filter(path.removeprefix("/api"), place.removeprefix("query "))
        for path, operations in document["paths"].items()
        if "get" in operations and "{" not in path
        for place in _Operation(document, operations["get"]).places()
    ]


class _Operation:
    def __init__(self, document: Mapping[str, Any], operation: Mapping[str, Any]) -> None:
        self._schemas = document.get("components", {}).get("schemas", {})
        self._operation = operation

    def places(self) -> Iterator[str]:
        for each in self._operation.get("parameters", []):
            yield from self._in(each["schema"], f"{each['in']} {each['name']}")
        for content in self._operation.get("requestBody", {}).get("content", {}).values():
            yield from self._in(content["schema"], "")

    def _in(self, schema: Mapping[str, Any], place: str) -> Iterator[str]:
        if "$ref" in schema:
            yield from self._in(self._schemas[schema["$ref"].rpartition("/")[2]], place)
        if schema.get("type") == "string" and _takes_words(schema):
            yield place
        for name, each in schema.get("properties", {}).items():
            yield from self._in(each, f"{place}.{name}".lstrip("."))
        for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
            yield from self._in(each, place)
        for key in ("items", "additionalProperties"):
            if isinstance(each := schema.get(key), Mapping):
                yield from self._in(each, f"{place}[]")


def _takes_words(schema: Mapping[str, Any]) -> bool:
    """Whether it takes words, a mail, a number or an address; a file does, it is full of them."""
    if schema.keys() & {"enum", "const"} or schema.get("format") in {"uuid", "date", "date-time"}:
        return False
    return any(re.search(schema.get("pattern", ""), each) for each in TYPED)
