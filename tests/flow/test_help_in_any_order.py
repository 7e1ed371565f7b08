"""Helpers and speakers: whatever the order in which events hears of them, and however often, they end alike."""

import asyncio
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.events.commands import slots, speakers
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.domain.languages import Skill
from shared.contracts.base import Contract
from shared.contracts.intake import ConsentChanged, HouseholdClosed, HouseholdReopened, SettlementAsked
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from shared.outcomes import Refused
from tests.support.helpdesk import Helpdesk
from tests.support.properties import tried_with

DAY = date(2007, 3, 1)
HOME, OTHER, MEMBER, GUARDED, YOUNG = (UUID(int=number) for number in range(1, 6))
FIRST, AGAIN, UNWISHED, LESSON, OVER = (UUID(int=number) for number in range(11, 16))
REST = 14


def settles(request: UUID, home: UUID, home_version: int, version: int = 1, **more: Any) -> SettlementAsked:
    values = {
        "request_id": request,
        "version": version,
        "household_id": home,
        "household_version": home_version,
        "member_ids": (MEMBER,),
        "wishes": frozenset({"helper"}),
        "languages": ("ko",),
        "region": "tokyo",
        "status": "asked",
        "on": DAY,
    }
    return SettlementAsked(**{**values, **more})


def lesson(need: UUID, version: int, **more: Any) -> HelperAsked:
    values = {
        "need_id": need,
        "version": version,
        "task": "teach",
        "languages": (LanguageWanted(language="ja", level="c2"),),
        "starts_on": DAY + timedelta(days=10),
        "ends_on": DAY + timedelta(days=70),
        "people": 1,
        "status": "asked",
        "on": DAY,
    }
    return HelperAsked(**{**values, **more})


def agreed(member: UUID, version: int, *scopes: str, **more: Any) -> ConsentChanged:
    values: Any = {
        "household_id": HOME if member == MEMBER else OTHER,
        "purpose": "public_speaking",
        "of_age": True,
        "on": DAY,
        **more,
    }
    return ConsentChanged(
        consent_id=UUID(int=100 + member.int),
        version=version,
        member_id=member,
        scopes=frozenset(scopes),
        agreed=bool(scopes),
        **values,
    )


def reopened(home: UUID, version: int) -> HouseholdReopened:
    state: Any = {"code": "H-1", "region": "north", "registered_on": DAY, "members": (), "needs": frozenset()}
    return HouseholdReopened(household_id=home, version=version, on=DAY, **state)


STORY: Sequence[Contract] = (
    settles(FIRST, HOME, 1),
    settles(FIRST, HOME, 1, version=2, languages=("zh",)),
    settles(UNWISHED, OTHER, 1),
    settles(UNWISHED, OTHER, 1, version=2, wishes=frozenset({"grant"})),
    HouseholdClosed(household_id=HOME, version=2, on=DAY),
    reopened(HOME, 3),
    # After it was reopened the first request is changed once more: it stays over.
    settles(FIRST, HOME, 1, version=3),
    settles(AGAIN, HOME, 3),
    lesson(LESSON, 1, languages=(LanguageWanted(language="en", level="c2"),)),
    lesson(LESSON, 2, people=2),
    lesson(LESSON, 3),
    lesson(OVER, 1),
    lesson(OVER, 2, status="withdrawn"),
    agreed(MEMBER, 1, "speaking"),
    agreed(MEMBER, 2),
    agreed(MEMBER, 3, "speaking", "recording"),
    agreed(GUARDED, 1, "speaking"),
    agreed(GUARDED, 2),
    agreed(YOUNG, 1, "speaking", of_age=None),
    agreed(YOUNG, 2, "speaking"),
    agreed(YOUNG, 3, of_age=False),
)


MEMBERS = {MEMBER: HOME, GUARDED: OTHER, YOUNG: OTHER}
"""Who would speak, and where they live. One who stands in the story is asked for a slot at that moment."""


async def _seminar(desk: Helpdesk) -> UUID:
    """Where they are to speak; nobody has agreed to it yet."""
    return (await desk.gathering(DAY + timedelta(days=40))).id


def _with_slots() -> list[Contract | UUID]:
    """The story, in which each member is asked for a slot once they have agreed for the first time."""
    first = {
        member: next(each for each in STORY if getattr(each, "member_id", None) == member)
        for member in MEMBERS
    }
    story: list[Contract | UUID] = []
    for each in STORY:
        story += [each, *(member for member, fact in first.items() if fact is each)]
    return story


async def _slot(desk: Helpdesk, seminar: UUID, member: UUID) -> None:
    """Given if the member agrees and is of age as far as is known now, and has none yet; else refused."""
    known = "SELECT id FROM speaker WHERE member_id = :member"
    if not await desk.rows(known, member=member):
        new = NewSpeaker(True, frozenset(), frozenset(), member_id=member, household_id=MEMBERS[member])
        who = await desk.do(lambda unit: speakers.add(unit, new))
        if isinstance(who, Refused):
            return
        await desk.do(lambda unit: speakers.train(unit, who, DAY))
    (row,) = await desk.rows(known, member=member)
    wanted = NewSlot(row["id"], seminar, frozenset(), frozenset({"school"}), frozenset())
    await desk.do(lambda unit: slots.plan(unit, REST, wanted))


async def _ends(desk: Helpdesk) -> tuple[Any, ...]:
    needs = await desk.rows(
        "SELECT id, ended, status, wanted, found, people FROM need WHERE version > 0 ORDER BY id"
    )
    held = await desk.held()
    slots = await desk.rows(
        "SELECT member_id, status, reason FROM slot JOIN speaker ON speaker.id = speaker_id ORDER BY 1"
    )
    # A need that was over before anybody was asked is not spoken of; what is said of it otherwise is that it is over.
    stand = {row["id"]: (row["ended"], row["status"] or "withdrawn", row["found"]) for row in needs}
    return stand, sorted(need for need, _ in held), [tuple(row.values()) for row in slots]


def test_any_order_and_repetition_of_the_facts_ends_in_the_same(desk_url: str) -> None:
    @tried_with(12)
    @given(st.randoms(use_true_random=False), st.lists(st.integers(1, 6), min_size=1, max_size=4))
    def in_any_order(random: Any, sizes: list[int]) -> None:
        async def both() -> None:
            found = []
            for shuffled in (False, True):
                async with Helpdesk.open(desk_url, DAY) as desk:
                    await desk.volunteer(Skill("ko", level="c1"), Skill("ja", level="native"))
                    seminar = await _seminar(desk)
                    once = _with_slots()
                    facts = [*once, *once] if shuffled else once
                    if shuffled:
                        random.shuffle(facts)
                    number = 0
                    while facts:
                        size = sizes[number % len(sizes)] if shuffled else 1
                        batch, facts = facts[:size], facts[size:]
                        await desk.hears(*(each for each in batch if isinstance(each, Contract)))
                        for member in (each for each in batch if isinstance(each, UUID)):
                            await _slot(desk, seminar, member)
                        if random.random() < 0.5:
                            await desk.works()
                        number += 1
                    await desk.works()
                    # Whoever was refused while it was not known that they agree is asked again.
                    for member in MEMBERS:
                        await _slot(desk, seminar, member)
                    found.append(await _ends(desk))
                    assert await desk.breaches() == set()
            assert [each[:2] for each in found] == [found[1][:2]] * 2
            stand, held, _ = found[1]
            assert stand == {
                FIRST: ("household_closed", "withdrawn", 0),
                AGAIN: ("", "offered", 0),
                UNWISHED: ("withdrawn", "withdrawn", 0),
                LESSON: ("", "offered", 0),
                OVER: ("withdrawn", "withdrawn", 0),
            }
            assert held == [AGAIN, LESSON]
            stays, flagged = (
                (MEMBER, "planned", ""),
                [
                    (GUARDED, "flagged", "no_consent"),
                    (YOUNG, "flagged", "not_of_age"),
                ],
            )
            (*_, in_order), (*_, slots) = found
            assert in_order == [stays, *flagged]
            # Who has withdrawn, or is a minor, is given no slot if that was heard before one was asked for.
            assert slots in ([stays, *some] for some in ([], flagged[:1], flagged[1:], flagged))

        asyncio.run(both())

    in_any_order()
