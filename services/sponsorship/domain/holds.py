"""Which gift has which child: holds, and the sponsorships that come of them.

A hold has an end of its own. If its gift begins before that end, the hold is converted, and a sponsorship follows; else
the child is free again on that day. What became of a hold follows from what is known of gift and child now, so it is
the same in whatever order that was told.

    hold until 10 January             -> the child is held
    the gift covers days since 9 Jan  -> sponsored since 9 January, also if this was told on the 12th
    the gift covers days since 10 Jan -> free since 10 January; the hold tells why

A gift at risk gets no new child. That goes by the days of the facts, not by when they are heard: while a gift is at
risk since 8 January, a hold that was made on the 9th keeps no child, and one that was made before goes on but does not
become a sponsorship if the gift began on the 9th. What was given up to and with the 8th stays. Once the gift is paid
again, each of these holds is as if the gift had never failed.

Nor does a hold become a sponsorship while the two may not come together (`together.py`): it keeps the child to its end,
and if the gift began before that, it is looked at again once nothing stands against it. The sponsorship then begins on
that day. If the gift is over by then, or the child gone, there is none.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from services.sponsorship.domain.gifts import Gift

WHOLE = 10_000
"""Ten-thousandths of what a child's support costs."""


class Role(StrEnum):
    """A child has one MAIN sponsor at most, and any number who bear a share beside."""

    MAIN = "main"
    CO = "co"


class State(StrEnum):
    """HELD keeps the child. CONVERTED has become a sponsorship, which may be over. LET_GO keeps it no longer."""

    HELD = "held"
    CONVERTED = "converted"
    LET_GO = "let_go"


class Over(StrEnum):
    """Why a hold or a sponsorship is over."""

    ENDED = "ended"
    """The hold's own end came before the gift began."""
    GIFT_OVER = "gift_over"
    CHILD_LEFT = "child_left"
    CHILD_TAKEN = "child_taken"
    """It was heard late that the gift had begun in time, and another one has the child."""
    RELEASED = "released"
    """Somebody of the staff let the child go: the sponsor changed their mind, say."""
    HANDED_OVER = "handed_over"
    """Another sponsor follows without a gap."""
    DECLINED = "declined"
    """The organisation does not want this sponsor."""
    HELD_OFF = "held_off"
    """The gift began in time, but when the hold ended the two could not come together."""
    AT_RISK = "at_risk"
    """It was heard late that the gift was at risk when the hold was made."""
    SPONSOR_WISHED = "sponsor_wished"
    FAMILY_WISHED = "family_wished"
    MISTAKEN = "mistaken"
    """The child should never have been given to this gift."""


class NotAgain(StrEnum):
    """Why a child who left and is back does not have the sponsor again whom it had."""

    GIFT_OVER = "gift_over"
    SPONSOR_HAS_ANOTHER = "sponsor_has_another"
    PLACE_KEPT = "place_kept"
    """The sponsor has room, but keeps it for another child who may come back."""
    CHILD_HAS_ANOTHER = "child_has_another"


PASSING = frozenset({Over.GIFT_OVER, Over.CHILD_LEFT, Over.AT_RISK, Over.HELD_OFF})
"""What may be undone by what is told later: the gift is paid again, the household is helped again, an incident is
settled.
"""


@dataclass(frozen=True)
class Hold:
    """A gift keeps a child. `until` is the first day, or the instant, at which the hold is no more.

    `share` is in ten-thousandths, of what a co-sponsor bears; the main sponsor bears the rest. A hold is `held_off`
    once its gift had begun in time while the two could not come together.
    """

    id: UUID
    child_id: UUID
    gift_id: UUID
    made_on: date
    until: date | datetime
    role: Role = Role.MAIN
    share: int = 0
    state: State = State.HELD
    closed_on: date | None = None
    reason: Over | None = None
    held_off: bool = False

    def let_go(self, on: date, why: Over) -> "Hold":
        return replace(self, state=State.LET_GO, closed_on=on, reason=why)

    def converted(self, on: date) -> "Hold":
        return replace(self, state=State.CONVERTED, closed_on=on, reason=None)

    def until_then(self, until: date | datetime) -> "Hold":
        return replace(self, until=until)

    def held_again(self) -> "Hold":
        return replace(self, state=State.HELD, closed_on=None, reason=None)


@dataclass(frozen=True)
class Sponsorship:
    """A sponsorship: a gift supports a child from `starts_on` up to and with `ends_on`, if that is known."""

    id: UUID
    hold_id: UUID
    child_id: UUID
    gift_id: UUID
    starts_on: date
    role: Role = Role.MAIN
    share: int = 0
    ends_on: date | None = None
    reason: Over | None = None
    farewell: str | None = None
    ended_by: str | None = None

    @property
    def active(self) -> bool:
        return self.ends_on is None

    def ended(self, on: date, why: Over) -> "Sponsorship":
        """Over; what ends on the day on which it began was one day long."""
        return replace(self, ends_on=max(on, self.starts_on), reason=why)


@dataclass(frozen=True)
class Moment:
    """When it is looked at: the service's day, the wall clock, and the zone in which an instant has a day."""

    today: date
    now: datetime
    zone: ZoneInfo


def end_of(hold: Hold, zone: ZoneInfo) -> date:
    """The day on which a hold is no more."""
    until = hold.until
    return until.astimezone(zone).date() if isinstance(until, datetime) else until


def is_past(hold: Hold, moment: Moment) -> bool:
    """Whether a hold's own end has come."""
    until = hold.until
    return until <= moment.now if isinstance(until, datetime) else until <= moment.today


def is_won(hold: Hold, gift: Gift, moment: Moment) -> bool:
    """Whether the gift began before the hold's end.

    A gift begins with a day. Of a hold that ends within that day, it counts whether the end had passed when that was
    heard.
    """
    if gift.begun_on is None:
        return False
    end = end_of(hold, moment.zone)
    if isinstance(hold.until, datetime) and gift.begun_on == end:
        return hold.held_off or (hold.state is State.HELD and not is_past(hold, moment))
    return gift.begun_on < end


def won_on(hold: Hold, gift: Gift) -> date:
    """The first day of a sponsorship that comes of a hold: the first that is covered, but none before the hold."""
    return max(gift.begun_on or hold.made_on, hold.made_on)


def is_stopped(hold: Hold, gift: Gift) -> bool:
    """Whether the gift has been at risk since before the day on which it got the child, or would get it."""
    return gift.failing_since is not None and won_on(hold, gift) > gift.failing_since
