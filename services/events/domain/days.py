"""Which days and moments can be meant: one set of rules for whoever plans, moves, asks for helpers or writes somebody
down. What breaks one is a slip of the hand: the words name what it is about, and say what to write or look at.
"""

from datetime import date, datetime, timedelta

from services.events.domain.gatherings import Deadlines, Gathering, Times
from services.events.domain.helping import Need
from shared.dates import too_far
from shared.outcomes import Refused, invalid

LONGEST = timedelta(days=31)
"""No gathering lasts longer."""
TOLD_LATE = timedelta(days=31)
"""What was held, or has begun, is written down within so many days."""
YEARS_AHEAD = 10
"""Nothing is planned farther ahead: 2036 in the place of 2026 is a slip too."""
LONGEST_TASK = timedelta(hours=24)
FAR = f"lies more than {YEARS_AHEAD} years ahead"
PAST = "lies in the past"
Rule = tuple[object, str, str, str]
"""Whether something is wrong, the words for people, the field, and what is wrong with it."""


def first_wrong(*rules: Rule) -> Refused | None:
    """The first of these rules that is broken."""
    broken = (invalid(words, (field, reason)) for wrong, words, field, reason in rules if wrong)
    return next(broken, None)


def plan_refused(times: Times, deadlines: Deadlines, today: date) -> Refused | None:
    """Why a gathering is not planned for these times."""
    ahead = times.starts_on >= today
    return (
        _order_refused(times, deadlines, today)
        or first_wrong(
            (
                times.starts_on < today - TOLD_LATE,
                f"A gathering that was held is written down within {TOLD_LATE.days} days: look at the year again.",
                "starts_at",
                "lies too far back",
            ),
        )
        or (_past_refused(times, deadlines, today) if ahead else None)
    )


def move_refused(before: Gathering, times: Times, deadlines: Deadlines, today: date) -> Refused | None:
    """Why a gathering is not moved to these times. A deadline that was over before stays so."""
    old = before.deadlines
    still = Deadlines(
        deadlines.papers if old.papers is None or old.papers >= today else None,
        deadlines.translation if old.translation is None or old.translation >= today else None,
    )
    return (
        first_wrong(
            (
                times.starts_on < today,
                "A gathering is moved to a day to come: look at its beginning again.",
                "starts_at",
                PAST,
            )
        )
        or _order_refused(times, deadlines, today)
        or _past_refused(times, still, today)
    )


def _order_refused(times: Times, deadlines: Deadlines, today: date) -> Refused | None:
    papers, translation, begins = deadlines.papers, deadlines.translation, times.starts_on
    return first_wrong(
        (
            times.ends_at <= times.starts_at,
            "A gathering ends after it has begun: look at both moments again.",
            "ends_at",
            "is not after starts_at",
        ),
        (
            times.ends_at > times.starts_at + LONGEST,
            f"A gathering lasts at most {LONGEST.days} days: look at its end again.",
            "ends_at",
            "lies too far after starts_at",
        ),
        (
            too_far(begins, today, YEARS_AHEAD),
            f"A gathering is planned at most {YEARS_AHEAD} years ahead: look at the year again.",
            "starts_at",
            FAR,
        ),
        (
            times.closes_at > times.starts_at,
            "A gathering closes for guests when it begins, or before: say an earlier moment, or none.",
            "closes_at",
            "is after starts_at",
        ),
        (
            papers and papers > begins,
            "Papers are due before the gathering, or on its first day: say an earlier day.",
            "papers_due_on",
            "lies after the gathering",
        ),
        (
            translation and translation > (papers or begins),
            "Translations are due before the papers and the gathering, or on the same day: say an earlier day.",
            "translation_due_on",
            "lies after the papers' day" if papers else "lies after the gathering",
        ),
    )


def _past_refused(times: Times, deadlines: Deadlines, today: date) -> Refused | None:
    """What a gathering to come cannot have: an end of asking, or a deadline, that is over already."""
    closes_on = _day_there(times.closes_at, times)
    return first_wrong(
        (
            closes_on < today,
            f"This gathering would have closed for guests on {closes_on}, which is over. Say when it closes.",
            "closes_at",
            PAST,
        ),
        *(
            (
                day and day < today,
                f"{what} would have been due on {day}, which is over. Say by when they are due.",
                field,
                PAST,
            )
            for what, field, day in (
                ("Papers", "papers_due_on", deadlines.papers),
                ("Translations", "translation_due_on", deadlines.translation),
            )
        ),
    )


def _day_there(moment: datetime, times: Times) -> date:
    return Times(times.zone, moment, moment, moment).starts_on


def need_refused(need: Need, today: date) -> Refused | None:
    """Why helpers are not wanted for these days."""
    time, ends_on = need.time, need.ends_on
    last = ends_on or need.starts_on
    return first_wrong(
        (
            (time and time.end <= time.start) or last < need.starts_on,
            "A task ends after it has begun: look at its beginning and its end again.",
            "ends_at" if time and time.end <= time.start else "ends_on",
            "lies before its beginning",
        ),
        (
            ends_on and ends_on < today,
            "This task is over already: say a last day that is to come.",
            "ends_on",
            PAST,
        ),
        (
            need.starts_on < today - TOLD_LATE,
            f"A task that has begun is told within {TOLD_LATE.days} days: look at the year again.",
            "starts_on",
            "lies too far back",
        ),
        (
            too_far(last, today, YEARS_AHEAD),
            f"Helpers are wanted at most {YEARS_AHEAD} years ahead: look at the year again.",
            "ends_on" if ends_on and not too_far(need.starts_on, today, YEARS_AHEAD) else "starts_on",
            FAR,
        ),
        (
            time and not need.starts_on <= time.start.date() <= last,
            "The hours of a task lie on its days: say hours on one of them.",
            "starts_at",
            "is on another day",
        ),
        (
            time and time.length > LONGEST_TASK,
            "A task of some hours takes at most 24: for one of several days leave the hours out.",
            "ends_at",
            "lies too far after starts_at",
        ),
    )


def availability_refused(since: date | None, until: date | None, today: date) -> Refused | None:
    """Why nobody has time in these days."""
    return first_wrong(
        (
            since and until and until < since,
            "The last day on which a volunteer has time comes after the first one: look at both again.",
            "available_until",
            "lies before available_from",
        ),
        (
            until and until < today,
            "This volunteer would never be asked: say a later day, or that they are `paused` if they have no time now.",
            "available_until",
            PAST,
        ),
        *(
            (
                day and too_far(day, today, YEARS_AHEAD),
                f"A volunteer has time at most {YEARS_AHEAD} years ahead: look at the year again.",
                field,
                FAR,
            )
            for field, day in (("available_from", since), ("available_until", until))
        ),
    )


def consent_end_refused(agreed: object, until: date | None, today: date) -> Refused | None:
    """Why nobody agrees until then."""
    over = first_wrong(
        (
            agreed and until and until < today,
            "This consent would be over already: say a later day, or no scopes for somebody who agrees to nothing.",
            "until",
            PAST,
        )
    )
    return over or end_refused("A consent", "until", until, today)


def end_refused(what: str, field: str, until: date | None, today: date) -> Refused | None:
    """Why something does not hold until then. `what` begins its sentence, like "A calendar"."""
    return first_wrong(
        (
            until and too_far(until, today, YEARS_AHEAD),
            f"{what} ends at most {YEARS_AHEAD} years ahead: look at the year again.",
            field,
            FAR,
        )
    )
