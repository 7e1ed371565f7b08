"""Showing who people are. Whoever is shown a name stands in a row of the same transaction, or is shown nothing."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.intake import identities
from services.intake.commands.consents import NO_CONSENT
from services.intake.identities import Identity, Name
from services.intake.queries.consents import consent_steps
from services.intake.tables import READING
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing


async def read_identities(unit: Unit, household_id: UUID, route: str) -> dict[UUID, Identity] | Refused:
    """The names and birth dates of a household, by member: not to be shown before the unit has committed.

    The reason that was given is not kept: it is a person's own words, and may name somebody.
    """
    found = await identities.read(unit.session, household_id)
    if not found:
        return missing("such household")
    _keep_reading(unit, route, household_id=household_id)
    return found


async def read_names(unit: Unit, case_id: UUID, route: str) -> dict[UUID, Name] | Refused:
    """The names of those of an advocacy case, by person: under the same rules as those of a household."""
    found = await identities.names_of(unit.session, case_id)
    if not found:
        return missing("such case")
    _keep_reading(unit, route, case_id=case_id)
    return found


async def read_consent_steps(
    unit: Unit, household_id: UUID, consent_id: UUID, route: str
) -> Sequence[RowMapping] | Refused:
    """How a consent was given and withdrawn, the oldest first, with what staff wrote: under the same rules as names."""
    found = await consent_steps(unit.session, household_id, consent_id)
    if not found:
        return NO_CONSENT
    _keep_reading(unit, route, household_id=household_id)
    return found


def _keep_reading(
    unit: Unit, route: str, household_id: UUID | None = None, case_id: UUID | None = None
) -> None:
    row = {"id": uuid7(), "at": unit.now, "household_id": household_id, "case_id": case_id}
    unit.writes.insert(READING, [{**row, "actor": unit.actor.id, "route": route}])
