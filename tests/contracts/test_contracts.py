"""What every contract promises: its name, its form, what it may never carry, and that it only grows."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args
from uuid import UUID

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from shared.cli.develop.contracts import snapshots
from shared.contracts import CONTRACTS, HEARD_BY, SERVICES, heard_by, said_by
from shared.contracts.base import Contract
from shared.contracts.compatibility import breaking_changes, schema_of
from shared.messaging.envelope import Envelope, headers_of, pack, seal, unpack, unseal

WIRE = re.compile(r"(?P<publisher>[a-z]+)\.[a-z]+(_[a-z]+)*\.v[1-9][0-9]*")
PERSONAL = {
    "name",
    "names",
    "birth",
    "birthday",
    "born",
    "given",
    "family",
    "surname",
    "passport",
    "place",
    "note",
    "notes",
    "photo",
    "phone",
    "email",
    "address",
}


def parts(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A contract and the parts it is made of."""
    yield model
    for field in model.model_fields.values():
        for kind in _kinds(field.annotation):
            if issubclass(kind, BaseModel):
                yield from parts(kind)


def _kinds(annotation: Any) -> Iterator[type]:
    if get_args(annotation):
        for each in get_args(annotation):
            yield from _kinds(each)
    elif isinstance(annotation, type):
        yield annotation


def test_the_wire_name_is_publisher_fact_and_version(contract: type[Contract]) -> None:
    found = WIRE.fullmatch(contract.wire)
    assert found
    assert found["publisher"] in SERVICES
    assert contract.publisher() == found["publisher"]
    assert contract.__module__ == f"shared.contracts.{found['publisher']}"


def test_every_contract_has_a_wire_name_of_its_own_and_consumers_that_exist() -> None:
    assert len(CONTRACTS) == len(HEARD_BY)
    assert {each for consumers in HEARD_BY.values() for each in consumers} <= set(SERVICES)
    assert {each for name in SERVICES for each in said_by(name)} == set(HEARD_BY)
    assert not [each.wire for name in SERVICES for each in heard_by(name) if each.publisher() == name]


def test_it_says_what_it_means(contract: type[Contract]) -> None:
    assert contract.__doc__
    assert contract.__doc__ != Contract.__doc__


def test_it_cannot_be_changed(contract: type[Contract]) -> None:
    for part in parts(contract):
        assert part.model_config.get("frozen"), part
        assert part.model_config.get("extra") == "ignore", part
        for name, field in part.model_fields.items():
            assert not {list, dict, set, bytearray} & set(_kinds(field.annotation)), (part, name)


def test_its_version_counts_from_one_and_fits_its_column(contract: type[Contract]) -> None:
    field = schema_of(contract)["properties"].get("version")
    assert field is None or (field["minimum"], field["maximum"]) == (1, 2**31 - 1)


def test_it_holds_whole_numbers_only(contract: type[Contract]) -> None:
    assert '"type":"number"' not in orjson.dumps(schema_of(contract)).decode()
    for part in parts(contract):
        assert not [
            name for name, field in part.model_fields.items() if float in set(_kinds(field.annotation))
        ]


def test_it_carries_nothing_personal(contract: type[Contract]) -> None:
    found = [
        f"{part.__name__}.{name}"
        for part in parts(contract)
        for name in part.model_fields
        if PERSONAL & set(name.split("_"))
    ]
    assert found == []


BOUNDS = {"format", "enum", "const", "maximum", "exclusiveMaximum"}


def test_its_texts_are_codes_and_its_numbers_are_bounded(contract: type[Contract]) -> None:
    """A text that takes words, as people type them, would carry names sooner or later."""

    def unbounded(schema: Any, place: str) -> Iterator[str]:
        if isinstance(schema, list):
            for each in schema:
                yield from unbounded(each, place)
        elif isinstance(schema, dict):
            text = schema.get("type") == "string" and not schema.keys() & BOUNDS
            words = text and (
                "maxLength" not in schema or re.search(schema.get("pattern", ""), "Hong Gil-dong")
            )
            if words or (schema.get("type") == "integer" and not schema.keys() & BOUNDS):
                yield place
            for key, each in schema.items():
                yield from unbounded(each, f"{place}.{key}")

    assert list(unbounded(schema_of(contract), contract.wire)) == []


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_a_fact_comes_back_as_it_went(
    contract: type[Contract], facts: st.SearchStrategy[Contract], data: st.DataObject
) -> None:
    fact = data.draw(facts)
    assert contract.model_validate_json(fact.model_dump_json()) == fact
    assert isinstance(fact.subject, UUID)


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_unknown_fields_are_ignored(
    contract: type[Contract], facts: st.SearchStrategy[Contract], data: st.DataObject
) -> None:
    def grown(value: Any) -> Any:
        if isinstance(value, dict):
            return {**{key: grown(each) for key, each in value.items()}, "not_known_yet": [1, {"a": None}]}
        return [grown(each) for each in value] if isinstance(value, list) else value

    fact = data.draw(facts)
    text = orjson.dumps(grown(orjson.loads(fact.model_dump_json())))
    assert contract.model_validate_json(text) == fact


@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_a_fact_cannot_be_altered(
    contract: type[Contract], facts: st.SearchStrategy[Contract], data: st.DataObject
) -> None:
    fact = data.draw(facts)
    name = data.draw(st.sampled_from(sorted(contract.model_fields)))
    with pytest.raises(ValidationError):
        setattr(fact, name, getattr(fact, name))


@settings(max_examples=50, deadline=None)
@given(data=st.data(), now=st.datetimes(timezones=st.just(UTC)))
def test_an_envelope_comes_back_from_the_wire_and_from_the_outbox(
    contract: type[Contract], facts: st.SearchStrategy[Contract], data: st.DataObject, now: datetime
) -> None:
    cause = seal(data.draw(facts), now)
    envelope = seal(data.draw(facts), now, cause)
    message = (str(envelope.id), headers_of(envelope), envelope.data.encode())
    assert unseal(*message) == envelope
    assert unpack(pack([cause, envelope])) == [cause, envelope]
    assert contract.model_validate_json(unseal(*message).data).subject == envelope.subject
    assert _digest_is_of_the_content(envelope)


def _digest_is_of_the_content(envelope: Envelope) -> bool:
    again = unseal(None, headers_of(envelope), envelope.data.encode())
    other = unseal(None, headers_of(envelope), envelope.data.encode() + b" ")
    return again.digest == envelope.digest != other.digest


def test_it_only_grew_since_it_was_written_down(contract: type[Contract]) -> None:
    known = snapshots().get(contract.wire)
    assert known is not None, f"{contract.wire} is new: write it down with ./relief contracts accept"
    assert breaking_changes(known, schema_of(contract)) == []
    assert known == schema_of(contract), f"{contract.wire} grew: write it down with ./relief contracts accept"


def test_no_contract_that_was_written_down_is_gone() -> None:
    assert snapshots().keys() - CONTRACTS.keys() == set()
