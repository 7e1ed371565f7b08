"""A gift and a child come together in no way while something stands against it, and once nothing does they may."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.commands import children, holds, incidents, sponsors, sponsorships
from services.sponsorship.domain.children import Left
from services.sponsorship.domain.incidents import Incident, IncidentKind
from shared.contracts.donations import DonorLinked
from shared.contracts.intake import (
    AgeBand,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    MemberFacts,
)
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from tests.support.giving import consent, gift, paid
from tests.support.people import person
from tests.support.registrations import said
from tests.support.sponsor_room import SponsorRoom
from tests.support.world import World

FIRST, LATER, LATEST = date(2006, 11, 1), date(2006, 11, 6), date(2006, 11, 20)
SOON, THEN, LONG_AFTER = date(2006, 11, 4), date(2006, 11, 15), date(2006, 12, 30)
"""Ends of holds: before LATER, before LATEST, after both."""
COVERED = (FIRST, date(2006, 12, 1))
BORN: dict[str, Any] = {"birth_date": "1998-05-01", "size": "122"}


@dataclass
class Pair:
    """A child of school age whose guardian agrees, and the gift of a donor; nothing else has either of them."""

    room: SponsorRoom
    child: UUID = field(default_factory=uuid7)
    gift: UUID = field(default_factory=uuid7)
    donor: UUID = field(default_factory=uuid7)
    incident: UUID | None = None
    entry: UUID = field(default_factory=uuid7)
    """Another entry of the same donor, once they are linked."""

    @property
    def home(self) -> UUID:
        return UUID(int=self.child.int ^ 2)

    def home_is(self, contract: Any, version: int) -> Any:
        members = (MemberFacts(member_id=self.child, age_band=AgeBand.SCHOOL, size="122"),)
        return said(contract, version, household_id=self.home, members=members, on=FIRST, registered_on=FIRST)

    async def also_at_another(self, version: int, band: AgeBand) -> None:
        """Another household, which does not count for where the child is, has it too."""
        members = (MemberFacts(member_id=self.child, age_band=band, size="122"),)
        home: dict[str, Any] = {"household_id": UUID(int=self.home.int >> 8), "registered_on": FIRST}
        await self.room.hears(said(HouseholdReopened, version, members=members, on=FIRST, **home))

    async def agrees(self, version: int, **more: Any) -> None:
        who = {"child_id": str(self.child), "household_id": str(self.home)}
        await self.room.hears(consent(who, version, **more))

    async def gives(self, status: str, version: int = 1) -> None:
        await self.room.hears(gift(self.gift, status, version, donor_id=self.donor))

    async def pays(self) -> None:
        await self.room.hears(paid(self.gift, *COVERED))

    async def begin(self) -> None:
        await self.room.hears(self.home_is(HouseholdRegistered, 1))
        await self.agrees(1)
        await self.gives("starting")

    async def sponsored(self, child: UUID | None = None) -> None:
        """By a gift that has begun."""
        await self.room.hold(self.gift, child or self.child, THEN)
        await self.gives("active", 2)
        await self.pays()

    async def by_another(self) -> UUID:
        """The sponsorship of the child by another gift, of another donor."""
        other = Pair(self.room, self.child)
        await other.gives("starting")
        await other.sponsored()
        (row,) = await self.room.rows(
            "SELECT id FROM sponsorship WHERE child_id = :child AND ends_on IS NULL", child=self.child
        )
        return UUID(str(row["id"]))

    async def do(self, what: Callable[[Unit], Awaitable[Any]]) -> Any:
        return await self.room.do(what)

    async def together(self, begun: bool) -> bool:
        """Whether the gift has the child: supports it if `begun`, keeps it at least if not."""
        now = "SELECT 1 FROM sponsorship WHERE ends_on IS NULL AND (gift_id, child_id) = (:gift, :child)"
        if not begun:
            now += (
                " UNION ALL SELECT 1 FROM hold WHERE state = 'held' AND (gift_id, child_id) = (:gift, :child)"
            )
        return bool(await self.room.rows(now, gift=self.gift, child=self.child))


async def nothing(_: Pair) -> None:
    """It is as it is."""


# Ways in: what was before, what brings the two together, whether that begins a sponsorship, and whether staff do it.


async def hold(pair: Pair, share: int = 0) -> None:
    wanted = holds.Wanted(pair.gift, pair.child, LONG_AFTER, share)
    await pair.do(lambda unit: holds.hold(unit, pair.room.settings.rules, wanted))


async def has_another(pair: Pair) -> None:
    await pair.gives("active", 2)
    await pair.pays()
    await pair.by_another()


async def share(pair: Pair) -> None:
    await hold(pair, 1_000)


async def hand_over(pair: Pair) -> None:
    before = await pair.room.rows(
        "SELECT id FROM sponsorship WHERE child_id = :child AND ends_on IS NULL", child=pair.child
    )
    wanted = sponsorships.Handover(pair.child, before[0]["id"], pair.gift, "thanks")
    await pair.do(lambda unit: sponsorships.hand_over(unit, pair.room.settings.rules, wanted))


async def kept_until_then(pair: Pair) -> None:
    await pair.room.hold(pair.gift, pair.child, THEN)
    await pair.gives("active", 2)


async def kept_for_long(pair: Pair) -> None:
    await pair.room.hold(pair.gift, pair.child, LONG_AFTER)
    await pair.gives("ended", 2)


async def kept_and_over(pair: Pair) -> None:
    await pair.room.hold(pair.gift, pair.child, SOON)
    await pair.gives("active", 2)


async def lapsed(pair: Pair) -> None:
    await pair.sponsored()
    await pair.gives("lapsed", 3)


async def closed(pair: Pair) -> None:
    await pair.sponsored()
    await pair.room.hears(HouseholdClosed(household_id=pair.home, version=2, on=FIRST))


async def reopen(pair: Pair) -> None:
    await pair.room.hears(pair.home_is(HouseholdReopened, 3))


async def graduated(pair: Pair) -> None:
    await pair.sponsored()
    await pair.do(lambda unit: children.leave(unit, pair.room.settings.rules, pair.child, Left.GRADUATED))


async def come_back(pair: Pair) -> None:
    await pair.do(lambda unit: children.come_back(unit, pair.room.settings.rules, pair.child))


async def sponsors_another(pair: Pair) -> None:
    """The household is closed, the gift goes to another child, the household is opened again."""
    await closed(pair)
    other = Pair(pair.room, UUID(int=pair.child.int ^ 4))
    await other.begin()
    await pair.room.hold(pair.gift, other.child, THEN)
    await reopen(pair)


async def the_other_leaves(pair: Pair) -> None:
    home = UUID(int=pair.child.int ^ 4 ^ 2)
    await pair.room.hears(HouseholdClosed(household_id=home, version=2, on=FIRST))


async def again(pair: Pair) -> None:
    await pair.gives("active", 4)


Step = Callable[[Pair], Awaitable[None]]
WAYS: Mapping[str, tuple[Step, Step, bool]] = {
    "kept by staff": (nothing, hold, False),
    "bears a share": (has_another, share, False),
    "follows another sponsor": (has_another, hand_over, True),
    "the gift begins": (kept_until_then, Pair.pays, True),
    "it is heard late that the gift began": (kept_and_over, Pair.pays, True),
    "the hold of a gift that was over": (kept_for_long, lambda pair: pair.gives("starting", 3), False),
    "the gift is paid again": (lapsed, again, True),
    "the household is opened again": (closed, reopen, True),
    "staff take back that the child left": (graduated, come_back, True),
    "the sponsor is free again": (sponsors_another, the_other_leaves, True),
}
BY_STAFF = {"kept by staff", "bears a share", "follows another sponsor"}

# Reasons against it: how they come, and how they go.


async def vet(pair: Pair, donor: UUID | None = None, **what: Any) -> None:
    donor = donor or pair.donor
    (row,) = await pair.room.rows("SELECT vetting_version FROM sponsor WHERE id = :id", id=donor)
    rules, version = pair.room.settings.rules, row["vetting_version"]
    done = await pair.do(lambda unit: sponsors.vet(unit, rules, donor, version, what))
    assert not isinstance(done, Refused)


async def record(pair: Pair, child: UUID, donor: UUID | None) -> None:
    what = Incident(child, IncidentKind.CALLED, FIRST, "called", donor, strangers=True, again=True)
    done = await pair.do(lambda unit: incidents.record(unit, pair.room.settings.rules, what))
    assert isinstance(done, UUID), done
    pair.incident = done


async def stranger(pair: Pair) -> UUID:
    """Some other child that is known."""
    other = Pair(pair.room)
    await pair.room.hears(other.home_is(HouseholdRegistered, 1))
    return other.child


async def of_sponsor(pair: Pair) -> None:
    await record(pair, await stranger(pair), pair.donor)


async def of_entry(pair: Pair) -> None:
    await link(pair, pair.donor)
    await record(pair, await stranger(pair), pair.entry)


async def link(pair: Pair, kept: UUID | None, version: int = 1) -> None:
    fact = DonorLinked(donor_id=pair.entry, version=version, kept_id=kept, on=FIRST)
    await pair.room.hears(fact)


async def part(pair: Pair) -> None:
    await link(pair, None, 2)


async def of_child(pair: Pair) -> None:
    await record(pair, pair.child, None)


async def settle(pair: Pair) -> None:
    assert pair.incident
    incident = pair.incident
    await pair.do(lambda unit: incidents.settle(unit, pair.room.settings.rules, incident))


async def withdraw(pair: Pair) -> None:
    assert pair.incident
    incident = pair.incident
    await pair.do(lambda unit: incidents.withdraw(unit, pair.room.settings.rules, incident))


async def correct(pair: Pair) -> None:
    """It was another child."""
    assert pair.incident
    incident = pair.incident
    what = Incident(await stranger(pair), IncidentKind.CALLED, FIRST, "called", strangers=True)
    await pair.do(lambda unit: incidents.correct(unit, pair.room.settings.rules, incident, what))


async def decline(pair: Pair) -> None:
    await vet(pair, declined=True)


async def declined_not(pair: Pair) -> None:
    await vet(pair, declined=False)


WHY_NOT: Mapping[str, tuple[Step, Step]] = {
    "an incident of the sponsor": (of_sponsor, settle),
    "an incident of another entry of the sponsor": (of_entry, withdraw),
    "an incident of an entry that is another person": (of_entry, part),
    "an incident of the child": (of_child, settle),
    "an incident of the child that is of another child": (of_child, correct),
    "the sponsor is declined": (decline, declined_not),
    "the guardian does not agree": (lambda pair: pair.agrees(2, agreed=False), lambda pair: pair.agrees(3)),
    "another household has the child as an adult": (
        lambda pair: pair.also_at_another(1, AgeBand.ADULT),
        lambda pair: pair.also_at_another(2, AgeBand.SCHOOL),
    ),
    "what the guardian agreed to has ended": (
        lambda pair: pair.agrees(2, until=FIRST),
        lambda pair: pair.agrees(3, until=LONG_AFTER),
    ),
}
WHY_NONE: Mapping[str, Step] = {
    "there is none": nothing,
    "the sponsor is vetted and restricted": lambda pair: vet(pair, restricted=True),
}
ALL_WAYS = (
    "an incident of the sponsor",
    "an incident of the child",
    "the sponsor is declined",
    "the guardian does not agree",
    "there is none",
)
"""These reasons are tried in all ways, the others in one."""
ONE_WAY = "the gift is paid again"
DECLINED_FOR_GOOD = ("the gift begins", "the sponsor is declined")
"""What a gift kept when its sponsor was declined is not kept again."""


async def test_two_come_together_in_no_way_while_something_stands_against_it(sponsors_url: str) -> None:
    async with SponsorRoom.open(sponsors_url, FIRST, places_by_itself=False) as room:
        cells = {(way, why): Pair(room) for way in WAYS for why in ALL_WAYS}
        cells |= {(ONE_WAY, why): Pair(room) for why in (*WHY_NOT, *WHY_NONE)}
        for (way, _), pair in cells.items():
            await pair.begin()
            await WAYS[way][0](pair)
        await room.to(LATER)
        for (way, why), pair in cells.items():
            await (WHY_NONE[why] if why in WHY_NONE else WHY_NOT[why][0])(pair)
            await WAYS[way][1](pair)
        met = {cell for cell, pair in cells.items() if await pair.together(WAYS[cell[0]][2])}
        assert met == {cell for cell in cells if cell[1] in WHY_NONE}
        await room.to(LATEST)
        for (way, why), pair in cells.items():
            if why in WHY_NOT:
                await WHY_NOT[why][1](pair)
                await (WAYS[way][1] if way in BY_STAFF else nothing)(pair)
        apart = {cell for cell, pair in cells.items() if not await pair.together(WAYS[cell[0]][2])}
        assert apart == {DECLINED_FOR_GOOD}
        assert await room.breaches() == set()
        unknown = (
            "SELECT joined_on FROM hold WHERE state = 'held' UNION ALL SELECT joined_on FROM sponsorship"
        )
        assert None not in {row["joined_on"] for row in await room.rows(unknown)}


async def an_incident(world: World, child: Any, donor: UUID | None) -> str:
    """Its path."""
    who = {"child_id": child["child_id"], "donor_id": str(donor) if donor else None, "strangers": True}
    what = {"kind": "called", "happened_on": str(FIRST), "note": "called", "again": True}
    return f"/incidents/{(await world.sponsorship.post('/incidents', {**who, **what}))['incident_id']}"


async def test_staff_see_what_stands_between_two_and_by_itself_nothing_is_given_meanwhile(
    world: World,
) -> None:
    sponsorship, start = world.sponsorship, gift()
    one = await sponsorship.one_child()
    other = await sponsorship.child_of(await world.intake.register([person(**BORN)], needs=[]))
    await sponsorship.hears(start)
    incident = await an_incident(world, other, start.donor_id)
    await sponsorship.hears(paid(start.gift_id, *COVERED))
    (kept,) = (await sponsorship.get("/holds"))["items"]
    assert (kept["state"], kept["apart"]) == ("held", "sponsor_incident")
    await sponsorship.post(f"{incident}/settle")
    one = await sponsorship.child(one["child_id"])
    assert one["status"] == "sponsored"
    await sponsorship.hears(consent(other))
    incident = await an_incident(world, other, None)
    second = gift(None, "active")
    await sponsorship.hears(second, paid(second.gift_id, *COVERED))
    assert (await sponsorship.child(other["child_id"]))["status"] == "listed"
    await sponsorship.post(f"{incident}/withdraw")
    assert (await sponsorship.child(other["child_id"]))["status"] == "sponsored"
    incident = await an_incident(world, one, None)
    await world.intake.post(f"/households/{one['household_id']}/close", {"outcome": "settled"})
    await world.intake.post(f"/households/{one['household_id']}/reopen")
    await world.settled()
    (shown,) = await sponsorship.get(f"/children/{one['child_id']}/sponsorships")
    assert shown["not_again"] == "child_incident"
    await sponsorship.post(f"{incident}/settle")
    assert (await sponsorship.child(one["child_id"]))["status"] == "sponsored"
