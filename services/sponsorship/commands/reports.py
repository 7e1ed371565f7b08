"""Report cards: written once for each term, and corrected by another one that takes the place of the wrong one."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.domain.school import Grade
from services.sponsorship.repository import school
from services.sponsorship.tables import REPORT_CARD
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Report:
    """The report card of a term; `attendance` is in percent of its lessons."""

    grade: Grade
    attendance: int
    note: str | None = field(default=None, repr=False)


async def report(unit: Unit, term_id: UUID, wanted: Report) -> UUID | Refused:
    """Write down the report card of a term that has begun, once."""
    term = await school.term(unit.session, term_id)
    if term is None:
        return missing("such term")
    if term["starts_on"] > unit.today:
        return conflict("This term has not begun yet.")
    if known := await school.last_report(unit.session, term_id):
        return conflict(f"The report card of this term is there already. If it is wrong, correct {known}.")
    return _write(unit, term, wanted, None)


async def correct(unit: Unit, report_id: UUID, wanted: Report) -> UUID | Refused:
    """Another report card, whole, takes the place of one that is wrong. That one stays, and counts no longer."""
    before = await school.report(unit.session, report_id)
    if before is None:
        return missing("such report card")
    term = await school.term(unit.session, before["term_id"])
    assert term is not None, "a report card is of a term"
    last = await school.last_report(unit.session, before["term_id"])
    if last != report_id:
        return conflict(
            f"This report card was corrected already. If the new one is wrong too, correct {last}."
        )
    return _write(unit, term, wanted, report_id)


def _write(unit: Unit, term: RowMapping, wanted: Report, replaces: UUID | None) -> UUID:
    """The term is locked, so nobody else writes a card of it."""
    report_id = uuid7()
    row = {"id": report_id, "term_id": term["id"], "child_id": term["child_id"], "grade": wanted.grade.value}
    row |= {
        "attendance": wanted.attendance,
        "on_day": unit.today,
        "actor": unit.actor.id,
        "replaces": replaces,
    }
    unit.writes.insert(REPORT_CARD, [row])
    if wanted.note:
        correspondence.write_note(unit.writes, report_id, wanted.note)
    return report_id
