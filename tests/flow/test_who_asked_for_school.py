"""Nobody agrees to what a school is paid who wrote down what it costs, or ever raised it."""

import importlib
import json
from datetime import date
from functools import partial
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from services.donations.commands import grants
from services.donations.domain.grants import Grant
from services.donations.handlers import on_school_payment_due
from services.sponsorship.commands import school
from services.sponsorship.day import timers
from services.sponsorship.domain.school import Level
from shared.contracts.base import Money
from shared.contracts.sponsorship import SchoolPaymentDue
from tests.flow.test_school_in_any_order import CHILD, FIRST, KNOWN_FIRST
from tests.support.sponsor_room import SponsorRoom
from tests.support.till import Till, staff

DAY = date(2006, 11, 1)
OWN = "nobody agreed to a grant that they asked for"


def due(version: int, minor: int, asked_by: str | None, *raised_by: str, **more: Any) -> SchoolPaymentDue:
    state: dict[str, Any] = {"member_id": CHILD, "household_id": uuid7(), "due_on": DAY, "on": DAY, **more}
    amount = Money(amount=minor, currency="JPY")
    who = {"asked_by": asked_by and f"staff:{asked_by}", "raised_by": [f"staff:{each}" for each in raised_by]}
    state |= {"version": version, "amount": amount, "status": "due" if version == 1 else "changed", **who}
    return SchoolPaymentDue.model_validate(state)


CASES: dict[str, tuple[list[tuple[Any, ...]], dict[str, bool]]] = {
    # What is told, one version after another: an amount, who asked and who raised it; and who may agree.
    "who asked": ([(60_000, "a")], {"a": False, "b": True}),
    "who raised it, after somebody else had asked": (
        [(60_000, "a"), (70_000, "a", "b")],
        {"a": False, "b": False},
    ),
    "who raised it, and somebody lowered it": (
        [(60_000, "a"), (90_000, "a", "b"), (60_000, "a", "b")],
        {"b": False, "c": True},
    ),
    "nobody knew who asked, and it is told now": ([(60_000, None), (60_000, "a")], {"a": False, "b": True}),
    "nobody knows who asked": ([(60_000, None)], {"a": True}),
}


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("name", CASES)
async def test_who_asked_for_a_school_s_fee_does_not_agree_to_it(
    till_url: str, name: str, backwards: bool
) -> None:
    told, may = CASES[name]
    once: dict[str, Any] = {"payment_id": uuid7(), "household_id": uuid7()}
    facts = [due(version, *each, **once) for version, each in enumerate(told, 1)]
    for who, allowed in may.items():
        async with Till.open(till_url, DAY) as till:
            limits = till.settings.limits
            for each in reversed(facts) if backwards else facts:
                await till.do(partial(on_school_payment_due, limits, [each]))
            agree = partial(grants.approve, limits=limits, grant_id=once["payment_id"], version=len(facts))
            done = await till.do(agree, staff(who))
            assert isinstance(done, Grant) is allowed, who
            assert await till.breaches() == set()


PAST_THE_SERVICE = """
    INSERT INTO approval (grant_id, actor, wanted, on_day) SELECT id, 'staff:a', wanted, '2006-11-01' FROM "grant"
        ON CONFLICT (grant_id, actor) DO UPDATE SET wanted = excluded.wanted, asker_known = excluded.asker_known
"""


@pytest.mark.parametrize(("minor", "before"), [(60_000, False), (70_000, False), (60_000, True)])
async def test_who_agreed_before_it_was_told_that_they_asked_counts_not(
    till_url: str, minor: int, before: bool
) -> None:
    """Also if they agreed `before` that was kept of an approval."""
    migration = importlib.import_module("services.donations.migrations.versions.0019_seen_and_known")
    once: dict[str, Any] = {"payment_id": uuid7(), "household_id": uuid7()}
    async with Till.open(till_url, DAY) as till:
        limits = till.settings.limits
        hears = partial(on_school_payment_due, limits)
        await till.do(lambda unit: hears([due(1, 60_000, None, **once)], unit))
        agree = partial(grants.approve, limits=limits, grant_id=once["payment_id"], version=1)
        assert isinstance(await till.do(agree, staff("a")), Grant)
        if before:
            await till.rows("UPDATE approval SET asker_known = true")
            await till.rows(migration.UNKNOWN)
        # Who asked is told, perhaps with more that is asked for: whoever asked agrees to nothing from now on.
        await till.do(lambda unit: hears([due(2, minor, "a", **once)], unit))
        (grant,) = await till.rows('SELECT agreed_to, asked_by FROM "grant"')
        assert (grant["agreed_to"], grant["asked_by"]) == (60_000, "staff:a")
        assert not isinstance(await till.do(partial(agree, version=2), staff("a")), Grant)
        # It was right then; that they agree now is not, and the doctor shows it.
        assert await till.breaches() == set()
        await till.rows(PAST_THE_SERVICE)
        assert await till.breaches() == {OWN}


async def test_sponsorship_says_who_wrote_down_a_fee_and_who_raised_it(sponsors_url: str) -> None:
    async with SponsorRoom.open(sponsors_url, FIRST, places_by_itself=False) as room:
        await room.hears(*KNOWN_FIRST)
        rules = room.settings.rules
        wanted = school.NewTerm(CHILD, Level.PRIMARY, FIRST, date(2006, 11, 30), 30_000, "JPY")
        async with room.units.open(actor=staff("a")) as unit:
            planned = await school.plan(unit, rules, wanted)
        assert isinstance(planned, school.Planned)
        changes = [("b", 40_000), ("c", 20_000), ("b", 50_000), ("a", 60_000), ("d", 60_000)]
        for number, (who, fee) in enumerate(changes):
            async with room.units.open(actor=staff(who)) as unit:
                change = school.Change(await version_of(room), fee)
                assert await school.change(unit, rules, planned.term_id, change) == planned.term_id, number
        query = "SELECT CAST(data AS json) AS data FROM journal WHERE contract = :wire ORDER BY said_at, message_id"
        rows = await room.rows(query, wire=SchoolPaymentDue.wire)
        facts = [SchoolPaymentDue.model_validate_json(json.dumps(row["data"])) for row in rows]
        assert await room.breaches() == set()
    facts.sort(key=lambda each: each.version)
    assert [(each.amount.amount, each.asked_by, each.raised_by) for each in facts] == [
        (30_000, "staff:a", ()),
        (40_000, "staff:a", ("staff:b",)),
        (20_000, "staff:a", ("staff:b",)),
        (50_000, "staff:a", ("staff:b",)),
        (60_000, "staff:a", ("staff:b", "staff:a")),
    ]


async def test_what_waits_from_before_is_said_once_more_with_who_asked(sponsors_url: str) -> None:
    """Else donations would not know who asked until the amount changes, and whoever did could agree."""
    migration = importlib.import_module("services.sponsorship.migrations.versions.0013_fee_raised_by")
    async with SponsorRoom.open(sponsors_url, FIRST, places_by_itself=False) as room:
        await room.hears(*KNOWN_FIRST)
        wanted = school.NewTerm(CHILD, Level.PRIMARY, FIRST, date(2006, 11, 30), 30_000, "JPY")
        async with room.units.open(actor=staff("a")) as unit:
            assert isinstance(await school.plan(unit, room.settings.rules, wanted), school.Planned)

        async def said_again() -> list[tuple[int, int, str | None]]:
            for due in await room.rows("DELETE FROM timer WHERE name = 'tell_asker' RETURNING name, payload"):
                await room.do(partial(timers(room.settings)[due["name"]], due["payload"]))
            rows = await room.rows(
                "SELECT CAST(data AS json) AS data FROM journal WHERE contract = :wire",
                wire=SchoolPaymentDue.wire,
            )
            facts = [SchoolPaymentDue.model_validate_json(json.dumps(row["data"])) for row in rows]
            return sorted((each.version, each.amount.amount, each.asked_by) for each in facts)

        assert await said_again() == [(1, 30_000, "staff:a")]
        await room.rows(migration.TELL_AGAIN)
        once_more = [(1, 30_000, "staff:a"), (2, 30_000, "staff:a")]
        assert await said_again() == once_more
        assert await room.breaches() == set()
        # What is over meanwhile waits for nobody.
        await room.rows(migration.TELL_AGAIN)
        await room.rows("UPDATE school_payment SET status = 'paid', paid = amount")
        assert await said_again() == once_more
        await room.rows(migration.TELL_AGAIN)
        assert await room.rows("SELECT key FROM timer WHERE name = 'tell_asker'") == []


async def version_of(room: SponsorRoom) -> int:
    (row,) = await room.rows("SELECT version FROM school_term")
    return int(row["version"])
