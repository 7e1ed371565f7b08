"""What may change in a contract within its version: new optional fields, and nothing else.

Facts travel in both directions of time: an old consumer hears a new publisher, and a new consumer is fed again from
an old journal. So a field that is there stays as it is; to widen it breaks the one, to narrow it the other.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared.contracts.base import Contract

Schema = Mapping[str, Any]

FOR_READERS = {"title", "description", "examples"}
ELSEWHERE = {"$defs", "properties", "required", "enum", "items", "anyOf", "oneOf", "allOf", "prefixItems"}


def schema_of(contract: type[Contract]) -> dict[str, Any]:
    """The JSON schema that a message of this contract has to fit."""
    return contract.model_json_schema()


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """What in `new` an old consumer or an old message cannot bear, in words; empty if it only grew."""
    return list(_Comparison(old.get("$defs", {}), new.get("$defs", {})).of(old, new, ""))


class _Comparison:
    def __init__(self, old_parts: Schema, new_parts: Schema) -> None:
        self._old_parts = old_parts
        self._new_parts = new_parts

    def of(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        old, new = _followed(old, self._old_parts), _followed(new, self._new_parts)
        yield from self._fields(old, new, place)
        yield from self._enum(old, new, place)
        if ("items" in old) and ("items" in new):
            yield from self.of(old["items"], new["items"], f"{place}[]")
        elif ("items" in old) or ("items" in new):
            yield f"{_named(place)}: what it holds changed"
        for key in ("anyOf", "oneOf", "allOf", "prefixItems"):
            yield from self._alternatives(old.get(key, []), new.get(key, []), place)
        for key in sorted((old.keys() | new.keys()) - FOR_READERS - ELSEWHERE):
            if old.get(key) != new.get(key):
                yield f"{_named(place)}: {key} changed from {old.get(key)!r} to {new.get(key)!r}"

    def _fields(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("properties", {}), new.get("properties", {})
        had_to, has_to = set(old.get("required", [])), set(new.get("required", []))
        for name in before:
            where = f"{place}.{name}".lstrip(".")
            if name not in after:
                yield f"{where}: was removed or renamed"
                continue
            if (name in had_to) != (name in has_to):
                yield f"{where}: became {'required' if name in has_to else 'optional'}"
            yield from self.of(before[name], after[name], where)
        for name in after.keys() - before.keys():
            if name in has_to:
                yield f"{f'{place}.{name}'.lstrip('.')}: is new and required"

    def _enum(self, old: Schema, new: Schema, place: str) -> Iterator[str]:
        before, after = old.get("enum"), new.get("enum")
        if (before is None) != (after is None):
            yield f"{_named(place)}: a list of allowed values was {'added' if after else 'taken away'}"
        for value in [each for each in before or [] if each not in (after or [])] if after else []:
            yield f"{_named(place)}: the value {value!r} was taken away; old messages have it"
        for value in [each for each in after or [] if each not in (before or [])] if before else []:
            yield f"{_named(place)}: the value {value!r} is new; old consumers refuse it"

    def _alternatives(self, old: list[Schema], new: list[Schema], place: str) -> Iterator[str]:
        if len(old) != len(new):
            yield f"{_named(place)}: the number of alternatives changed"
            return
        for before, after in zip(old, new, strict=True):
            yield from self.of(before, after, place)


def _followed(schema: Schema, parts: Schema) -> Schema:
    """The part that a reference names, with what stands beside the reference."""
    reference = schema.get("$ref")
    if reference is None:
        return schema
    beside = {key: value for key, value in schema.items() if key != "$ref"}
    return {**parts[str(reference).removeprefix("#/$defs/")], **beside}


def _named(place: str) -> str:
    return place or "the contract"
