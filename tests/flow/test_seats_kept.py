"""Any sequence of asking, giving up, accepting, offering, lapsing, moving and new numbers of seats keeps the rules."""

import asyncio
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.events.commands import asking, deciding, seats
from services.events.commands.asking import Wish
from services.events.commands.deciding import CONFIRM_ENDS
from services.events.domain.gatherings import Moving
from services.events.domain.seats import SeatRole
from services.events.ledger import OFFER_ENDS
from shared.messaging.unit import Unit
from tests.support.box_office import BoxOffice
from tests.support.properties import tried_with

PEOPLE = 12
PICK = st.integers(0, 20)
PARTY = st.lists(st.integers(0, PEOPLE - 1), min_size=1, max_size=3, unique=True)
STEPS = st.one_of(
    st.tuples(st.just("ask"), PARTY),
    st.tuples(st.just("ask"), st.lists(st.integers(0, PEOPLE - 1), min_size=1, max_size=1)),
    st.tuples(st.just("crowd"), st.lists(PARTY, min_size=2, max_size=4)),
    st.tuples(st.just("staff"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.sampled_from(["accept", "give_up", "leave", "offer"]), PICK),
    st.tuples(st.just("resize"), st.integers(0, 6)),
    st.tuples(st.sampled_from(["lapse", "release", "move"]), st.just(0)),
)
BEHIND = [("ask", [0]), ("ask", [1, 2, 3]), ("ask", [4]), ("crowd", [[5], [6, 7], [8]])]
"""Of three seats one is taken; three wait for seats together, and nobody who comes later passes them."""
AT_ONCE = [("crowd", [[0], [1, 2, 3], [4], [0, 5], [6]])]
ANY = ("waiting", "offered", "seated", "asked_again")
Stage = tuple[asyncio.Runner, BoxOffice]


async def take(office: BoxOffice, what: str, which: Any) -> None:
    """One step, on whichever party the number picks."""
    rules, gathering = office.settings.seat_rules, office.gathering

    async def picked(*states: str) -> UUID | None:
        found = await office.parties(*states)
        return found[which % len(found)] if found else None

    async def do(unit: Unit) -> Any:
        if what in ("ask", "crowd", "staff"):
            return await asking.ask(unit, rules, gathering, _wishes(office, what, which))
        if what == "resize":
            return await seats.resize(unit, rules, gathering, which)
        if what == "move":
            before = (await office.state())[0]
            to = Moving(*(before[each] for each in ("zone", "starts_at", "ends_at", "closes_at")))
            return await deciding.move(unit, rules, gathering, to, None, "moved")
        command = {
            "accept": seats.accept,
            "give_up": seats.give_up,
            "leave": seats.give_up,
            "offer": seats.offer,
        }[what]
        assert party is not None
        return await command(unit, rules, gathering, party, *more)

    if what in ("lapse", "release"):
        await office.run_out(OFFER_ENDS if what == "lapse" else CONFIRM_ENDS)
        return
    party: UUID | None = None
    more: list[list[UUID]] = []
    if what in ("accept", "give_up", "leave", "offer"):
        party = await picked(*(("waiting",) if what == "offer" else ANY))
        if party is None:
            return
        if what == "leave":
            _, rows = await office.state()
            more = [
                [next(each["guest_id"] for each in rows if each["party"] == party and each["state"] in ANY)]
            ]
    await office.do(do)


def _wishes(office: BoxOffice, what: str, which: Any) -> list[Wish]:
    """What is asked for at the same time."""
    role = SeatRole.STAFF if what == "staff" else SeatRole.GUEST
    parties = {"ask": [which], "crowd": which, "staff": [[which]]}[what]
    return [Wish([office.guests[n] for n in party], role=role) for party in parties]


def nobody_was_passed(before: list[Any], after: list[Any]) -> None:
    """Whoever was given a seat for the asking had nobody waiting before."""
    known = {each["id"] for each in before}
    guests = [each for each in after if each["role"] == "guest"]
    waiting = [each["number"] for each in guests if each["state"] == "waiting"]
    seated = [each["number"] for each in guests if each["id"] not in known and each["state"] == "seated"]
    assert not waiting or not seated or max(seated) < min(waiting)


async def kept(office: BoxOffice, shrunk: bool) -> None:
    """What must hold after every step, beside what the doctor counts."""
    gathering, rows = await office.state()
    live = [each for each in rows if each["state"] in ANY and each["role"] == "guest"]
    taken = [each for each in live if each["state"] != "waiting"]
    assert len(taken) == gathering["taken"]
    assert shrunk or len(taken) <= gathering["seats"]
    guests = [each["guest_id"] for each in rows if each["state"] in ANY]
    assert len(set(guests)) == len(guests)
    if not gathering["smaller_may_pass"]:
        # The first party that could ever fit, if any waits, does not fit now.
        sizes: dict[int, int] = {}
        for each in live:
            if each["state"] == "waiting":
                sizes[each["number"]] = sizes.get(each["number"], 0) + 1
        fitting = [size for _, size in sorted(sizes.items()) if size <= gathering["seats"]]
        assert not fitting or fitting[0] > max(gathering["seats"] - len(taken), 0)
    assert await office.breaches() == []


@pytest.fixture
def stage(desk_url: str) -> Iterator[Stage]:
    """One box office for all sequences, each with a gathering of its own: a new one would cost as much as the steps."""
    with asyncio.Runner() as runner:
        opened = BoxOffice.open(desk_url, 1, 1, passing=False)
        yield runner, runner.run(opened.__aenter__())
        runner.run(opened.__aexit__(None, None, None))


@example(number=3, passing=False, steps=BEHIND)
@example(number=3, passing=False, steps=AT_ONCE)
@given(number=st.integers(1, 5), passing=st.booleans(), steps=st.lists(STEPS, min_size=5, max_size=25))
@tried_with(20)
def test_any_sequence_keeps_the_rules_of_seats(
    stage: Stage, number: int, passing: bool, steps: list[tuple[str, Any]]
) -> None:
    runner, office = stage

    async def live() -> None:
        await office.announce(number, PEOPLE, passing=passing)
        shrunk = False
        for what, which in steps:
            _, before = await office.state()
            await take(office, what, which)
            if what in ("ask", "crowd") and not passing:
                nobody_was_passed(before, (await office.state())[1])
            shrunk = shrunk or what == "resize"
            await kept(office, shrunk)

    try:
        runner.run(live())
    except BaseException:
        # What is broken now must not fail the next sequence, or no shorter one that fails would be found.
        runner.run(office.empty())
        raise
