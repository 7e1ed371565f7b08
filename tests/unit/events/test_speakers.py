"""What may be used of a speaker, and which slots stand."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.domain.speakers import (
    NEVER_TOLD,
    Consent,
    Flag,
    Recording,
    RecordingState,
    Slot,
    Speaker,
    SpeakerKind,
    planned,
    recording_stands,
    renew_by,
    standing,
    uses_on,
)
from shared.contracts.events import SlotStatus
from shared.outcomes import Refused

TODAY = date(2007, 3, 1)
REST = 14
ALL = frozenset({"speaking", "recording", "press"})
SPEAKER = Speaker(UUID(int=1), SpeakerKind.DEFECTOR, (Consent(ALL, True),), adult=True, trained=True)


def slot(number: int = 1, days: int = 30, **more: object) -> Slot:
    known = Slot(UUID(int=number), SPEAKER.id, UUID(int=100 + number), TODAY + timedelta(days=days))
    return replace(known, allowed=frozenset({"school"}), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("speaker", "wanted", "words"),
    [
        ({"adult": False}, {}, "a minor does not speak"),
        ({"trained": False}, {}, "trained"),
        ({"left": True}, {}, "no longer speaks"),
        ({"household_closed": True}, {}, "household"),
        ({"consents": ()}, {}, "does not agree to speak"),
        ({"consents": (Consent(ALL, False),)}, {}, "does not agree to speak"),
        ({"consents": (Consent(ALL, True, TODAY - timedelta(days=1)),)}, {}, "does not agree to speak"),
        ({}, {"uses": frozenset({"speaking", "face"})}, "face"),
        ({}, {"allowed": frozenset()}, "agreed before"),
        ({}, {"allowed": frozenset({"school", "route"})}, "allowed or forbidden"),
        ({}, {"allowed": frozenset({"school"}), "forbidden": frozenset({"school"})}, "allowed or forbidden"),
        ({}, {"on": TODAY - timedelta(days=1)}, "before the gathering"),
    ],
)
def test_a_slot_that_cannot_stand_is_not_given(
    speaker: dict[str, object], wanted: dict[str, object], words: str
) -> None:
    who = replace(SPEAKER, **speaker)  # type: ignore[arg-type]
    refused = planned(who, replace(slot(), **wanted), (), REST, TODAY)  # type: ignore[arg-type]
    assert isinstance(refused, Refused)
    assert words in refused.words


def test_what_is_never_told_is_forbidden_in_every_slot() -> None:
    given_slot = planned(SPEAKER, slot(forbidden=frozenset({"family"})), (), REST, TODAY)
    assert isinstance(given_slot, Slot)
    assert given_slot.forbidden == NEVER_TOLD | {"family"}


@pytest.mark.parametrize(("days_between", "status"), [(14, SlotStatus.FLAGGED), (15, SlotStatus.PLANNED)])
def test_a_speaker_rests_between_two_talks(days_between: int, status: SlotStatus) -> None:
    first, second = slot(1, 30), slot(2, 30 + days_between)
    both = [first, second]
    assert standing(first, SPEAKER, both, REST, TODAY) == first
    assert standing(second, SPEAKER, both, REST, TODAY).status is status
    withdrawn_first = replace(first, status=SlotStatus.WITHDRAWN)
    assert standing(second, SPEAKER, [withdrawn_first, second], REST, TODAY) == second


def test_only_what_holds_on_the_day_may_be_used_and_when_it_is_to_be_renewed_is_known() -> None:
    ends = TODAY + timedelta(days=10)
    consents = (Consent(frozenset({"speaking"}), True, ends), Consent(frozenset({"voice"}), False))
    assert uses_on(consents, ends) == {"speaking"}
    assert uses_on(consents, ends + timedelta(days=1)) == frozenset()
    assert renew_by(consents, "speaking", ends) is None
    assert renew_by(consents, "speaking", ends + timedelta(days=5)) == ends


def test_a_recording_is_taken_down_while_any_of_its_uses_is_not_agreed_to() -> None:
    recording = Recording(UUID(int=9), UUID(int=1), frozenset({"recording", "press"}))
    less = replace(SPEAKER, consents=(Consent(frozenset({"speaking", "recording"}), True),))
    task = recording_stands(recording, less, TODAY)
    assert (task.state, task.since) == (RecordingState.TAKE_DOWN, TODAY)
    assert recording_stands(task, less, TODAY + timedelta(days=3)).since == TODAY
    assert recording_stands(task, SPEAKER, TODAY) == recording
    minor = replace(SPEAKER, adult=False)
    assert recording_stands(recording, minor, TODAY).state is RecordingState.TAKE_DOWN
    gone = replace(task, state=RecordingState.TAKEN_DOWN)
    assert recording_stands(gone, SPEAKER, TODAY) == gone


CONSENTS = st.lists(
    st.builds(
        Consent,
        st.sets(st.sampled_from(sorted(ALL))).map(frozenset),
        st.booleans(),
        st.none() | st.integers(-5, 40).map(lambda days: TODAY + timedelta(days=days)),
    ),
    max_size=3,
).map(tuple)
SPEAKERS = st.builds(
    lambda consents, closed, adult: replace(SPEAKER, consents=consents, household_closed=closed, adult=adult),
    CONSENTS,
    st.sampled_from([False, False, True]),
    st.sampled_from([True, True, False]),
)


@given(
    st.lists(SPEAKERS, min_size=1, max_size=5),
    st.lists(st.integers(0, 60), min_size=1, max_size=4),
    st.randoms(),
)
def test_how_slots_stand_follows_from_the_last_news_alone(
    news: list[Speaker], days: list[int], random: Random
) -> None:
    slots = [slot(number + 1, each) for number, each in enumerate(days)]

    def after(some: list[Speaker]) -> list[tuple[SlotStatus, Flag]]:
        now = slots
        for speaker in some:
            now = [standing(each, speaker, now, REST, TODAY) for each in now]
        return [(each.status, each.reason) for each in now]

    before = news[:-1]
    random.shuffle(before)
    assert after([*before, news[-1], news[-1]]) == after([news[-1]])
    for status, reason in after([news[-1]]):
        assert (status is SlotStatus.PLANNED) == (reason is Flag.NONE)
        speaks = "speaking" in news[-1].uses(TODAY) and not news[-1].household_closed
        assert status is SlotStatus.FLAGGED or speaks
