"""Names of queues and who may touch them."""

import base64
import hashlib
import re
from typing import Any

import pytest

from shared.contracts import CONTRACTS, HEARD_BY, SERVICES
from shared.contracts.intake import HouseholdRegistered
from shared.messaging.definitions import definitions, password_hash
from shared.messaging.names import facts_exchange, parked
from shared.messaging.topology import Topology

DELAYS = (1, 10, 60, 600, 3600)


def test_a_queue_is_named_by_consumer_and_contract_and_hears_that_contract() -> None:
    queue = Topology("inventory", DELAYS).queue(HouseholdRegistered)
    assert queue.name == "inventory.intake.household_registered.v1"
    assert queue.routing_key == "intake.household_registered.v1"
    assert queue.durable
    arguments = dict(queue.arguments or {})
    assert arguments["x-queue-type"] == "quorum"
    assert arguments["x-dead-letter-exchange"] == "inventory"
    assert arguments["x-dead-letter-routing-key"] == parked(queue.name)
    assert arguments["x-dead-letter-strategy"] == "at-least-once"


def test_each_failure_waits_longer_until_there_is_no_more_waiting() -> None:
    topology = Topology("inventory", DELAYS)
    waits = [topology.retry(attempt) for attempt in range(1, 7)]
    names = [each.name for each in waits if each]
    assert names == [f"inventory.retry.{seconds}s" for seconds in DELAYS]
    assert waits[-1] is None


@pytest.fixture(scope="module")
def loaded() -> dict[str, Any]:
    return definitions({name: f"secret of {name}" for name in SERVICES}, "operator's secret", "relief")


def may(loaded: dict[str, Any], user: str, what: str, name: str) -> bool:
    permission = next(each for each in loaded["permissions"] if each["user"] == user)
    return re.search(permission[what], name) is not None


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_do_all_it_needs_with_its_own(service: str, loaded: dict[str, Any]) -> None:
    topology = Topology(service, DELAYS)
    own = [topology.own.name, f"{service}.retry.1s"]
    for contract, consumers in HEARD_BY.items():
        if service in consumers:
            own += [topology.queue_name(contract), parked(topology.queue_name(contract))]
    for name in own:
        assert all(may(loaded, service, what, name) for what in ("configure", "write", "read")), name
    assert may(loaded, service, "write", facts_exchange(service))
    for exchange, queue, _ in topology.bindings():
        assert may(loaded, service, "read", exchange), exchange
        assert may(loaded, service, "write", queue), queue


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_do_nothing_with_what_is_anothers(service: str, loaded: dict[str, Any]) -> None:
    for other in set(SERVICES) - {service}:
        for name in (
            other,
            f"{other}.intake.household_registered.v1",
            f"{other}.retry.1s",
            f"{service}x",
            f"x{service}",
        ):
            assert not any(may(loaded, service, what, name) for what in ("configure", "write", "read")), name
        assert not may(loaded, service, "write", facts_exchange(other))
    for name in (f"{service}.spy", "amq.default", "amq.topic", "amq.gen-1", "relief", ""):
        assert not any(may(loaded, service, what, name) for what in ("configure", "write", "read")), name


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_may_change_an_exchange_on_which_facts_are_said(
    service: str, loaded: dict[str, Any]
) -> None:
    assert {each["name"] for each in loaded["exchanges"]} == {facts_exchange(each) for each in SERVICES}
    for publisher in SERVICES:
        assert not may(loaded, service, "configure", facts_exchange(publisher))


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_may_be_bound_by_the_keys_of_what_it_hears_alone(
    service: str, loaded: dict[str, Any]
) -> None:
    topic = {each["exchange"]: each for each in loaded["topic_permissions"] if each["user"] == service}
    assert topic.keys() == {facts_exchange(each) for each in SERVICES}
    for wire, contract in CONTRACTS.items():
        exchange = facts_exchange(contract.publisher())
        hears, allowed = service in HEARD_BY[contract], topic[exchange]
        assert may(loaded, service, "read", exchange) or not hears
        for key in (wire, f"{wire}.for.{service}"):
            assert (re.search(allowed["read"], key) is not None) is hears
        for key in ("#", "*.*.*", f"{wire}.#", f"{wire}.for.another", f"x{wire}"):
            assert not re.search(allowed["read"], key)
        assert (re.search(allowed["write"], wire) is not None) is (contract.publisher() == service)


def test_passwords_are_hashed_as_the_broker_does_and_stay_the_same(loaded: dict[str, Any]) -> None:
    raw = base64.b64decode(password_hash("intake", "secret of intake"))
    assert raw[4:] == hashlib.sha256(raw[:4] + b"secret of intake").digest()
    assert password_hash("intake", "secret of intake") == password_hash("intake", "secret of intake")
    assert "secret of" not in str(loaded)
    assert {each["name"] for each in loaded["users"]} == {*SERVICES, "operator"}
