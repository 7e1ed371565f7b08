"""What somebody is still to be told: that their gathering was moved or called off, or that their task is another one or
gone. Values and words, no names.
"""

from enum import StrEnum

from services.events.domain.lacks import WORDS, Lack
from services.events.domain.needs import ENOUGH, AssignmentState, Ended
from services.events.domain.terms import Different


class News(StrEnum):
    """What is to be told, by the row that it is about."""

    NONE = ""
    MOVED = "moved"
    CALLED_OFF = "called_off"
    INVITATION_OFF = "invitation_off"
    """Called off too, to somebody who was invited and had not asked for a seat: not told to who wants no letters."""
    NOT_CONFIRMED = "not_confirmed"
    NOT_TAKEN = "not_taken"
    """The time is over in which a seat was to be confirmed, or an offer taken, and nobody had told them."""
    ASKED_ANEW = "asked_anew"
    """Had agreed to the task as it was, and is asked whether they do it as it is now."""
    ASKED_OTHERWISE = "asked_otherwise"
    """Was only asked for it as it was, and is asked for it as it is now."""
    FREED = "freed"


OF_GATHERINGS = {
    News.MOVED: "the gathering was moved",
    News.CALLED_OFF: "the gathering is called off",
    News.INVITATION_OFF: "the gathering is called off",
    News.NOT_CONFIRMED: "the gathering was moved, and the seat was not confirmed in time",
    News.NOT_TAKEN: "a seat that was offered was not taken in time",
}
"""What guests and speakers are told."""
_OTHER: dict[str, str] = {
    Different.TASK: "the task is another one",
    Different.LANGUAGES: "the languages are others",
    Different.DAYS: "the days are others",
    Different.PLACE: "it is at another place",
}
_GONE: dict[str, str] = {
    Ended.WITHDRAWN: "nobody is wanted for it any more",
    Ended.HOUSEHOLD_CLOSED: "the household is helped no longer",
    Ended.CANCELLED: "the gathering is called off",
    ENOUGH: "fewer are wanted now",
}


def when_freed(why: str, *, agreed: bool) -> News:
    """Whether somebody who had a task, and has it no longer, is told so. Who became inactive said so themselves; who is
    never written to is told in person if they had `agreed`, and was only asked otherwise.
    """
    if why == Lack.NOT_ACTIVE or (why == Lack.NO_CONTACT and not agreed):
        return News.NONE
    return News.FREED


def of_helper(news: News, state: AssignmentState, reason: str) -> str:
    """What a helper is told of a task."""
    if news is News.FREED:
        lack = f"who has it {WORDS[Lack(reason)]}" if reason in set(Lack) else "it changed"
        return f"does not have the task any more: {_GONE.get(reason, lack)}"
    if state is AssignmentState.EXPIRED:
        return "was asked anew for the task, and did not answer in time: somebody else is asked"
    return f"is asked anew for the task: {_OTHER.get(reason, 'it changed')}"
