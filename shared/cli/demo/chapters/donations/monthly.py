"""What PayPal tells of some monthly gifts through a winter.

Of six gifts two simply go on. One is held by PayPal at first; one is refunded once; one is disputed, and the group
keeps the money; one fails, recovers, and fails for good. Three more are for children: two go on, one of them for two
children; the third one stops.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from shared.cli.demo.chapters.donations.mail import Sent
from shared.cli.demo.living import days

AT = time(3, tzinfo=UTC)
"""Noon where the group is: its day is the notice's own."""
PAID_ON = 3
"""The day of the month on which PayPal collects."""
AGAIN_DAYS = 5
"""PayPal tries a payment that failed again after so many days, twice."""
OWN_MARKS = frozenset({"custom", "custom_id"})
"""A gift is known by PayPal's id alone."""


class Monthly(NamedTuple):
    """A gift that a donor gives through PayPal each month; for so many `children`, if it is for any."""

    name: str
    purpose: str
    donor: str
    children: int = 0


GIFTS = (
    Monthly("steady", "medical", "Example Nurses"),
    Monthly("held", "medical", "Example Clinic Friends"),
    Monthly("travel", "family_visits", "Example Travellers"),
    Monthly("refunded", "general", "Example Neighbours"),
    Monthly("disputed", "education", "Example Teachers"),
    Monthly("failing", "general", "Example Students"),
    Monthly("two", "education", "Example Grandparents", children=2),
    Monthly("classmate", "education", "Example Classmates", children=1),
    Monthly("stopping", "education", "Example Book Club", children=1),
)


class Story:
    """All that PayPal tells from the first day to the last; `make` is the module that writes its notices."""

    def __init__(self, make: Any, plan: str, first: date, last: date) -> None:
        self._make = make
        self._plan = plan
        self._first = first
        self._last = last
        self._due = [day for day in days(first, last) if day.day == PAID_ON]

    def subscription(self, gift: Monthly) -> str:
        """PayPal's id of the gift."""
        return "I-" + self._id(gift.name)

    def all(self) -> list[Sent]:
        """In the order in which it happened."""
        tell = {
            "held": self._held,
            "refunded": self._refunded,
            "disputed": self._disputed,
            "failing": self._failing,
            "stopping": self._stopping,
        }
        told = [
            each for gift in GIFTS for each in (*self._begun(gift), *tell.get(gift.name, self._goes_on)(gift))
        ]
        return sorted((each for each in told if each.on <= self._last), key=lambda each: (each.on, each.name))

    def _begun(self, gift: Monthly) -> Iterator[Sent]:
        for what in ("CREATED", "ACTIVATED"):
            yield self._of_subscription(gift, what, self._first)

    def _goes_on(self, gift: Monthly) -> Iterator[Sent]:
        return (self._paid(gift, due) for due in self._due)

    def _held(self, gift: Monthly) -> Iterator[Sent]:
        """PayPal holds the first payment for eight days, and then tells of it once more."""
        for due in self._due[:1]:
            later = due + timedelta(days=8)
            sale = {"sale_id": self._sale(gift, due), "subscription_id": self.subscription(gift)}
            held = self._make.held(_at(due), **sale)
            dated = self._make.written(_at(later))
            yield self._sent(due, f"{gift.name} held", held)
            released = self._make.held(_at(due), **sale, status="RELEASED", update_time=dated)
            yield self._sent(later, f"{gift.name} released", released)
        yield from (self._paid(gift, due) for due in self._due[1:])

    def _refunded(self, gift: Monthly) -> Iterator[Sent]:
        """The second payment is given back."""
        for number, due in enumerate(self._due):
            yield self._paid(gift, due)
            if number == 1:
                on, refund = due + timedelta(days=2), self._id(f"{gift.name} refund {due}")
                yield self._sent(
                    on, f"{gift.name} refund", self._make.refund(_at(on), refund, self._sale(gift, due))
                )

    def _disputed(self, gift: Monthly) -> Iterator[Sent]:
        """Somebody does not know the fourth charge; a month later it is the group's."""
        for number, due in enumerate(self._due):
            yield self._paid(gift, due)
            if number == 3:
                case = {"dispute_id": f"PP-D-{self._id(gift.name)}", "sale_id": self._sale(gift, due)}
                opened, closed = due + timedelta(days=4), due + timedelta(days=34)
                began = self._make.dispute("CREATED", _at(opened), **case)
                ended = self._make.dispute("RESOLVED", _at(closed), outcome="RESOLVED_SELLER_FAVOUR", **case)
                yield self._sent(opened, f"{gift.name} opened", began)
                yield self._sent(closed, f"{gift.name} resolved", ended)

    def _failing(self, gift: Monthly) -> Iterator[Sent]:
        """The third payment comes at the second try; the fifth never comes, and PayPal gives up."""
        for number, due in enumerate(self._due[:5]):
            if number == 2:
                yield self._failed(gift, due, 1)
                yield self._paid(gift, due + timedelta(days=AGAIN_DAYS))
            elif number == 4:
                yield from self._given_up(gift, due)
            else:
                yield self._paid(gift, due)

    def _stopping(self, gift: Monthly) -> Iterator[Sent]:
        """Three payments come; the fourth never does."""
        yield from (self._paid(gift, due) for due in self._due[:3])
        for due in self._due[3:4]:
            yield from self._given_up(gift, due)

    def _given_up(self, gift: Monthly, due: date) -> Iterator[Sent]:
        for count in (1, 2, 3):
            yield self._failed(gift, due + timedelta(days=AGAIN_DAYS * (count - 1)), count)
        yield self._of_subscription(gift, "SUSPENDED", due + timedelta(days=AGAIN_DAYS * 2))

    def _paid(self, gift: Monthly, on: date) -> Sent:
        sale = self._make.sale(
            "COMPLETED", _at(on), self._sale(gift, on), subscription_id=self.subscription(gift)
        )
        return self._sent(on, f"{gift.name} {on}", sale)

    def _failed(self, gift: Monthly, on: date, count: int) -> Sent:
        notice = self._make.payment_failed(_at(on), self.subscription(gift), count=count)
        return self._sent(on, f"{gift.name} failed {on}", notice)

    def _of_subscription(self, gift: Monthly, what: str, on: date) -> Sent:
        notice = self._make.subscription(what, _at(on), self.subscription(gift))
        return self._sent(on, f"{gift.name} {what}", notice)

    def _sale(self, gift: Monthly, on: date) -> str:
        return self._id(f"{gift.name} sale {on}")

    def _id(self, what: str) -> str:
        return sha256(f"{self._plan}/{what}".encode()).hexdigest()[:17].upper()

    def _sent(self, on: date, name: str, notice: Mapping[str, Any]) -> Sent:
        """The notice with the same bytes in each run; its gift is known by PayPal's id alone."""
        resource = {part: value for part, value in notice["resource"].items() if part not in OWN_MARKS}
        same = {"id": f"WH-{self._id(name)}", "create_time": self._make.written(_at(on)), "links": []}
        return Sent(on, name, {**notice, **same, "resource": resource})


def _at(on: date) -> datetime:
    return datetime.combine(on, AT)
