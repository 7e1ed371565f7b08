"""What the other services may know of a household."""

from datetime import date
from typing import TypeVar

from services.intake.domain.households import Household
from shared.contracts.intake import HouseholdClosed, HouseholdState, MemberFacts

S = TypeVar("S", bound=HouseholdState)


def state_of(household: Household, on: date, contract: type[S]) -> S:
    """What the other services may know of a household as it is on the day `on`."""
    return contract(
        household_id=household.id,
        version=household.version,
        code=household.code,
        region=household.region,
        registered_on=household.registered_on,
        on=on,
        members=tuple(
            MemberFacts(
                member_id=member.id,
                age_band=member.age_band,
                size=member.size,
                languages=member.languages,
                circumstances=member.circumstances,
            )
            for member in household.present
        ),
        needs=household.needs,
        rank=household.rank,
    )


def closing_of(household: Household, on: date) -> HouseholdClosed:
    return HouseholdClosed(household_id=household.id, version=household.version, on=on)
