"""What it costs to find helpers for many needs among many volunteers: the rule alone, in this process.

Most volunteers lack something for most needs, and some needs are of whole teams of some hours, as in life. It is also
measured how long it takes where nobody fits: then each volunteer is looked at to say what is lacking.
"""

import time
from datetime import UTC, date, datetime, timedelta
from random import Random
from uuid import UUID

from services.events.domain.helping import Need, Rules, Volunteer, VolunteerState
from services.events.domain.languages import Skill, Wanted
from services.events.domain.matching import match
from services.events.domain.teams import Span
from shared.contracts.sponsorship import LEVELS
from tests.bench.ground import Ground
from tests.bench.peers.roster import OURS
from tests.bench.trial import Measured, Unsound

LANGUAGES = ("ko", "ja", "zh", "en", "fr", "th")
FIRST_DAY = date(2006, 11, 1)
RULES = Rules(checks={"interpret": ("confidentiality",)})


async def matching(_: Ground, seed: int, count: int) -> list[Measured]:
    """CPU seconds for as many needs as volunteers, where many fit and where nobody does."""
    random = Random(seed)
    volunteers = [_volunteer(random, number) for number in range(count)]
    needs = [_need(random, number) for number in range(count)]
    many = _timed(needs, volunteers)
    nobody = _timed(needs, [_without_checks(each) for each in volunteers])
    return [
        Measured(OURS, f"matching {count:,}", many, "CPU s"),
        Measured(OURS, f"matching nobody {count:,}", nobody, "CPU s"),
    ]


def _timed(needs: list[Need], volunteers: list[Volunteer]) -> float:
    before = time.process_time()
    proposals = match(needs, volunteers, RULES, FIRST_DAY)
    seconds = time.process_time() - before
    if unexplained := sum(bool(each.missing) and not each.next_best for each in proposals):
        raise Unsound(OURS, {"each need that nobody fits says who comes next": unexplained})
    return seconds


def _volunteer(random: Random, number: int) -> Volunteer:
    skills = tuple(
        Skill(language, into, random.choice([*LEVELS, None]), modes=frozenset({"simultaneous"}))
        for language, into in (random.sample(LANGUAGES, 2) for _ in range(2))
    )
    return Volunteer(
        UUID(int=number + 1),
        VolunteerState.ACTIVE,
        True,
        skills,
        frozenset({"interpret"}),
        checks={"confidentiality": None},
        served=random.randrange(3),
        minutes=random.randrange(10_000),
    )


def _without_checks(volunteer: Volunteer) -> Volunteer:
    return Volunteer(**{**vars(volunteer), "checks": {}})


def _need(random: Random, number: int) -> Need:
    language, into = random.sample(LANGUAGES, 2)
    day = FIRST_DAY + timedelta(days=random.randrange(200))
    start = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    hours = timedelta(hours=random.randrange(1, 8))
    wanted = Wanted(language, random.choice(LEVELS[:5]), into, mode="simultaneous")
    return Need(
        UUID(int=10**9 + number),
        "interpret",
        (wanted,),
        1,
        day,
        day,
        mode="simultaneous",
        time=Span(start, start + hours),
    )
