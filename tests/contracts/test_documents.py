"""The AsyncAPI documents: of version 3, as the code is now, with the contracts' own schemas."""

import json
from typing import Any

import pytest

from shared.cli.develop.docs import ASYNCAPI, documents, text_of
from shared.contracts import SERVICES, heard_by, said_by


@pytest.fixture(scope="module")
def asyncapi() -> dict[str, dict[str, Any]]:
    return {name: documents(name)["asyncapi"] for name in SERVICES}


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_document_is_fresh(service: str, asyncapi: dict[str, dict[str, Any]]) -> None:
    committed = (ASYNCAPI / f"{service}.json").read_text()
    assert committed == text_of(asyncapi[service]), "./relief docs writes it anew"


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_hears_and_says_has_the_contracts_schemas(
    service: str, asyncapi: dict[str, dict[str, Any]]
) -> None:
    document = asyncapi[service]
    assert document["asyncapi"].startswith("3.")
    addresses = {name: channel["address"] for name, channel in document["channels"].items()}
    actions = {addresses[name]: each["action"] for name, each in document["operations"].items()}
    heard = {contract.wire: "receive" for contract in heard_by(service)}
    said = {contract.wire: "send" for contract in said_by(service)}
    assert actions == heard | said
    for contract in [*heard_by(service), *said_by(service)]:
        written = json.loads(
            json.dumps(contract.model_json_schema()).replace("#/$defs/", "#/components/schemas/")
        )
        written.pop("$defs", None)
        assert document["components"]["schemas"][contract.__name__] == written
