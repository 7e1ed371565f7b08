"""The doctor's comparisons and its report, on made-up streams."""

import io
import json
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from uuid_utils.compat import uuid7

from shared.cli.operate.doctor.broker import beside
from shared.cli.operate.doctor.compare import NotSorted, side_by_side
from shared.cli.operate.doctor.feeds import Feeds
from shared.cli.operate.doctor.households import household_findings
from shared.cli.operate.doctor.messages import EDGE, _older_than_journal
from shared.cli.operate.doctor.report import Finding, Report
from shared.cli.stack import ServiceAddress, Stack
from shared.contracts import HEARD_BY
from shared.contracts.intake import HouseholdChanged

T = TypeVar("T")


async def stream(values: Iterable[T]) -> AsyncIterator[T]:
    for each in values:
        yield each


Keyed = st.lists(st.tuples(st.integers(0, 20), st.integers())).map(
    lambda pairs: sorted(pairs, key=lambda each: each[0])
)


@given(left=Keyed, right=Keyed)
async def test_every_key_comes_once_in_order_with_all_that_both_have(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    pairs = [pair async for pair in side_by_side(stream(left), stream(right))]
    assert [pair.key for pair in pairs] == sorted({key for key, _ in left} | {key for key, _ in right})
    assert [(pair.key, value) for pair in pairs for value in pair.left] == left
    assert [(pair.key, value) for pair in pairs for value in pair.right] == right


async def test_a_stream_out_of_order_is_refused() -> None:
    with pytest.raises(NotSorted):
        _ = [pair async for pair in side_by_side(stream([(2, "b"), (1, "a")]), stream([(1, "a")]))]


def missing(*identities: UUID, breaches: int = 0) -> Report:
    return Report([Finding("handled once", 10, breaches, {each.bytes for each in identities})])


def test_what_is_missing_in_both_looks_is_a_breach_and_what_is_new_is_under_way() -> None:
    lost, late, new = uuid4(), uuid4(), uuid4()
    settled = missing(lost, new).after(missing(lost, late))
    assert (settled.findings[0].breaches, settled.under_way, settled.ok) == (1, 1, False)


def test_what_arrived_between_two_looks_is_no_breach() -> None:
    settled = missing().after(missing(uuid4()))
    assert (settled.findings[0].breaches, settled.under_way, settled.ok) == (0, 0, True)


def test_a_breach_stays_a_breach() -> None:
    assert not missing(breaches=2).after(missing(breaches=2)).ok


def test_the_report_for_programs_has_every_count(tmp_path: Path) -> None:
    report = Report([Finding("one", 3), Finding("two", 5, 1, {b"x"}, details=["x"])], under_way=4)
    report.write(tmp_path / "report.json")
    assert json.loads((tmp_path / "report.json").read_text()) == {
        "ok": False,
        "checks": [
            {"name": "one", "counted": 3, "breaches": 0, "details": []},
            {"name": "two", "counted": 5, "breaches": 1, "details": ["x"]},
        ],
        "under_way": 4,
    }


def test_a_foreign_name_is_shown_in_plain_characters_and_not_as_markup() -> None:
    text = io.StringIO()
    finding = beside("broker", set(), set(), {("queue", "[bold]\x1b[31mspy\n")})
    Report([finding]).show(Console(file=text, width=100))
    assert "broker: not of Relief: queue [bold]\\x1b[31mspy\\n" in text.getvalue()
    assert "\x1b" not in text.getvalue()


@pytest.mark.parametrize(("breaches", "words"), [(0, "All is well."), (1, "Something is wrong")])
def test_the_report_for_people_ends_with_the_verdict(breaches: int, words: str) -> None:
    text = io.StringIO()
    Report([Finding("one", 1234, breaches)]).show(Console(file=text, width=100))
    assert "1,234" in text.getvalue()
    assert words in text.getvalue().splitlines()[-1]


def test_an_id_older_than_the_journal_is_not_called_forged() -> None:
    now = datetime.now(UTC)
    identity = uuid7()
    assert _older_than_journal(identity, now, now + timedelta(seconds=5))


@pytest.mark.parametrize("kept_since", [None, timedelta(days=-1), -EDGE - timedelta(hours=1)], ids=str)
def test_an_id_that_the_journal_should_know_is_forged(kept_since: timedelta | None) -> None:
    now = datetime.now(UTC)
    assert not _older_than_journal(uuid7(), now, None if kept_since is None else now + kept_since)


def test_an_id_that_no_service_makes_is_forged() -> None:
    now = datetime.now(UTC)
    assert not _older_than_journal(uuid4(), now, now + timedelta(seconds=5))


def knows(households: dict[str, list[int] | None]) -> httpx.AsyncClient:
    """Services that know so many people in households 1, 2, ...; None serves no households at all."""

    def answer(request: httpx.Request) -> httpx.Response:
        known = households.get(request.url.host)
        if known is None:
            return httpx.Response(404)
        lines = [
            {"household_id": str(UUID(int=n)), "version": 1, "active": True, "people": people}
            for n, people in enumerate(known, start=1)
        ]
        return httpx.Response(200, content="".join(json.dumps(line) + "\n" for line in lines))

    return httpx.AsyncClient(transport=httpx.MockTransport(answer))


async def compared(
    known: dict[str, list[int] | None], *excused: int, by: str = "", feeding: bool = False
) -> list[Finding]:
    services = {name: ServiceAddress(name, f"http://{name}", "", "") for name in known}
    feeds = Feeds(Finding("feeds"), {("x", CONSUMER)} if feeding else set())
    async with knows(known) as client:
        ids = {str(UUID(int=n)) for n in excused}
        return await household_findings(Stack(services, "", "", ""), client, {by or CONSUMER: ids}, feeds)


PUBLISHER, CONSUMER = HouseholdChanged.publisher(), HEARD_BY[HouseholdChanged][0]


async def test_a_consumer_that_knows_the_households_otherwise_is_found() -> None:
    (finding,) = await compared({PUBLISHER: [1, 2, 3], CONSUMER: [1, 5]})
    assert finding.name == f"households: {PUBLISHER} and {CONSUMER} know the same"
    assert (finding.counted, finding.breaches, len(finding.unsettled)) == (3, 0, 2)


async def test_a_code_that_stands_for_two_households_is_named() -> None:
    """Intake was restored alone: it gave LF-06-0002 to a household that inventory knows by another code."""
    given = {PUBLISHER: ["LF-06-0001", "LF-06-0003", "LF-06-0002"], CONSUMER: ["LF-06-0001", "LF-06-0002"]}

    def answer(request: httpx.Request) -> httpx.Response:
        lines = [
            {"household_id": str(UUID(int=n)), "version": 1, "active": True, "people": 1, "code": code}
            for n, code in enumerate(given[request.url.host], start=1)
        ]
        return httpx.Response(200, content="".join(json.dumps(line) + "\n" for line in lines))

    services = {name: ServiceAddress(name, f"http://{name}", "", "") for name in given}
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        found = await household_findings(Stack(services, "", "", ""), client, {}, Feeds(Finding("feeds")))
    named = found[-1]
    assert (named.name, named.counted, named.breaches) == ("households: no code stands for two", 3, 1)
    assert named.details == [f"LF-06-0002 stands for {UUID(int=2)} and {UUID(int=3)}"]


async def test_a_household_whose_message_is_parked_may_differ() -> None:
    (finding,) = await compared({PUBLISHER: [1, 2, 3], CONSUMER: [1, 5]}, 2, 3)
    assert (finding.counted, finding.unsettled) == (3, set())


async def test_what_another_has_parked_excuses_nobody() -> None:
    (finding,) = await compared({PUBLISHER: [1, 2, 3], CONSUMER: [1, 5]}, 2, 3, by="another")
    assert len(finding.unsettled) == 2


async def test_what_a_consumer_does_not_know_yet_that_is_being_fed_is_under_way() -> None:
    (finding,) = await compared({PUBLISHER: [1, 2], CONSUMER: []}, feeding=True)
    assert (finding.unsettled, finding.feeding) == (set(), 2)
    report = Report([finding]).after(Report([finding]))
    assert (report.ok, report.under_way) == (True, 2)


async def test_a_consumer_that_keeps_no_households_is_left_out_and_a_publisher_must_tell_them() -> None:
    assert await compared({PUBLISHER: [1], CONSUMER: None}) == []
    (finding,) = await compared({PUBLISHER: None, CONSUMER: [1]})
    assert finding.breaches == 1
    assert await compared({PUBLISHER: [1]}) == []
