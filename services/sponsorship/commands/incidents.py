"""Contact past the organisation is written down, so that somebody decides what follows; and what was wrong of it ends,
but is kept.
"""

from dataclasses import asdict
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.commands.forgetting import FORGET
from services.sponsorship.domain.incidents import Incident, IncidentState, why_not_so
from services.sponsorship.domain.rules import Rules
from services.sponsorship.ledger import Book
from services.sponsorship.queries import sponsors
from services.sponsorship.queries.known import is_known
from services.sponsorship.repository import children, donors, incidents
from services.sponsorship.tables import INCIDENT, INCIDENT_END
from shared.messaging.unit import Unit
from shared.outcomes import Kind, Refused, conflict, invalid, missing

NO_SPONSOR = "There is no such sponsor. Of somebody who is none, leave out donor_id and say strangers=true."


async def record(unit: Unit, rules: Rules, what: Incident) -> UUID | Refused:
    """Write it down. Until somebody has looked at it, its sponsor does not write and gets no further child."""
    async with Book.open(unit, rules):
        return await _why_not(unit, what, None) or _write(unit, what, None)


async def correct(unit: Unit, rules: Rules, incident_id: UUID, what: Incident) -> UUID | Refused:
    """Another one, whole, takes the place of one that is wrong, and is looked at; what followed from that ends."""
    async with Book.open(unit, rules) as book:
        if refused := await _not_standing(unit, incident_id) or await _why_not(unit, what, incident_id):
            return refused
        await _end(book, incident_id, IncidentState.CORRECTED)
        return _write(unit, what, incident_id)


async def settle(unit: Unit, rules: Rules, incident_id: UUID) -> UUID | Refused:
    """Somebody has looked at it. Letters go on, unless the sponsor is restricted or declined in the vetting."""
    async with Book.open(unit, rules) as book:
        if refused := await _not_standing(unit, incident_id):
            return refused
        if settled := (await incidents.ends_of(unit.session, incident_id)).get(IncidentState.SETTLED):
            return conflict(f"Somebody settled this incident already, on {settled['on_day']}.")
        return await _end(book, incident_id, IncidentState.SETTLED)


async def withdraw(unit: Unit, rules: Rules, incident_id: UUID) -> UUID | Refused:
    """It was written down by mistake: nothing follows from it any more."""
    async with Book.open(unit, rules) as book:
        refused = await _not_standing(unit, incident_id)
        return refused or await _end(book, incident_id, IncidentState.WITHDRAWN)


async def _not_standing(unit: Unit, incident_id: UUID) -> Refused | None:
    """Why nothing is done with an incident: it was withdrawn or corrected, or there is none."""
    if not await is_known(unit.session, INCIDENT, incident_id):
        return missing("such incident")
    ends = await incidents.ends_of(unit.session, incident_id)
    if IncidentState.CORRECTED in ends:
        after = await incidents.instead_of(unit.session, incident_id)
        return conflict(
            f"Somebody corrected this incident already. What counts is {after}: look at that one."
        )
    if end := ends.get(IncidentState.WITHDRAWN):
        words = f"Somebody withdrew this incident on {end['on_day']}."
        return conflict(f"{words} If it was so after all, record it again.")
    return None


async def _why_not(unit: Unit, what: Incident, replaces: UUID | None) -> Refused | None:
    session = unit.session
    if not await children.known(session, {what.child_id}):
        return missing("such child")
    if what.happened_on > unit.today:
        return invalid("It happened today or earlier.", ("happened_on", "is in the future"))
    sponsored = False
    if what.donor_id is not None:
        if await donors.sponsor(session, what.donor_id) is None:
            return Refused(Kind.MISSING, NO_SPONSOR)
        sponsored = await sponsors.has_sponsored(session, what.child_id, what.donor_id)
    if words := why_not_so(what, sponsored=sponsored):
        return conflict(words)
    if not what.again and (first := await incidents.same(session, what, replaces)):
        words = (
            f"An incident of this kind between these two on {what.happened_on} is written down as {first}."
        )
        return conflict(f"{words} If it happened once more on that day, send again=true.")
    return None


def _write(unit: Unit, what: Incident, replaces: UUID | None) -> UUID:
    incident_id = uuid7()
    row = {name: value for name, value in asdict(what).items() if name not in ("again", "note")}
    row |= {"id": incident_id, "kind": what.kind.value, "on_day": unit.today, "actor": unit.actor.id}
    unit.writes.insert(INCIDENT, [{**row, "replaces": replaces}])
    correspondence.write_incident(unit.writes, incident_id, what.note)
    return incident_id


async def _end(book: Book, incident_id: UUID, state: IncidentState) -> UUID:
    """It is over. What was held off while it was open is looked at again: its child, and all gifts of its sponsor."""
    unit = book.unit
    child, donor = await incidents.between(unit.session, incident_id)
    book.touch([child], await donors.gifts_of_people(unit.session, {donor} if donor else ()))
    row = {"incident_id": incident_id, "state": state.value, "on_day": unit.today, "actor": unit.actor.id}
    unit.writes.insert(INCIDENT_END, [row])
    # What was kept for as long as it was open may be due to be forgotten.
    unit.remind(FORGET)
    return incident_id
