"""What other services said, in words."""

from datetime import UTC, date, datetime
from uuid import uuid4

from services.intake.domain.timeline import LONGEST_SUMMARY, OPENINGS, entry_of
from services.intake.handlers import HANDLERS
from shared.contracts import heard_by
from shared.contracts.inventory import HouseholdSupplies, SuppliesReserved, SupplyLine

AT = datetime(2006, 11, 1, tzinfo=UTC)


def line(quantity: int = 15000, reason: str = "15 of 31 days") -> SupplyLine:
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
        household_id=uuid4(), on=date(2006, 11, 1), lines=tuple(line(reason="x" * 300) for _ in range(9))
    )
    entry = entry_of(fact, AT)
    assert len(entry.summary) == LONGEST_SUMMARY
    assert len(entry.data["lines"]) == 9


def test_everything_intake_hears_has_words_and_a_handler() -> None:
    heard = set(heard_by("intake"))
    assert {each.contract for each in HANDLERS} == heard
    assert {contract for contract in heard if issubclass(contract, HouseholdSupplies)} == set(OPENINGS)
