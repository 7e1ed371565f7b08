"""Donors whom donations says are one person: a guest is a member if the entry that stands for both is one."""

import asyncio
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.commands import guests
from services.events.commands.guests import NewGuest
from services.events.contacts import Contact
from services.events.repository import guests as kept
from services.events.repository.guests import Choices
from shared.contracts.base import Contract
from shared.contracts.donations import DonorLinked, MembershipChanged
from shared.outcomes import Refused
from tests.support.helpdesk import Helpdesk, new_id
from tests.support.properties import tried_with
from tests.support.world import World

pytestmark = pytest.mark.runs("donations", "events")

DAY = date(2007, 3, 1)
KEPT, OTHER, DOUBLE = (UUID(int=number) for number in range(1, 4))


def is_member(person: UUID, version: int, member: bool, *, may_invite: bool = False) -> MembershipChanged:
    return MembershipChanged(
        person_id=person, version=version, member=member, language="ja", may_invite=may_invite, on=DAY
    )


def linked(version: int, kept: UUID | None) -> DonorLinked:
    return DonorLinked(donor_id=DOUBLE, version=version, kept_id=kept, on=DAY)


STORY: tuple[Contract, ...] = (
    is_member(KEPT, 1, True),
    is_member(KEPT, 2, False),
    is_member(KEPT, 3, True),
    is_member(OTHER, 1, False),
    is_member(OTHER, 2, True),
    is_member(DOUBLE, 1, True),
    is_member(DOUBLE, 2, False),
    linked(1, OTHER),
    linked(2, None),
    linked(3, KEPT),
)
ENDS = {"linked": (STORY, True), "parted": ((*STORY, linked(4, None)), False)}


async def _guest(desk: Helpdesk, number: int) -> UUID:
    new = NewGuest(Contact(f"Guest {number}", f"guest{number}@example.org"), Choices())
    (made,) = await desk.do(lambda unit: guests.write_down(unit, [new]))
    return made


def test_in_any_order_a_guest_is_a_member_as_the_entry_says_that_stands_for_it(desk_url: str) -> None:
    @tried_with(12)
    @given(st.randoms(use_true_random=False), st.sampled_from(sorted(ENDS)), st.integers(0, 20))
    def in_any_order(random: Any, end: str, moment: int) -> None:
        async def live() -> None:
            story, member = ENDS[end]
            facts = [*story, *story]
            random.shuffle(facts)
            async with Helpdesk.open(desk_url, DAY) as desk:
                desks = [desk, Helpdesk(desk_url)]
                guest = await _guest(desk, 1)
                link = partial(guests.change, guest_id=guest, rewriting=None, values={"person_id": DOUBLE})
                for number in range(0, len(facts), 2):
                    # Two replicas hear something at the same moment, and somebody links the guest to the donor.
                    pair = zip(desks, facts[number : number + 2], strict=False)
                    work = [each.hears(fact) for each, fact in pair]
                    await asyncio.gather(*work, *([desk.do(link)] if number == moment // 2 * 2 else []))
                await desk.do(link)
                (row,) = await desk.rows("SELECT member FROM guest")
                assert row["member"] is member
                assert await desk.breaches() == set()
                await desks[1].engine.dispose()

        asyncio.run(live())

    in_any_order()


async def test_two_guests_are_not_linked_to_one_person_by_two_entries(desk_url: str) -> None:
    async with Helpdesk.open(desk_url, DAY) as desk:
        first, second = await _guest(desk, 1), await _guest(desk, 2)
        change = partial(guests.change, rewriting=None)
        await desk.do(partial(change, guest_id=first, values={"person_id": DOUBLE}))
        await desk.hears(linked(1, KEPT))
        again = partial(change, guest_id=second, values={"person_id": KEPT})
        assert isinstance(await desk.do(again), Refused)
        await desk.hears(linked(2, None))
        assert await desk.do(again) == second


async def test_whom_one_entry_of_the_person_keeps_from_being_invited_is_not(desk_url: str) -> None:
    """Nobody else is kept from it: neither whoever is no donor, nor whoever is another donor with two entries."""
    async with Helpdesk.open(desk_url, DAY) as desk:
        guest, other, another = [await _guest(desk, number) for number in (1, 2, 3)]
        for key, person in ((guest, DOUBLE), (another, OTHER)):
            await desk.do(partial(guests.change, guest_id=key, rewriting=None, values={"person_id": person}))
        await desk.hears(DonorLinked(donor_id=OTHER, version=1, kept_id=new_id(), on=DAY))

        async def silent() -> set[UUID]:
            async with desk.units.read() as session:
                return await kept.not_invited(session, [guest, other, another])

        await desk.hears(is_member(KEPT, 1, True), is_member(DOUBLE, 1, False, may_invite=True))
        assert await silent() == set()
        await desk.hears(linked(1, KEPT))
        assert await silent() == {guest}
        await desk.hears(is_member(KEPT, 2, True, may_invite=True))
        assert await silent() == set()
        await desk.hears(is_member(DOUBLE, 2, False))
        assert await silent() == {guest}


async def test_a_merge_at_donations_and_its_undoing_are_heard(world: World) -> None:
    donations, events = world.donations, world.events

    async def donor(name: str, *, member: bool) -> str:
        return str(
            (await donations.post("/donors", {"contact": {"name": name}, "member": member}))["donor_id"]
        )

    member, double = await donor("Member", member=True), await donor("Double", member=False)
    guest = await events.guest("Guest")
    await events.post(f"/guests/{guest}/change", {"person_id": double})

    async def now() -> bool:
        await world.settled()
        return bool((await events.get("/guests"))["items"][0]["member"])

    assert not await now()
    await donations.post(f"/donors/{double}/merge", {"into": member})
    assert await now()
    await donations.post(f"/donors/{double}/part")
    assert not await now()
