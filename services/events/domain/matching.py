"""From needs to helpers: who is asked for what, and why nobody is. No rule is ever relaxed here: who does not fit is
named with what they lack, and a person decides.

The work grows at most as needs times volunteers: each pair is looked at once, and what does not depend on the moment is
worked out once for all needs that want the same.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from heapq import nsmallest
from uuid import UUID

from services.events.domain.helping import Need, Rules, Volunteer, lacks_always, lacks_now, wanted_people
from services.events.domain.lacks import NEVER_OVERLOOKED, Lack

MOST_NEXT = 3
FOUND, TOO_FEW, NOBODY = "found", "too_few", "nobody"
"""Reasons beside the lacks: as many fit as are wanted; fewer; there are no volunteers at all."""


@dataclass(frozen=True)
class NextBest:
    """Somebody who does not fit, and all that they lack. A person may overlook it if `may_be_overlooked`."""

    volunteer_id: UUID
    lacking: tuple[Lack, ...]

    @property
    def may_be_overlooked(self) -> bool:
        return NEVER_OVERLOOKED.isdisjoint(self.lacking)


@dataclass(frozen=True)
class Proposal:
    """What comes of one need: who is asked, in this order, how many are still missing, and why.

    `reason` is FOUND, TOO_FEW, NOBODY or what the nearest of those who do not fit lacks; `counted` says of how many
    volunteers each lack is true; `next_best` are the nearest, with who may be taken before who may not.
    """

    need_id: UUID
    asked: tuple[UUID, ...]
    missing: int
    reason: str
    counted: tuple[tuple[Lack, int], ...] = ()
    next_best: tuple[NextBest, ...] = ()


def match(
    needs: Iterable[Need], volunteers: Iterable[Volunteer], rules: Rules, today: date
) -> tuple[Proposal, ...]:
    """Whom to ask today for each need, the earliest need first; the same of the same needs and volunteers in any order.

    Of those who fit, who has the fewest open tasks is asked first, then who has helped the least.
    """
    known = {each.id: each for each in sorted(volunteers, key=lambda each: each.id)}
    speaking = _by_language(known.values())
    alike: dict[Need, tuple[UUID, ...]] = {}
    proposals = []
    for need in sorted(needs, key=lambda each: each.order):
        same = _what_is_wanted(need)
        if same not in alike:
            near = {key for wanted in need.languages for key in speaking.get(wanted.language, ())}
            alike[same] = tuple(key for key in near if _lacks_nothing(known[key], need, rules, today))
        proposal = _propose(need, known, alike[same], rules, today)
        for key in proposal.asked:
            known[key] = _with_task(known[key], need)
        proposals.append(proposal)
    return tuple(proposals)


def _by_language(volunteers: Iterable[Volunteer]) -> dict[str, set[UUID]]:
    """Who speaks a language at all: nobody else can fit, so nobody else is looked at first."""
    found: dict[str, set[UUID]] = {}
    for each in volunteers:
        for skill in each.skills:
            found.setdefault(skill.language, set()).add(each.id)
    return found


def _lacks_nothing(volunteer: Volunteer, need: Need, rules: Rules, today: date) -> bool:
    return next(lacks_always(volunteer, need, rules, today), None) is None


_NOBODY = UUID(int=0)


def _what_is_wanted(need: Need) -> Need:
    """The need without what `lacks_always` does not look at, so that needs which want the same are one."""
    return replace(
        need,
        id=_NOBODY,
        people=1,
        time=None,
        household_id=None,
        team=frozenset(),
        with_experience=False,
        declined=frozenset(),
    )


def _propose(
    need: Need, known: dict[UUID, Volunteer], able: Iterable[UUID], rules: Rules, today: date
) -> Proposal:
    missing = max(wanted_people(need, rules) - len(need.team), 0)
    others = (known[key] for key in able if key not in need.team)
    fitting = sorted((each for each in others if not lacks_now(each, need, rules)), key=_first_asked)
    asked = _with_somebody_experienced(need, fitting, missing, rules)
    if len(asked) == missing:
        return Proposal(need.id, asked, 0, FOUND)
    unfit = {
        key: lacking
        for key, each in known.items()
        if key not in need.team
        and (lacking := (*lacks_always(each, need, rules, today), *lacks_now(each, need, rules)))
    }
    if not asked:
        unfit.update((each.id, (Lack.ALONE,)) for each in fitting)
    return _explained(Proposal(need.id, asked, missing - len(asked), NOBODY), bool(need.team), unfit)


def _explained(proposal: Proposal, has_team: bool, unfit: dict[UUID, tuple[Lack, ...]]) -> Proposal:
    """The proposal with the reason why people are missing, and who is the nearest of those who do not fit."""
    next_best = _nearest(unfit)
    reason = next_best[0].lacking[0].value if next_best else NOBODY
    counted = Counter(lack for lacking in unfit.values() for lack in lacking)
    if proposal.asked or has_team:
        reason = TOO_FEW
    return replace(proposal, reason=reason, counted=tuple(sorted(counted.items())), next_best=next_best)


def _first_asked(volunteer: Volunteer) -> tuple[int, int, UUID]:
    return volunteer.open, volunteer.minutes, volunteer.id


def _with_somebody_experienced(
    need: Need, fitting: Sequence[Volunteer], missing: int, rules: Rules
) -> tuple[UUID, ...]:
    """The first of those who fit; one who has helped before is among them, or in the team already, or nobody is asked.

    Where three fit, two are wanted and only the third has helped before, the first and the third are asked.
    """
    first = list(fitting[:missing])
    if need.with_experience or need.task in rules.alone_at_first or any(each.served for each in first):
        return tuple(each.id for each in first)
    old_hand = next((each for each in fitting if each.served), None)
    return (*(each.id for each in first[:-1]), old_hand.id) if first and old_hand else ()


def _nearest(unfit: dict[UUID, tuple[Lack, ...]]) -> tuple[NextBest, ...]:
    """Those who lack the least; whom nobody may overlook comes after all others."""

    def distance(one: NextBest) -> tuple[bool, int, UUID]:
        return not one.may_be_overlooked, len(one.lacking), one.volunteer_id

    return tuple(nsmallest(MOST_NEXT, (NextBest(*each) for each in unfit.items()), key=distance))


def _with_task(volunteer: Volunteer, need: Need) -> Volunteer:
    """The volunteer with one more task."""
    booked = (*volunteer.booked, need.time) if need.time else volunteer.booked
    return replace(volunteer, open=volunteer.open + 1, booked=booked)
