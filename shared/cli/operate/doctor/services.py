"""What each service says of itself, and whether intake and inventory know the same households."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import httpx

from shared.cli.operate.doctor.compare import NotSorted, side_by_side
from shared.cli.operate.doctor.report import Finding
from shared.cli.stack import Stack

Known = tuple[int, bool, int]
"""Version, whether it is active, and its people if it is."""


async def service_findings(stack: Stack, client: httpx.AsyncClient) -> list[Finding]:
    """Each service's own counts, from `GET /checks`; one that does not answer is a breach."""
    answers = Finding("services: answer", counted=len(stack.services))
    findings = [answers]
    for name, service in stack.services.items():
        try:
            answer = (await client.get(f"{service.url}/checks")).raise_for_status()
        except httpx.HTTPError:
            answers.breaches += 1
            continue
        counts = answer.json()
        findings += [Finding(f"{name}: {each['name']}", each["counted"], each["breaches"]) for each in counts]
    return findings


async def household_finding(stack: Stack, client: httpx.AsyncClient, excused: set[str]) -> Finding:
    """Intake's households beside inventory's: the same ones, at the same version, with as many people.

    `excused`: ids of those with a message that is parked or discarded; they are counted, and may differ.
    """
    finding = Finding("households: intake and inventory know the same")
    registered = _households(client, stack.services["intake"].url)
    heard_of = _households(client, stack.services["inventory"].url)
    try:
        async for pair in side_by_side(registered, heard_of):
            finding.counted += 1
            same = len(pair.left) == 1 and pair.left == pair.right
            if not same and str(pair.key) not in excused:
                finding.unsettled.add(pair.key.bytes)
    except (httpx.HTTPError, NotSorted, ValueError, KeyError):
        finding.breaches += 1
    return finding


async def _households(client: httpx.AsyncClient, url: str) -> AsyncIterator[tuple[UUID, Known]]:
    """The lines of `GET /checks/households`, which come in the order of their ids."""
    async with client.stream("GET", f"{url}/checks/households") as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            each = json.loads(line)
            people = each["people"] if each["active"] else 0
            yield UUID(each["household_id"]), (each["version"], each["active"], people)
