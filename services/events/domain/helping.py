"""Who is wanted, who would help, and what of the one the other lacks. Values that never change, and no names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.events.domain.lacks import WORDS, Lack
from services.events.domain.languages import Skill, Wanted, lacking_of
from services.events.domain.teams import Span, TeamRules, team_size, tired


class VolunteerState(StrEnum):
    """How a volunteer stands; only who is active is asked."""

    APPLICANT = "applicant"
    CHECKED = "checked"
    ACTIVE = "active"
    PAUSED = "paused"
    LEFT = "left"


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
CHECKS = ("police_record", "safeguarding", "confidentiality")
"""What is looked at before somebody helps, as far as it is known now."""


@dataclass(frozen=True)
class Need:
    """Helpers who are wanted for one task.

    `languages` are wanted of each of them, or with `any_of` one of the languages. It is from the day `starts_on` up to
    and with `ends_on`, or open-ended; `time` is known of a task of some hours. `team` are those who have it already,
    asked or agreed, and `with_experience` says whether one of these has helped before. Nobody of `declined` is asked
    again.
    """

    id: UUID
    task: str
    languages: tuple[Wanted, ...]
    people: int
    starts_on: date
    ends_on: date | None = None
    any_of: bool = False
    mode: str | None = None
    time: Span | None = None
    region: str | None = None
    online: bool = False
    gender: str | None = None
    household_id: UUID | None = None
    team: frozenset[UUID] = frozenset()
    with_experience: bool = False
    declined: frozenset[UUID] = frozenset()

    @property
    def order(self) -> tuple[date, UUID]:
        """Which need is served first: the earliest, and of two of one day the one that was told first."""
        return self.starts_on, self.id


@dataclass(frozen=True)
class Volunteer:
    """Somebody who would help. `checks` have the last day on which each is valid, None for one without an end; `known`
    are households that they are from the same town as, know or belong to; `booked` are the hours of their tasks. Who is
    never written to (`no_contact`) is asked for nothing.
    """

    id: UUID
    state: VolunteerState
    adult: bool
    skills: tuple[Skill, ...]
    tasks: frozenset[str]
    regions: frozenset[str] = frozenset()
    online: bool = False
    gender: str | None = None
    weekdays: frozenset[str] = frozenset(WEEKDAYS)
    available_from: date | None = None
    available_until: date | None = None
    checks: Mapping[str, date | None] = field(default_factory=dict)
    no_contact: bool = False
    known: frozenset[UUID] = frozenset()
    served: int = 0
    minutes: int = 0
    open: int = 0
    booked: tuple[Span, ...] = ()

    def run_out(self, today: date) -> list[str]:
        """Which checks count no longer."""
        return sorted(what for what, until in self.checks.items() if until and until < today)


@dataclass(frozen=True)
class Rules:
    """What the group decides: sizes of teams and rest, which checks a task takes, which tasks a first-timer may do
    alone, how many open tasks somebody may have, and within how many days whoever is asked answers.
    """

    teams: TeamRules = field(default_factory=TeamRules)
    checks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    alone_at_first: frozenset[str] = frozenset()
    most_open: int = 5
    offer_days: int = 7

    def checks_of(self, task: str) -> tuple[str, ...]:
        """What must be checked; all that there is for a task that nobody has decided about."""
        return self.checks.get(task, CHECKS)


def wanted_people(need: Need, rules: Rules) -> int:
    """How many helpers it takes: as many as were asked for, or a whole team if that is more."""
    return max(need.people, team_size(need.mode, need.time, rules.teams))


def lacks_always(volunteer: Volunteer, need: Need, rules: Rules, today: date) -> Iterator[Lack]:
    """What somebody lacks today for this need, whatever else they do; lazily, for most who do not fit lack the first
    ones.
    """
    if volunteer.state is not VolunteerState.ACTIVE:
        yield Lack.NOT_ACTIVE
    if not volunteer.adult:
        yield Lack.NOT_ADULT
    if volunteer.no_contact:
        yield Lack.NO_CONTACT
    if need.task not in volunteer.tasks:
        yield Lack.TASK
    yield from lacking_of(volunteer.skills, need.languages, need.any_of)
    if any(not _valid(volunteer, check, need, today) for check in rules.checks_of(need.task)):
        yield Lack.CHECK
    if need.gender and volunteer.gender != need.gender:
        yield Lack.GENDER
    if not (volunteer.online if need.online else need.region is None or need.region in volunteer.regions):
        yield Lack.REGION
    if not _there(volunteer, need, today):
        yield Lack.AWAY


def words_of(lacks: Iterable[Lack], volunteer: Volunteer, need: Need, rules: Rules, today: date) -> list[str]:
    """What somebody lacks, in words; of checks which ones, and since when."""
    checks = checks_in_words(volunteer, need, rules, today)
    return [checks if each is Lack.CHECK else WORDS[each] for each in lacks]


def checks_in_words(volunteer: Volunteer, need: Need, rules: Rules, today: date) -> str:
    """Which checks somebody lacks for a need: `has no check "police record", and ...`."""
    last = _last(need, today)
    return ", and ".join(
        f'has no check "{name}"'
        if check not in volunteer.checks
        else f'has a check "{name}" that counts until {volunteer.checks[check]} alone; it is needed until {last}'
        for check in rules.checks_of(need.task)
        if not _valid(volunteer, check, need, today)
        for name in [check.replace("_", " ")]
    )


def lacks_now(volunteer: Volunteer, need: Need, rules: Rules) -> tuple[Lack, ...]:
    """What somebody lacks for this need because of whom it is for, of other tasks, or of what was asked before."""
    found = [Lack.KNOWS_THEM] if need.household_id in volunteer.known else []
    if volunteer.id in need.declined:
        found.append(Lack.DECLINED)
    if volunteer.open >= rules.most_open:
        found.append(Lack.ENOUGH)
    if need.time and (why := tired(volunteer.booked, need.time, rules.teams)):
        found.append(why)
    return tuple(found)


def alone_at_first(volunteer: Volunteer, need: Need, rules: Rules) -> bool:
    """Whether somebody would have a first task with nobody beside them who has helped before."""
    return not (volunteer.served or need.with_experience or need.task in rules.alone_at_first)


def _valid(volunteer: Volunteer, check: str, need: Need, today: date) -> bool:
    if check not in volunteer.checks:
        return False
    until = volunteer.checks[check]
    return until is None or until >= _last(need, today)


def _first(need: Need, today: date) -> date:
    """The first day on which anybody can still help."""
    return max(need.starts_on, today)


def _last(need: Need, today: date) -> date:
    """The last day of a need that is known; an open-ended one lasts until today at least."""
    return need.ends_on or _first(need, today)


def _there(volunteer: Volunteer, need: Need, today: date) -> bool:
    """On all days of the need that are left; which days of the week, counts for a need of one day alone."""
    if volunteer.available_from and volunteer.available_from > _first(need, today):
        return False
    if volunteer.available_until and volunteer.available_until < _last(need, today):
        return False
    return need.ends_on != need.starts_on or WEEKDAYS[need.starts_on.weekday()] in volunteer.weekdays
