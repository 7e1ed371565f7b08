"""What can happen to a store and its households, step by step; a step that does not fit does nothing.

A story is a list of pairs: the name of a method of `Story`, and what it is given.
"""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from services.inventory.commands import (
    asking,
    bringing_back,
    goods,
    handing_out,
    moving,
    planning,
    stock,
    undoing,
)
from services.inventory.domain.items import Kind
from services.inventory.domain.reservations import Reservation
from services.inventory.repository.reservations import reservations_where
from services.inventory.tables import RESERVATION
from shared.contracts.intake import (
    AgeBand,
    ClothingSize,
    HouseholdChanged,
    HouseholdClosed,
    HouseholdRegistered,
    HouseholdReopened,
    HouseholdState,
    MemberFacts,
    NeedKind,
)
from tests.support.catalogue import depot_of
from tests.support.store_room import StoreRoom

REGIONS = ("north", "south")
SIZES = (ClothingSize.ADULT_S, ClothingSize.ADULT_M, ClothingSize.ADULT_L)
WHOLE = ("first-aid-kit", "bed", "winter-S", "winter-M", "winter-L")
Step = tuple[str, tuple[object, ...]]


@dataclass(frozen=True)
class Home:
    """A household as intake knows it; its members by number."""

    id: UUID
    since: date
    region: str
    needs: frozenset[NeedKind]
    members: tuple[int, ...]
    newest: int
    guests: tuple[UUID, ...] = ()
    rank: int = 9
    active: bool = True
    version: int = 1

    @property
    def people(self) -> list[UUID]:
        """Everybody who is there, by the id that intake gave them."""
        return [*(_member(self, each) for each in self.members), *self.guests]


@dataclass
class Story:
    """A store room and the households that it was told of, by number."""

    room: StoreRoom
    homes: dict[int, Home] = field(default_factory=dict)

    async def tell(self, step: Step) -> None:
        name, given = step
        await getattr(self, name)(*given)

    # what intake says

    async def registers(self, number: int, people: int, region: str, needs: frozenset[NeedKind]) -> None:
        if number not in self.homes:
            members = tuple(range(people))
            today = await self.room.today()
            self.homes[number] = Home(UUID(int=number), today, region, needs, members, people)
            await self.room.hears(await self._state(number, HouseholdRegistered))

    async def joins(self, number: int, people: int = 1) -> None:
        if home := self._active(number):
            more = tuple(range(home.newest, home.newest + people))
            newest = home.newest + people
            await self._changes(number, replace(home, members=home.members + more, newest=newest))

    async def leaves(self, number: int) -> None:
        """The one who has been there longest."""
        if home := self._active(number):
            await self._changes(number, replace(home, members=home.members[1:]))

    async def returns(self, number: int) -> None:
        """The one who left last is there again."""
        if home := self._active(number):
            gone = [each for each in range(home.newest) if each not in home.members]
            await self._changes(number, replace(home, members=(*home.members, *gone[-1:])))

    async def moves(self, number: int, region: str) -> None:
        if home := self._active(number):
            await self._changes(number, replace(home, region=region))

    async def asks(self, number: int, needs: frozenset[NeedKind]) -> None:
        if home := self._active(number):
            await self._changes(number, replace(home, needs=needs))

    async def ranks(self, number: int, rank: int) -> None:
        if home := self._active(number):
            await self._changes(number, replace(home, rank=rank))

    async def closes(self, number: int) -> None:
        if home := self._active(number):
            home = replace(home, active=False, version=home.version + 1)
            self.homes[number] = home
            fact = HouseholdClosed(household_id=home.id, version=home.version, on=await self.room.today())
            await self.room.hears(fact)

    async def reopens(self, number: int, more: int) -> None:
        """Some may have joined by a change that overtook the fact that it is open again."""
        home = self.homes.get(number)
        if home and not home.active:
            members = home.members + tuple(range(home.newest, home.newest + more))
            opened = replace(home, active=True, members=members, newest=home.newest + more)
            await self._changes(number, opened, HouseholdReopened)

    async def moves_while_another_comes(self, number: int, people: int, region: str) -> None:
        """Both facts in one batch."""
        home, stranger = self._active(number), max(self.homes, default=0) + 100
        if home:
            self.homes[number] = replace(home, region=region, version=home.version + 1)
            members = tuple(range(people))
            new = Home(UUID(int=stranger), await self.room.today(), region, home.needs, members, people)
            self.homes[stranger] = new
            states = [await self._state(each, HouseholdChanged) for each in (number, stranger)]
            await self.room.hears(*states)

    # what people do in the store

    async def receives(self, region: str, item: str, quantity: int, days: int | None) -> None:
        expires = None if days is None else await self.room.today() + timedelta(days=days)
        lines = [goods.GoodsLine(item, quantity, expires)]
        depot, waybill = depot_of(item, region), str(uuid7())
        await self.room.do(lambda unit: goods.receive(unit, self.room.rules, depot, waybill, lines, None))

    async def plans(self, region: str, item: str, quantity: int, days: int, life: int | None) -> None:
        """Goods that are to come in some days, and keep so long then."""
        due = await self.room.today() + timedelta(days=days)
        until = None if life is None else due + timedelta(days=life)
        wanted = planning.PlannedGoods(depot_of(item, region), item, quantity, due, str(uuid7()), until)
        await self.room.do(lambda unit: planning.plan_deliveries(unit, [wanted]))

    async def comes(self, place: int, part: int | None) -> None:
        """Of goods that are to come a part, or the rest of them."""
        plans = await self.room.rows(
            "SELECT * FROM planned_delivery WHERE received_on IS NULL AND closed_on IS NULL ORDER BY due_on, id"
        )
        if place < len(plans):
            plan = plans[place]
            rest = plan["quantity"] - plan["received"]
            today = await self.room.today()
            until = plan["expires_on"] if plan["expires_on"] and plan["expires_on"] >= today else None
            lines = [goods.GoodsLine(plan["item"], min(part or rest, rest), until)]
            rules, waybill = self.room.rules, str(uuid7())
            await self.room.do(
                lambda unit: goods.receive(unit, rules, plan["depot"], waybill, lines, plan["id"])
            )

    async def adjusts(self, region: str, item: str, difference: int) -> None:
        depot = depot_of(item, region)
        await self.room.do(
            lambda unit: stock.adjust(unit, self.room.rules, depot, item, difference, "weighed")
        )

    async def counts(self, region: str, counted: dict[str, int]) -> None:
        """What lies in the depot of a region."""
        found = [stock.Counted(item, quantity) for item, quantity in counted.items()]
        await self.room.do(
            lambda unit: stock.count(unit, self.room.rules, depot_of("any", region), found, "autumn")
        )

    async def transfers(self, source: str, item: str, quantity: int) -> None:
        here, there = depot_of(item, source), depot_of(item, next(each for each in REGIONS if each != source))
        await self.room.do(
            lambda unit: moving.transfer(unit, self.room.rules, here, there, item, quantity, "evening out")
        )

    async def undoes(self, place: int) -> None:
        """A movement of goods, the newest ones first."""
        rows = await self.room.rows("SELECT id FROM movement WHERE on_hand <> 0 ORDER BY id DESC")
        if place < len(rows):
            await self.room.do(
                lambda unit: undoing.reverse(unit, self.room.rules, rows[place]["id"], "wrong")
            )

    async def brings_back(self, place: int) -> None:
        """A hand-out is undone, the newest ones first."""
        rows = await self.room.rows("SELECT id FROM delivery WHERE undone_on IS NULL ORDER BY id DESC")
        if place < len(rows):
            rules, paper = self.room.rules, rows[place]["id"]
            await self.room.do(lambda unit: bringing_back.undo_hand_out(unit, rules, paper, "wrong"))

    async def fetches(self, number: int, part: int | None) -> None:
        """A part of the first thing that is set aside for a household, or all."""
        home = self._active(number)
        if home and home.members:
            mine = [each for each in await self.rows(number) if each.reserved and each.kind != "bed"]
            wanted = [handing_out.Wanted(each.id, min(part, each.reserved)) for each in mine[:1] if part]
            await self.hands(number, wanted)

    async def hands(self, number: int, wanted: list[handing_out.Wanted]) -> None:
        """To the first member of a household what is wanted, or with nothing named all that is set aside."""
        home = self.homes[number]
        receiver = _member(home, home.members[0])
        await self.room.do(
            lambda unit: handing_out.hand_out(unit, self.room.rules, home.id, receiver, wanted)
        )

    async def asks_again(self, number: int, kit: bool, reason: asking.OnceMore) -> None:
        """For a kit, or a set for the first member."""
        if (home := self._active(number)) and home.members:
            kind, member = (Kind.KIT, None) if kit else (Kind.CLOTHING, _member(home, home.members[0]))
            await self.room.do(
                lambda unit: asking.ask_again(unit, self.room.rules, home.id, kind, member, reason)
            )

    async def goes_over(self, number: int, other: int, told_first: str) -> None:
        """One member moves from one household to another: two facts, in either order or in one batch."""
        here, there = self._active(number), self._active(other)
        who = _member(here, here.members[-1]) if here and here.members else None
        if here and there and number != other and who and who not in there.guests:
            left = replace(here, members=here.members[:-1], version=here.version + 1)
            joined = replace(there, guests=(*there.guests, who), version=there.version + 1)
            self.homes |= {number: left, other: joined}
            states = [await self._state(each, HouseholdChanged) for each in (number, other)]
            if told_first == "new":
                states.reverse()
            if told_first == "both":
                await self.room.hears(*states)
            else:
                for each in states:
                    await self.room.hears(each)

    async def takes_in(self, number: int, other: int) -> None:
        """The first member of a household is told of in another one, whatever is told of the household itself."""
        there, here = self._active(number), self.homes.get(other)
        if there and here and here.members and (who := _member(here, here.members[0])) not in there.guests:
            await self._changes(number, replace(there, guests=(*there.guests, who)))

    async def change_places(self, number: int, other: int) -> None:
        """The last members of two households change places; both facts are in one batch."""
        one, two = self._active(number), self._active(other)
        if one and two and number != other and one.members and two.members:
            first, second = _member(one, one.members[-1]), _member(two, two.members[-1])
            if second not in one.guests and first not in two.guests:
                self.homes[number] = replace(
                    one, members=one.members[:-1], guests=(*one.guests, second), version=one.version + 1
                )
                self.homes[other] = replace(
                    two, members=two.members[:-1], guests=(*two.guests, first), version=two.version + 1
                )
                await self.room.hears(
                    *[await self._state(each, HouseholdChanged) for each in (number, other)]
                )

    async def gives_up(self, number: int, place: int) -> None:
        mine = [each for each in await self.rows(number) if each.open] if number in self.homes else []
        if place < len(mine):
            cancel = partial(
                handing_out.cancel, rules=self.room.rules, reservation_id=mine[place].id, note="no"
            )
            await self.room.do(cancel)

    async def nights(self, days: int) -> None:
        await self.room.turn(days)

    async def renews(self) -> None:
        """What the turn of a month has put off is done."""
        while await self.room.rows("SELECT first_day FROM renewal"):
            await self.room.timers.do_next()

    def _active(self, number: int) -> Home | None:
        home = self.homes.get(number)
        return home if home and home.active else None

    async def _changes(
        self, number: int, home: Home, contract: type[HouseholdState] = HouseholdChanged
    ) -> None:
        self.homes[number] = replace(home, version=home.version + 1)
        await self.room.hears(await self._state(number, contract))

    async def _state(self, number: int, contract: type[HouseholdState]) -> HouseholdState:
        home = self.homes[number]
        return contract(
            household_id=home.id,
            version=home.version,
            code=f"LF-06-{number:04}",
            region=home.region,
            registered_on=home.since,
            on=await self.room.today(),
            members=tuple(
                MemberFacts(
                    member_id=_member(home, each), age_band=AgeBand.ADULT, size=SIZES[each % len(SIZES)]
                )
                for each in home.members
            )
            + tuple(
                MemberFacts(member_id=each, age_band=AgeBand.ADULT, size=SIZES[0]) for each in home.guests
            ),
            needs=home.needs,
            rank=home.rank,
        )

    async def rows(self, number: int) -> list[Reservation]:
        async with self.room.units.read() as session:
            return await reservations_where(session, RESERVATION.c.household_id == self.homes[number].id)


def _member(home: Home, place: int) -> UUID:
    return UUID(int=home.id.int * 1000 + place)


def step(name: str, *given: st.SearchStrategy[object]) -> st.SearchStrategy[Step]:
    """A step with whatever it is given."""
    return st.tuples(st.just(name), st.tuples(*given))


NUMBERS = st.integers(1, 3)
REGION = st.sampled_from(REGIONS)
NEEDS = st.frozensets(st.sampled_from(NeedKind), min_size=1)


def told(needs: st.SearchStrategy[frozenset[NeedKind]] = NEEDS) -> st.SearchStrategy[Step]:
    """Whatever intake may say of households that have such needs."""
    return st.one_of(
        step("registers", NUMBERS, st.integers(1, 3), REGION, needs),
        step("joins", NUMBERS),
        step("leaves", NUMBERS),
        step("moves", NUMBERS, REGION),
        step("asks", NUMBERS, needs),
        step("ranks", NUMBERS, st.sampled_from((0, 9))),
        step("closes", NUMBERS),
        step("reopens", NUMBERS, st.integers(0, 1)),
        step("moves_while_another_comes", NUMBERS, st.integers(1, 2), REGION),
    )


def done(item: st.SearchStrategy[str], amount: int) -> st.SearchStrategy[Step]:
    """Whatever people may do in the store with such items, up to such an amount of them."""
    days = st.none() | st.integers(0, 4)
    return st.one_of(
        step("receives", REGION, item, st.integers(1, amount), days),
        step("adjusts", REGION, item, st.integers(-amount, amount)),
        step("counts", REGION, st.dictionaries(item, st.integers(0, amount), min_size=1, max_size=3)),
        step("transfers", REGION, item, st.integers(1, amount)),
        step("undoes", st.integers(0, 5)),
    )


def planned(item: st.SearchStrategy[str], amount: int) -> st.SearchStrategy[Step]:
    """Goods that are to come, and come in parts, late, or never."""
    life = st.none() | st.integers(0, 9)
    return st.one_of(
        step("plans", REGION, item, st.integers(1, amount), st.integers(0, 12), life),
        step("comes", st.integers(0, 2), st.none() | st.integers(1, amount)),
    )


def lives() -> st.SearchStrategy[Step]:
    """Whatever households do, and the days."""
    return st.one_of(
        step("fetches", NUMBERS, st.none() | st.integers(1, 20_000)),
        step("gives_up", NUMBERS, st.integers(0, 4)),
        step("nights", st.integers(1, 4)),
        step("nights", st.just(31)),
        step("renews"),
    )
