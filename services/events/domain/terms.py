"""What a helper agrees to when they take a need, and what of it is another later: then they are asked anew, and so is
who declined what it was before.

One rule for all needs, whoever asked: lessons, letters, settlements and gatherings.
"""

from datetime import UTC, date
from enum import StrEnum
from hashlib import sha256

from services.events.domain.helping import Need
from services.events.domain.languages import Wanted
from services.events.domain.teams import Span


class Different(StrEnum):
    """What is another than a helper was asked for: why they are asked anew."""

    TASK = "task_changed"
    LANGUAGES = "languages_changed"
    DAYS = "days_changed"
    PLACE = "place_changed"


def different(before: Need, after: Need) -> Different | None:
    """What of a need is so different that whoever has it is asked anew; None if all who fit it simply keep it.

    How many are wanted, of which gender and how well they speak changes nothing for whoever still fits. Example: from
    two evenings in May to two in June everybody is asked anew; from level b1 to b2 nobody is, and whoever speaks at b1
    alone is freed.
    """
    same = (
        (before.task == after.task, Different.TASK),
        (_languages(before) == _languages(after), Different.LANGUAGES),
        (_days(before) == _days(after), Different.DAYS),
        ((before.region, before.online) == (after.region, after.online), Different.PLACE),
    )
    return next((why for alike, why in same if not alike), None)


def key_of(need: Need) -> str:
    """The same for two needs that are not `different`, and another one for others; 64 hex digits.

    It is kept with who declined a need. Example: somebody declines 12 April. Moved to 2 May it has another key, and
    they are asked; moved back to 12 April it has the first one again, and they are not.
    """
    days = _days(need)
    time = [each.astimezone(UTC).isoformat() for each in need.time] if need.time else None
    parts = (need.task, sorted(map(str, _languages(need))), days and [str(days[0]), str(days[1]), time])
    return sha256(repr((*parts, need.region, need.online)).encode()).hexdigest()


def _languages(need: Need) -> frozenset[tuple[str | None, ...]]:
    """What is spoken, without how well."""

    def way(each: Wanted) -> tuple[str | None, ...]:
        return each.language, each.into, each.variety, each.topic, each.mode

    return frozenset(map(way, need.languages))


def _days(need: Need) -> tuple[date, date, Span | None] | None:
    """The days and hours of a need. What has no end goes on from when it was asked for: no days were agreed to."""
    return (need.starts_on, need.ends_on, need.time) if need.ends_on else None
