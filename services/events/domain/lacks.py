"""What somebody lacks for a need: codes, the words for them, and which of them a person may overlook."""

from enum import StrEnum


class Lack(StrEnum):
    """Why somebody does not fit. The codes travel as the reason of `HelpChanged`, so their list only grows."""

    NOT_ACTIVE = "not_active"
    NOT_ADULT = "not_adult"
    NO_CONTACT = "no_contact"
    KNOWS_THEM = "knows_them"
    CHECK = "check_missing"
    TASK = "task"
    NO_LANGUAGE_NAMED = "no_language_named"
    LANGUAGE = "language"
    DIRECTION = "direction"
    LEVEL = "level"
    LEVEL_UNKNOWN = "level_unknown"
    VARIETY = "variety"
    TOPIC = "topic"
    MODE = "mode"
    GENDER = "gender"
    REGION = "region"
    AWAY = "away"
    BUSY = "busy"
    HOURS = "hours"
    REST = "rest"
    ENOUGH = "enough_tasks"
    ALONE = "first_time_alone"
    DECLINED = "declined"


NEVER_OVERLOOKED = frozenset(
    {Lack.NOT_ACTIVE, Lack.NOT_ADULT, Lack.NO_CONTACT, Lack.KNOWS_THEM, Lack.CHECK, Lack.BUSY}
)
"""What nobody may overlook, whoever decides: each of them protects a person."""

WORDS = {
    Lack.NOT_ACTIVE: "is not active",
    Lack.NOT_ADULT: "is not known to be of age",
    Lack.NO_CONTACT: "does not want to be written to",
    Lack.KNOWS_THEM: "is from the same town as those who are helped, or knows them",
    Lack.CHECK: "has no check that is valid until then",
    Lack.TASK: "does not do such tasks",
    Lack.NO_LANGUAGE_NAMED: "cannot be judged: no language is named",
    Lack.LANGUAGE: "does not speak the language",
    Lack.DIRECTION: "does not interpret in this direction",
    Lack.LEVEL: "does not know the language well enough",
    Lack.LEVEL_UNKNOWN: "has a level that nobody has tested",
    Lack.VARIETY: "does not know this variety",
    Lack.TOPIC: "does not know the words of this topic",
    Lack.MODE: "does not interpret in this way",
    Lack.GENDER: "is not of the wished gender",
    Lack.REGION: "does not help in this region",
    Lack.AWAY: "has no time on these days",
    Lack.BUSY: "has another task at this time",
    Lack.HOURS: "would work too many hours within 24",
    Lack.REST: "would have too little rest",
    Lack.ENOUGH: "has as many open tasks as one may have",
    Lack.ALONE: "would be alone at a first task",
    Lack.DECLINED: "was asked and declined, or did not answer",
}
"""What of somebody each code says."""
