"""What a member agrees to, whatever is given, withdrawn and found out of their age."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.consents import Consent, aged, state_of, withdrawn
from services.intake.domain.consents import given as agreed
from shared.contracts.intake import AgeBand

TODAY = date(2007, 3, 1)
STEPS = st.lists(st.sampled_from(["agrees", "withdraws", *AgeBand]), max_size=12)


@given(st.sampled_from(["public_speaking", "photo"]), STEPS)
def test_a_minor_never_agrees_to_speak_in_public_and_nothing_is_told_twice(
    purpose: str, steps: list[str]
) -> None:
    consent = Consent(UUID(int=1), 1, UUID(int=2), UUID(int=3), purpose, frozenset({"x"}), True, None, TODAY)
    minor = False
    for step in steps:
        before = consent
        if step == "agrees" and not (minor and purpose == "public_speaking"):
            consent = agreed(consent, {"x"}, None, TODAY)
        elif step == "withdraws":
            consent = withdrawn(consent, None, TODAY)
        elif step in list(AgeBand):
            minor = step not in (AgeBand.ADULT, AgeBand.ELDERLY)
            consent = aged(consent, AgeBand(step), TODAY)
            assert aged(consent, AgeBand(step), TODAY) is consent
        assert consent.version == before.version + (consent != before)
        told = state_of(consent, TODAY)
        if purpose == "photo":
            assert (told.of_age, before == consent or step not in list(AgeBand)) == (None, True)
        else:
            assert (told.of_age is False) == minor
            assert not (minor and told.agreed)
