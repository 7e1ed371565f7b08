"""What other services said, in words."""

from datetime import UTC, date, datetime
from typing import Any, cast
from uuid import uuid4

import pytest

from services.events.domain.lacks import Lack
from services.events.domain.matching import NOBODY, TOO_FEW
from services.events.domain.needs import PAST
from services.events.domain.speakers import Flag
from services.intake.domain.elsewhere import HELP_LACKS, NOT_AS_PLANNED
from services.intake.domain.timeline import LONGEST_SUMMARY, TOLD, entry_of
from services.intake.domain.wording import WHY, why_words
from services.intake.handlers import hears
from services.intake.settings import Settings
from shared.cli.wiring import filled_in
from shared.contracts import heard_by
from shared.contracts.inventory import (
    HouseholdSupplies,
    Reason,
    SuppliesBackordered,
    SuppliesReserved,
    SupplyLine,
    Why,
)

AT = datetime(2006, 11, 1, tzinfo=UTC)


def settings() -> Settings:
    return cast(Settings, filled_in("intake"))


def line(quantity: int = 15000, **more: Any) -> SupplyLine:
    reason = {"code": Why.SOME_DAYS, "number": 15, "of": 31, **more}
    values = {"item": "rice", "quantity": quantity, "unit": "g", "depot": "north", "reason": reason}
    return SupplyLine.model_validate(values)


def test_a_reservation_reads_like_a_sentence() -> None:
    fact = SuppliesReserved(household_id=uuid4(), on=date(2006, 11, 1), lines=(line(),))
    entry = entry_of(fact, AT)
    assert entry.summary == "Set aside: rice 15,000 g at north (15 of 31 days)."
    assert entry.contract == "inventory.supplies_reserved.v1"
    assert entry.data["lines"][0]["quantity"] == 15000


def test_a_long_fact_is_shortened_and_kept_whole() -> None:
    fact = SuppliesReserved(
        household_id=uuid4(), on=date(2006, 11, 1), lines=tuple(line(n) for n in range(50))
    )
    entry = entry_of(fact, AT)
    assert len(entry.summary) == LONGEST_SUMMARY
    assert len(entry.data["lines"]) == 50


def test_everything_intake_hears_has_words_and_a_handler() -> None:
    heard = set(heard_by("intake"))
    assert {each.contract for each in hears(settings())} == heard
    assert {contract for contract in heard if issubclass(contract, HouseholdSupplies)} == set(TOLD)


@pytest.mark.parametrize("contract", TOLD)
def test_what_another_service_said_was_done_by_that_service(contract: type[HouseholdSupplies]) -> None:
    values = {name: uuid4() for name in ("household_id", "hand_out_id") if name in contract.model_fields}
    entry = entry_of(contract.model_validate({**values, "on": date(2006, 11, 1), "lines": ()}), AT)
    assert entry.actor == "service:inventory"
    assert entry.summary == f"{TOLD[contract].opening}: nothing."


def test_a_reservation_and_a_backorder_answer_a_registration_and_nothing_else_does() -> None:
    assert {contract for contract, words in TOLD.items() if words.answers} == {
        SuppliesReserved,
        SuppliesBackordered,
    }


def test_every_known_reason_has_words() -> None:
    assert set(WHY) == set(Why)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            Reason(code="some_days", number=10, of=30, short=20_000, on=date(2006, 11, 11)),
            "10 of 30 days; 20,000 g short from 2006-11-11",
        ),
        (Reason(code="cancelled"), "cancelled"),
        (Reason(code="set_aside"), ""),
        (Reason(code="not_known_yet", number=3), ""),
        (Reason(code="not_known_yet", unmet=500), "500 g unmet on days past"),
        (Reason(code="beds_apart"), "no shelter has ? beds free, so the household is parted"),
    ],
)
def test_a_reason_is_worded_here(reason: Reason, words: str) -> None:
    assert why_words(reason) == words


def test_each_reason_of_events_has_words() -> None:
    assert HELP_LACKS.keys() == {*Lack, NOBODY, TOO_FEW, PAST}
    assert NOT_AS_PLANNED.keys() == {*Flag} - {Flag.NONE}
