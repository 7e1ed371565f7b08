"""Yearly statements: what a donor gave in a calendar year, by currency."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.letters import addressed, keep_letter, not_printed
from services.donations.domain.letters import LetterState, not_stated_yet
from services.donations.printing import words
from services.donations.printing.office import Office
from services.donations.printing.words import Language, Paid
from services.donations.repository import donors, letters
from services.donations.repository.letters import Line
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

OUTDATED = "outdated"
"""Why a statement ended whose place another one took."""


@dataclass(frozen=True)
class Statement:
    """A statement of what a donor gave in a year, as it was issued."""

    id: UUID
    donor_id: UUID
    year: int
    lines: Sequence[Line]


async def issue_statement(
    unit: Unit, office: Office, donor_id: UUID, year: int, language: Language | None = None
) -> Statement | Refused:
    """What a donor gave in a calendar year, by currency; those who were merged into the donor are counted with it.

    If nothing is different, it is the statement that there is; otherwise a new one takes its place, and that of any
    other one that tells of the same payments: no gift is deducted from taxes twice. Refused for a year that is not
    over, and for one of which nothing can be told.
    """
    if why_not := not_stated_yet(year, unit.today):
        return invalid(why_not, ("year", "is not over"))
    donor = await donors.kept(unit.session, donor_id)
    if donor is None:
        return missing(f"donor {donor_id}")
    await donors.lock(unit.session, donor_id, donor["id"])
    group = await donors.merged(unit.session, donor["id"])
    lines = await letters.lock_lines(unit.session, group, year)
    if not lines:
        return conflict(
            f"Of {year} there is nothing to tell: nothing came from this donor, or it went back or is disputed."
        )
    valid = await letters.valid_statements(unit.session, group, year, lines)
    for statement_id, said in valid.items():
        if said.donor_id in group and said.lines == lines and len(valid) == 1:
            return Statement(statement_id, donor["id"], year, lines)
    return await _issued(unit, office, Statement(uuid7(), donor["id"], year, lines), language, list(valid))


async def _issued(
    unit: Unit, office: Office, statement: Statement, language: Language | None, former: Sequence[UUID]
) -> Statement | Refused:
    """The statement, printed and kept, in the place of former ones."""
    issued = await addressed(unit, office, statement.donor_id, language)
    if isinstance(issued, Refused):
        return issued
    paid = [Paid(each.received_on, each.purpose, each.money) for each in statement.lines]
    says = words.statement(issued, statement.year, paid)
    if lost := await asyncio.to_thread(office.press.lacking, says):
        return not_printed(lost)
    await letters.end_statements(unit, former, LetterState.REPLACED, OUTDATED)
    await keep_letter(unit, office, "statement", statement.id, statement.donor_id, issued, says)
    letters.add_statement(unit, statement.id, statement.donor_id, statement.year, statement.lines)
    return statement
