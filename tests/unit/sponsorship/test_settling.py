"""What a page comes to, a step after another: no sponsorship is written for a time in which there was none."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import count
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import Hold, Moment, Over
from services.sponsorship.domain.settling import Page
from services.sponsorship.domain.together import Care

TOKYO = ZoneInfo("Asia/Tokyo")
ONE, OTHER = UUID(int=1), UUID(int=2)
GIFT, SECOND = UUID(int=11), UUID(int=12)
HOLD = UUID(int=21)


def day(number: int) -> date:
    return date(2006, 11, number)


def moment(number: int, hour: int = 12) -> Moment:
    """An hour of a day in Tokyo."""
    now = datetime.combine(day(number), time(hour), TOKYO)
    return Moment(day(number), now.astimezone(UTC), TOKYO)


@dataclass
class Told:
    """Two children and two gifts of one child each, of two people, and what is told of them day by day."""

    page: Page = field(init=False)
    gifts: dict[UUID, Gift] = field(default_factory=dict)
    helped: dict[UUID, bool] = field(default_factory=lambda: {ONE: True, OTHER: True})
    cares: dict[UUID, Care] = field(default_factory=lambda: {ONE: Care(), OTHER: Care()})

    def __post_init__(self) -> None:
        ids = (UUID(int=number) for number in count(100))
        self.gifts |= {each: Gift(each, "active", 1, day(1), person=each) for each in (GIFT, SECOND)}
        self.page = Page(
            self.helped, self.gifts, {}, {}, moment(1), lambda: next(ids), cares=self.cares, away={OTHER}
        )

    def hold(self, child: UUID, gift: UUID, until: date | datetime, key: UUID | None = None) -> None:
        self.page.save(Hold(key or self.page.new_id(), child, gift, self.page.moment.today, until))
        self.page.settle()

    def on(self, number: int, hour: int = 12) -> None:
        self.page.moment = moment(number, hour)
        self.page.settle()

    def gift(self, gift: UUID = GIFT, **now: Any) -> None:
        self.gifts[gift] = replace(self.gifts[gift], **{"on": self.page.moment.today, **now})
        self.page.settle()

    def incident(self, is_open: bool) -> None:
        self.cares[ONE] = Care(incident=is_open)
        self.page.settle()

    def of(self, child: UUID) -> set[tuple[UUID, int, int | None]]:
        """The sponsorships of a child: which gift, from which day of the month, to which."""
        mine = (each for each in self.page.sponsorships.values() if each.child_id == child)
        return {
            (each.gift_id, each.starts_on.day, each.ends_on.day if each.ends_on else None) for each in mine
        }


def won_but_the_place_went_elsewhere(told: Told) -> None:
    """The hold ends on the 10th; that the gift began on the 8th is heard on the 12th, when another child has it."""
    told.hold(ONE, GIFT, day(10), HOLD)
    told.on(11)
    told.hold(OTHER, GIFT, day(20))
    told.on(12)
    told.gift(begun_on=day(8))
    assert told.of(OTHER) == {(GIFT, 11, None)}


def won_but_the_child_went_elsewhere(told: Told) -> None:
    told.hold(ONE, GIFT, day(10), HOLD)
    told.on(11)
    told.gift(SECOND, begun_on=day(1))
    told.hold(ONE, SECOND, day(20))
    told.on(12)


def test_what_went_elsewhere_never_was_a_sponsorship() -> None:
    for story in (won_but_the_place_went_elsewhere, won_but_the_child_went_elsewhere):
        told = Told()
        story(told)
        before = told.of(ONE)
        told.on(20)
        told.gift(status="lapsed", begun_on=day(8))
        told.on(21)
        told.gift(status="active")
        assert told.of(ONE) == before, story.__name__
        assert told.page.holds[HOLD].reason is Over.CHILD_TAKEN, story.__name__


def test_what_was_held_off_begins_once_nothing_stands_against_it_and_never_before() -> None:
    """The gift began on the 8th; an incident of the child was open from the 7th to the 20th."""
    for until in (9, 30):
        for on, goes in ((8, "told"), (12, "told late"), (12, "told when it is over")):
            for over, left in ((False, False), (True, False), (False, True)):
                told = Told()
                told.hold(ONE, GIFT, day(until), HOLD)
                told.on(7)
                told.incident(is_open=True)
                told.on(on)
                told.gift(begun_on=day(8), status="lapsed" if goes.endswith("over") else "active")
                told.gift(status="active")
                told.on(15)
                told.helped[ONE] = not left
                told.gift(status="lapsed" if over else "active")
                told.on(20)
                told.incident(is_open=False)
                case = (until, on, goes, over, left)
                assert told.of(ONE) == (set() if over or left else {(GIFT, 20, None)}), case
                told.on(25)
                told.helped[ONE] = True
                told.gift(status="active")
                assert told.of(ONE) == {(GIFT, 25 if over or left else 20, None)}, case


def test_a_hold_that_ends_at_an_hour_of_the_day_on_which_its_gift_begins_is_held_off_too() -> None:
    for heard, begins in ((12, 12), (19, None)):
        told = Told()
        told.hold(ONE, GIFT, moment(10, 18).now, HOLD)
        told.incident(is_open=True)
        told.on(10, heard)
        told.gift(begun_on=day(10))
        told.on(10, 20)
        assert told.page.holds[HOLD].reason is (Over.HELD_OFF if begins else Over.ENDED)
        told.on(12)
        told.incident(is_open=False)
        assert told.of(ONE) == ({(GIFT, begins, None)} if begins else set())
