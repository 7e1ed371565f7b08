"""Whether what one service says of things is what another one keeps of them, by their ids."""

import json
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import httpx

from shared.cli.operate.doctor.compare import NotSorted, Pair, side_by_side
from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.report import Finding
from shared.cli.stack import Stack

State = Mapping[str, Any]


class Line(NamedTuple):
    """A thing as a service has it; messages about the ids of `of` may change it too."""

    state: State
    of: tuple[str, ...]


Fits = Callable[[State | None, State | None], bool]


def same(said: State | None, kept: State | None) -> bool:
    """What is kept is what was said, in all that both serve."""
    return said == kept


def gift_goes_on(said: State | None, kept: State | None) -> bool:
    """A gift that has children is live, and for so many."""
    if kept is None:
        return True
    live = said is not None and said["purpose"] == "education" and said["status"] not in ("lapsed", "ended")
    return live and said is not None and kept["children"] <= said["children"]


def agreed_to_speak(said: State | None, kept: State | None) -> bool:
    """No minor is a speaker. Who is planned to speak has agreed to it, and it holds on the day of events."""
    if kept is None:
        return True
    if said is None or not said["of_age"]:
        return False
    if not kept["planned"]:
        return True
    if not said["agreed"] or "speaking" not in said["scopes"]:
        return False
    return bool(said["until"] is None or said["until"] >= kept["today"])


def learns_as_wished(said: State | None, kept: State | None) -> bool:
    """Who has a place or waits for one is named by a request that stands."""
    if kept is None:
        return True
    return said is not None and said["open"] and set(kept["members"]) <= set(said["members"])


def school_as_asked(said: State | None, kept: State | None) -> bool:
    """A school grant is the payment that was asked for; what came back of it is wanted no more."""
    if said is None or kept is None:
        return False
    names = ("version", "household_id", "member_id", "currency")
    alike = all(said[name] == kept[name] for name in names) and kept["wanted"] <= said["amount"]
    return alike and (kept["over"] or not said["withdrawn"])


def grant_as_asked(said: State | None, kept: State | None) -> bool:
    """A grant is the one that was asked for; what was withdrawn is over."""
    if said is None or kept is None:
        return False
    alike = all(said[name] == kept[name] for name in ("version", "kind", "currency"))
    return alike and (kept["over"] or not said["withdrawn"])


@dataclass(frozen=True)
class Comparison:
    """`sayer` serves the stream `said`, `keeper` the stream `kept`; of each id both must fit."""

    sayer: str
    keeper: str
    said: str
    kept: str
    fits: Fits = same

    @property
    def name(self) -> str:
        words = self.kept.replace("_", " ")
        return f"{words}: {self.sayer} and {self.keeper} know the same"


def _of(sayer: str, keeper: str, *streams: str) -> list[Comparison]:
    return [Comparison(sayer, keeper, each, each) for each in streams]


COMPARISONS = (
    *_of("donations", "sponsorship", "payments", "monthly_gifts", "donors_linked", "school_answers"),
    Comparison("donations", "sponsorship", "monthly_gifts", "gifts_used", gift_goes_on),
    *_of("sponsorship", "donations", "gifts_placed"),
    Comparison("sponsorship", "donations", "school_payments", "school_payments", school_as_asked),
    *_of("donations", "events", "members"),
    Comparison("donations", "events", "donors_linked", "persons_linked"),
    *_of("events", "donations", "contacts_offered"),
    *_of("donations", "inventory", "appeals"),
    *_of("inventory", "donations", "purchases", "receipts"),
    *_of("donations", "intake", "grants"),
    Comparison("intake", "donations", "grants_asked", "grants_asked", grant_as_asked),
    *_of("intake", "events", "cases"),
    *_of("intake", "sponsorship", "sponsorship_consents", "lessons_wished"),
    Comparison("intake", "sponsorship", "lessons_wished", "learners", learns_as_wished),
    *_of("intake", "events", "speaking_consents", "helpers_wished"),
    Comparison("intake", "events", "speakers", "speakers", agreed_to_speak),
    *_of("sponsorship", "intake", "children", "lesson_places"),
    *_of("sponsorship", "events", "helpers_asked"),
    *_of("events", "sponsorship", "helpers_found"),
    *_of("events", "intake", "help", "slots"),
)


async def kept_findings(
    stack: Stack, client: httpx.AsyncClient, excused: Mapping[str, Collection[str]], feeds: Feeds
) -> list[Finding]:
    """A finding for each comparison of two services that run.

    `excused`: by consumer, ids of those with a message that it has parked, discarded or tries again.
    """
    findings = []
    for each in COMPARISONS:
        if not {each.sayer, each.keeper} <= stack.services.keys():
            continue
        finding = Finding(each.name)
        try:
            await _compare(stack, client, each, excused.get(each.keeper, ()), finding)
        except (httpx.HTTPError, NotSorted, ValueError, KeyError):
            finding.breaches += 1
        if feeds.under_way_to(each.keeper):
            finding.feeding, finding.unsettled = len(finding.unsettled), set()
        findings.append(finding)
    return findings


async def _compare(
    stack: Stack, client: httpx.AsyncClient, what: Comparison, excused: Collection[str], finding: Finding
) -> None:
    said = _lines(stack, client, what.sayer, what.said)
    kept = _lines(stack, client, what.keeper, what.kept)
    async for pair in side_by_side(said, kept):
        finding.counted += 1
        if not _fits(what, pair) and not any(each in excused for each in _ids(pair)):
            finding.unsettled.add(pair.key.bytes)


def _fits(what: Comparison, pair: Pair[UUID, Line, Line]) -> bool:
    if len(pair.left) > 1 or len(pair.right) > 1:
        return False
    said, kept = (lines[0].state if lines else None for lines in (pair.left, pair.right))
    return what.fits(said, kept)


def _ids(pair: Pair[UUID, Line, Line]) -> set[str]:
    """Whom a message is about that may not have arrived."""
    return {str(pair.key)}.union(*(each.of for each in (*pair.left, *pair.right)))


async def _lines(
    stack: Stack, client: httpx.AsyncClient, service: str, stream: str
) -> AsyncIterator[tuple[UUID, Line]]:
    async with client.stream("GET", f"{stack.services[service].url}/checks/kept/{stream}") as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            state = json.loads(line)
            of = tuple(state.pop("of", None) or ())
            yield UUID(state.pop("id")), Line(state, of)
