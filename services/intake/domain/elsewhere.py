"""What sponsorship and events say of members, in the words of a household's timeline: school, lessons, helpers, talks.

`ELSEWHERE` is the table from contract to words: whoever has intake hear another of these contracts adds a line to it. A
code that intake does not know is shown as it is, without its underscores.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.intake.domain.timeline import Entry, line_of, shortened
from shared.contracts.base import Contract
from shared.contracts.events import HelpChanged, HelpStatus, SlotStatus, SpeakingChanged
from shared.contracts.sponsorship import ChildChanged, ChildStatus, LessonPlaceChanged, LessonStatus

CHILD: Mapping[str, str] = {
    ChildStatus.LISTED: "a child waits for a sponsor",
    ChildStatus.HELD: "a child is kept for a sponsor whose gift has not started yet",
    ChildStatus.SPONSORED: "a child has a sponsor",
    ChildStatus.AT_RISK: "a child may lose its sponsor: the gift fails",
    ChildStatus.OFFERED_AGAIN: "a child has lost its sponsor and waits again, with the time it had waited before",
    ChildStatus.LEFT: "a child has left: it has no sponsor and waits for none",
}
LESSON: Mapping[str, str] = {
    LessonStatus.WAITING: "a member waits for a place",
    LessonStatus.PLACED: "a member has a place",
    LessonStatus.FINISHED: "a member has finished the course",
    LessonStatus.LEFT: "a member has left the course",
}
HELP: Mapping[str, str] = {
    HelpStatus.OPEN: "nobody was asked yet",
    HelpStatus.OFFERED: "somebody was asked and has not answered",
    HelpStatus.ACCEPTED: "as many as are wanted have agreed",
    HelpStatus.DONE: "the help was given",
    HelpStatus.UNMET: "nobody fits",
    HelpStatus.WITHDRAWN: "no longer looked for",
}
SPEAKING: Mapping[str, str] = {
    SlotStatus.PLANNED: "a member is to speak at a gathering",
    SlotStatus.FLAGGED: "a member cannot speak as planned",
    SlotStatus.GIVEN: "a member has spoken at a gathering",
    SlotStatus.WITHDRAWN: "a member does not speak at a gathering that was planned",
}
HELP_LACKS: Mapping[str, str] = {
    "nobody": "there are no volunteers",
    "too_few": "fewer fit than are wanted",
    "past": "the last day has passed",
    "not_active": "the nearest volunteer is not active",
    "not_adult": "the nearest volunteer is not known to be of age",
    "no_contact": "the nearest volunteer does not want to be written to",
    "knows_them": "the nearest volunteer is from the same town, or knows them",
    "check_missing": "the nearest volunteer has no check that is valid until then",
    "task": "the nearest volunteer does not do such tasks",
    "no_language_named": "no language is named: add the languages that the household speaks",
    "language": "no volunteer speaks the language",
    "direction": "the nearest volunteer does not interpret in this direction",
    "level": "the nearest volunteer does not know the language well enough",
    "level_unknown": "nobody has tested how well the nearest volunteer knows the language",
    "variety": "the nearest volunteer does not know this variety of the language",
    "topic": "the nearest volunteer does not know the words of this topic",
    "mode": "the nearest volunteer does not interpret in this way",
    "gender": "the nearest volunteer is not of the wished gender",
    "region": "no volunteer who fits helps in this region",
    "away": "the nearest volunteer has no time on these days",
    "busy": "the nearest volunteer has another task at this time",
    "hours": "the nearest volunteer would work too many hours within 24",
    "rest": "the nearest volunteer would have too little rest",
    "enough_tasks": "the nearest volunteer has as many open tasks as one may have",
    "first_time_alone": "the nearest volunteer would be alone at a first task",
    "declined": "the nearest volunteer was asked, and declined or did not answer",
}
NOT_AS_PLANNED: Mapping[str, str] = {
    "no_consent": "a consent is missing or over",
    "not_of_age": "the member is not known to be of age",
    "household_closed": "the household is closed",
    "rest": "another talk is too near, and speakers rest between two",
    "speaker_left": "the member no longer speaks in public",
    "gathering_cancelled": "the gathering is cancelled",
    "not_wanted": "the talk was taken back",
}
"""By code: another language is another table."""


def child_words(fact: ChildChanged) -> str:
    return f"School: {_of(CHILD, fact.status)}, since {fact.since}."


def lesson_words(fact: LessonPlaceChanged) -> str:
    course = f", course {_plain(fact.course)}" if fact.course else ""
    start = f", from {fact.starts_on}" if fact.starts_on else ""
    return f"Lessons: {_of(LESSON, fact.status)}{course}{start}."


def help_words(fact: HelpChanged) -> str:
    lacking = f": {_of(HELP_LACKS, fact.reason)}" if fact.status == HelpStatus.UNMET else ""
    return f"Helper: {_of(HELP, fact.status)}{lacking}; {fact.found} of {fact.wanted} found."


def speaking_words(fact: SpeakingChanged) -> str:
    why = f": {_of(NOT_AS_PLANNED, fact.reason)}" if fact.reason else ""
    then = " Nobody travels before this is settled with events." if fact.status == SlotStatus.FLAGGED else ""
    return f"Talk: {_of(SPEAKING, fact.status)}{why}.{then}"


ELSEWHERE: Mapping[type[Contract], Callable[[Any], str]] = {
    ChildChanged: child_words,
    LessonPlaceChanged: lesson_words,
    HelpChanged: help_words,
    SpeakingChanged: speaking_words,
}


def told_words(fact: Contract) -> str:
    """What a fact of these contracts says, as a line of the timeline."""
    return shortened(ELSEWHERE[type(fact)](fact))


def told_entry(fact: Any, at: datetime) -> Entry:
    """A fact about a household, as a line of its timeline."""
    return Entry(household_id=fact.household_id, **line_of(fact, at, told_words(fact)))


def _of(words: Mapping[str, str], code: str) -> str:
    return words.get(code) or _plain(code)


def _plain(code: str) -> str:
    return code.replace("_", " ")
