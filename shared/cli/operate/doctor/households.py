"""Whether those who hear of households know the same ones as the service that registers them."""

import json
from collections.abc import AsyncIterator, Collection, Mapping
from http import HTTPStatus
from uuid import UUID

import httpx

from shared.cli.operate.doctor.compare import NotSorted, side_by_side
from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.report import Finding
from shared.cli.stack import Stack
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdState

Known = tuple[int, bool, int]
"""Version, whether it is active, and its people if it is."""


class Codes:
    """Which household each code stands for, whichever service says so: people ask for a household by its code.

    A publisher that was restored alone gives codes again that it gave to others since the backup.
    """

    def __init__(self) -> None:
        self.finding = Finding("households: no code stands for two")
        self._seen: dict[str, str] = {}

    def add(self, code: str, household_id: str) -> None:
        if not code:
            return
        first = self._seen.setdefault(code, household_id)
        if first != household_id:
            self.finding.breaches += 1
            self.finding.details.append(f"{code} stands for {first} and {household_id}")
        self.finding.counted = len(self._seen)


class NotServed(Exception):
    """A service that does not say which households it knows."""


def pairs(stack: Stack) -> list[tuple[str, str]]:
    """Who says the state of households to whom, by the contracts, among the services of the stack."""
    found = [
        (contract.publisher(), consumer)
        for contract, consumers in HEARD_BY.items()
        if issubclass(contract, HouseholdState)
        for consumer in consumers
    ]
    return [pair for pair in dict.fromkeys(found) if set(pair) <= stack.services.keys()]


async def household_findings(
    stack: Stack, client: httpx.AsyncClient, excused: Mapping[str, Collection[str]], feeds: Feeds
) -> list[Finding]:
    """The publisher's households beside each consumer's: the same ones, at the same version, with as many people.

    `excused`: by consumer, ids of those with a message that it has parked or discarded; they are counted, and may
    differ there. A consumer that keeps no households, and so serves no `/checks/households`, is left out.
    """
    findings, codes = [], Codes()
    for publisher, consumer in pairs(stack):
        finding = Finding(f"households: {publisher} and {consumer} know the same")
        try:
            await _compare(stack, client, (publisher, consumer), excused.get(consumer, ()), finding, codes)
        except NotServed as error:
            if str(error) == consumer:
                continue
            finding.breaches += 1
        except (httpx.HTTPError, NotSorted, ValueError, KeyError):
            finding.breaches += 1
        if feeds.under_way_to(consumer):
            finding.feeding, finding.unsettled = len(finding.unsettled), set()
        findings.append(finding)
    return [*findings, codes.finding] if codes.finding.counted else findings


async def _compare(
    stack: Stack,
    client: httpx.AsyncClient,
    pair_of: tuple[str, str],
    excused: Collection[str],
    finding: Finding,
    codes: Codes,
) -> None:
    registered, heard_of = (_households(stack, client, name, codes) for name in pair_of)
    async for pair in side_by_side(registered, heard_of):
        finding.counted += 1
        same = len(pair.left) == 1 and pair.left == pair.right
        if not same and str(pair.key) not in excused:
            finding.unsettled.add(pair.key.bytes)


async def _households(
    stack: Stack, client: httpx.AsyncClient, name: str, codes: Codes
) -> AsyncIterator[tuple[UUID, Known]]:
    """The lines of `GET /checks/households`, which come in the order of their ids."""
    async with client.stream("GET", f"{stack.services[name].url}/checks/households") as answer:
        if answer.status_code == HTTPStatus.NOT_FOUND:
            raise NotServed(name)
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            each = json.loads(line)
            codes.add(each.get("code", ""), each["household_id"])
            people = each["people"] if each["active"] else 0
            yield UUID(each["household_id"]), (each["version"], each["active"], people)
