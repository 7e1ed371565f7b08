"""Needs for helpers as they are kept: what others asked for, how it stands, and what is said of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from services.events.domain.gatherings import Gathering, Language
from services.events.domain.helping import Need, Rules, wanted_people
from services.events.domain.languages import Wanted
from services.events.domain.matching import FOUND
from services.events.domain.teams import Span
from shared.contracts.events import HelpChanged, HelpStatus
from shared.contracts.intake import SettlementAsked, SettlementWish
from shared.contracts.sponsorship import HelperAsked

WITHDRAWN = "withdrawn"
ACCOMPANY, INTERPRET = "accompany", "interpret"
ASKED, WAITING, PAST = "asked", "waiting", "past"
"""Reasons of a need that stands: somebody was asked; nobody was looked for yet; its last day is over."""
ENOUGH = "enough"
"""Why somebody is freed whom nothing is wrong with: fewer are wanted now."""


class Source(StrEnum):
    """Who asked: sponsorship for its lessons and letters, a household that settles, a gathering, or staff."""

    SPONSORSHIP = "sponsorship"
    SETTLEMENT = "settlement"
    GATHERING = "gathering"
    STAFF = "staff"


class Ended(StrEnum):
    """Why a need is over."""

    NOT_YET = ""
    WITHDRAWN = "withdrawn"
    HOUSEHOLD_CLOSED = "household_closed"
    CANCELLED = "gathering_cancelled"


class AssignmentState(StrEnum):
    """How somebody stands to a need. Those of OPEN count as having it; the others are history."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    FREED = "freed"
    DONE = "done"


OPEN = (AssignmentState.OFFERED, AssignmentState.ACCEPTED)
DECLINED = (AssignmentState.DECLINED, AssignmentState.EXPIRED)
"""Said no, or nothing."""


FOR_GOOD = "for_good"
"""Why somebody declined who is not asked for this need any more, whatever it becomes."""


class Household(NamedTuple):
    """The versions in which a household was closed last, and reopened last; 0 for never."""

    closed: int = 0
    reopened: int = 0

    @property
    def is_closed(self) -> bool:
        return self.closed > self.reopened

    def ends(self, asked_in: int | None) -> bool:
        """Whether what was asked for the household in this version of it is over: it was closed later."""
        return self.is_closed if asked_in is None else self.closed > asked_in


@dataclass(frozen=True)
class KeptNeed:
    """A need with who asked. `version` is the fact's that asked, `said` the last one that was said of it."""

    need: Need
    source: Source
    version: int = 0
    request_id: UUID | None = None
    household_version: int | None = None
    gathering_id: UUID | None = None
    ended: Ended = Ended.NOT_YET
    lacking: str = ""
    said: int = 0


class Counts(NamedTuple):
    """How many have a need: asked, agreed, and done."""

    offered: int = 0
    accepted: int = 0
    done: int = 0

    @property
    def found(self) -> int:
        return self.accepted + self.done


class Stand(NamedTuple):
    """How a need stands, and why."""

    status: HelpStatus
    wanted: int
    found: int
    reason: str


def asked_by_sponsorship(fact: HelperAsked) -> KeptNeed:
    """What sponsorship asks for: all languages of each helper."""
    languages = tuple(Wanted(each.language, each.level, each.into) for each in fact.languages)
    need = Need(
        fact.need_id,
        fact.task,
        languages,
        fact.people,
        fact.starts_on,
        fact.ends_on,
        region=fact.region,
        online=fact.online,
    )
    ended = Ended.WITHDRAWN if fact.status == WITHDRAWN else Ended.NOT_YET
    return KeptNeed(need, Source.SPONSORSHIP, fact.version, ended=ended)


def asked_for_settlement(fact: SettlementAsked, level: str) -> KeptNeed:
    """One helper who speaks one of the household's languages, where the household will live.

    A request that does not wish a helper, or no longer, is like one that was withdrawn.
    """
    need = Need(
        fact.request_id,
        ACCOMPANY,
        tuple(Wanted(language, level) for language in sorted(fact.languages)),
        1,
        fact.on,
        any_of=True,
        region=fact.region,
        household_id=fact.household_id,
    )
    wished = SettlementWish.HELPER in fact.wishes and fact.status != WITHDRAWN
    return KeptNeed(
        need,
        Source.SETTLEMENT,
        fact.version,
        request_id=fact.request_id,
        household_version=fact.household_version,
        ended=Ended.NOT_YET if wished else Ended.WITHDRAWN,
    )


def asked_by_gathering(gathering: Gathering, language: Language, need_id: UUID) -> KeptNeed:
    """Who interprets at a gathering between its two languages, as a whole team."""
    times = gathering.times
    wanted = Wanted(
        language.source, language.level, language.target, language.variety, language.topic, language.mode
    )
    need = Need(
        need_id,
        INTERPRET,
        (wanted,),
        language.people,
        times.starts_on,
        max(times.starts_on, times.ends_at.astimezone(ZoneInfo(times.zone)).date()),
        mode=language.mode,
        time=Span(times.starts_at, times.ends_at),
    )
    return KeptNeed(need, Source.GATHERING, gathering_id=gathering.id)


def part_of(language: Language) -> str:
    """What tells the needs of one gathering apart: `ko>en simultaneous`, or with what else is named `ko>en simultaneous
    legal`.
    """
    more = "".join(f" {each}" for each in (language.variety, language.topic) if each)
    return f"{language.source}>{language.target} {language.mode}{more}"


def over(kept: KeptNeed, household: Household) -> KeptNeed:
    """The need, ended if its household was closed after it was asked for."""
    if kept.ended is Ended.NOT_YET and kept.need.household_id and household.ends(kept.household_version):
        return replace(kept, ended=Ended.HOUSEHOLD_CLOSED)
    return kept


def stand(kept: KeptNeed, counts: Counts, rules: Rules, today: date) -> Stand:
    """How a need stands by those who have it."""
    wanted, found = wanted_people(kept.need, rules), counts.found
    if kept.ended is not Ended.NOT_YET:
        return Stand(HelpStatus.WITHDRAWN, wanted, counts.done, kept.ended.value)
    if found >= wanted:
        status = HelpStatus.ACCEPTED if counts.accepted else HelpStatus.DONE
        return Stand(status, wanted, found, FOUND)
    if past(kept.need, today):
        return Stand(HelpStatus.UNMET, wanted, found, PAST)
    if counts.offered:
        return Stand(HelpStatus.OFFERED, wanted, found, ASKED)
    if kept.lacking:
        return Stand(HelpStatus.UNMET, wanted, found, kept.lacking)
    return Stand(HelpStatus.OPEN, wanted, found, WAITING)


def past(need: Need, today: date) -> bool:
    """Whether the last day of a need is over."""
    return need.ends_on is not None and need.ends_on < today


def news_of(kept: KeptNeed, stands: Stand, on: date) -> HelpChanged:
    """What the other services hear."""
    return HelpChanged(
        need_id=kept.need.id,
        version=kept.said,
        request_id=kept.request_id,
        household_id=kept.need.household_id,
        status=stands.status.value,
        wanted=stands.wanted,
        found=min(stands.found, 100),
        reason=stands.reason,
        on=on,
    )


def surplus(team: Sequence[UUID], agreed: frozenset[UUID], wanted: int) -> tuple[UUID, ...]:
    """Who of a team is not needed any more: those asked last first, and nobody who has agreed."""
    too_many = max(len(team) - wanted, 0)
    asked = [each for each in reversed(team) if each not in agreed]
    return tuple(asked[:too_many])
