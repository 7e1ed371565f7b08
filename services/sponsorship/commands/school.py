"""Children at school: terms, their fees, what donations answers, and report cards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship import correspondence
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.school import Grade, Level, due_days, last_day
from services.sponsorship.ledger import Book
from services.sponsorship.repository import children, school
from services.sponsorship.tables import REPORT_CARD, SCHOOL_MONTH, SCHOOL_TERM
from shared.contracts.donations import GrantChanged
from shared.messaging.states import newer
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

SCHOOL = "school"
"""The kind of the grants that are asked for here."""


@dataclass(frozen=True)
class NewTerm:
    """A child goes to school; the `fee` of each month is in minor units of the currency."""

    child_id: UUID
    level: Level
    starts_on: date
    ends_on: date
    fee: int
    currency: str


async def plan(unit: Unit, rules: Rules, wanted: NewTerm) -> UUID | Refused:
    """Write down a term. Of months that are due already the fund is asked for what no gift covers."""
    if not wanted.starts_on <= wanted.ends_on <= last_day(wanted.starts_on):
        words = "A term ends on its first day or later, and has twelve months at most."
        return invalid(words, ("ends_on", "is not within a year of the first day"))
    async with Book.open(unit, rules) as book:
        session, child = unit.session, wanted.child_id
        if not await children.known(session, [child]):
            return missing("such child")
        if await school.overlaps(session, child, wanted.starts_on, wanted.ends_on):
            return conflict("This child has a term within these days already.")
        term_id = uuid7()
        row = {**vars(wanted), "level": wanted.level.value, "id": term_id, "actor": unit.actor.id}
        unit.writes.insert(SCHOOL_TERM, [row])
        days = due_days(wanted.starts_on, wanted.ends_on)
        months = [{"id": uuid7(), "term_id": term_id, "child_id": child, "due_on": day} for day in days]
        unit.writes.insert(SCHOOL_MONTH, months)
        book.touch([child])
    return term_id


@dataclass(frozen=True)
class Change:
    """What is otherwise of a term; what is None stays."""

    fee: int | None = None
    ends_on: date | None = None


async def change(unit: Unit, rules: Rules, term_id: UUID, wanted: Change) -> UUID | Refused:
    """A term costs more or less, for all its months, or ends earlier: what is not paid for the rest is withdrawn."""
    async with Book.open(unit, rules) as book:
        term = await school.term(unit.session, term_id)
        if term is None:
            return missing("such term")
        values = {name: value for name, value in vars(wanted).items() if value is not None}
        if not term["starts_on"] <= (wanted.ends_on or term["ends_on"]) <= term["ends_on"]:
            words = "A term can only end earlier. For more months write down another term."
            return invalid(words, ("ends_on", "is not within the term"))
        if values:
            await school.change_term(unit.session, term_id, **values)
        book.touch([term["child_id"]])
    return term_id


async def hear(unit: Unit, rules: Rules, facts: Sequence[GrantChanged]) -> None:
    """Keep what became of payments that were asked for here. Grants of other kinds are intake's."""
    async with Book.open(unit, rules) as book:
        rows = await school.asked(unit.session, {each.grant_id for each in facts if each.kind == SCHOOL})
        news = newer([each for each in facts if each.grant_id in rows], rows, unit.looked_at)
        school.save_answers(unit.writes, news)
        book.touch(row["child_id"] for key in news if (row := rows[key]))


async def turn(unit: Unit, rules: Rules, day: date) -> None:
    """A month begins for some children: its fee is due."""
    if found := await school.due_on(unit.session, day):
        async with Book.open(unit, rules) as book:
            book.touch(found)


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
    if await school.has_report(unit.session, term_id):
        return conflict("The report card of this term is there already.")
    report_id = uuid7()
    row = {"id": report_id, "term_id": term_id, "child_id": term["child_id"], "grade": wanted.grade.value}
    row |= {"attendance": wanted.attendance, "on_day": unit.today, "actor": unit.actor.id}
    unit.writes.insert(REPORT_CARD, [row])
    if wanted.note:
        correspondence.write_note(unit.writes, report_id, wanted.note)
    return report_id
