"""Yearly statements: what a donor gave in a calendar year, by currency."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands.letters import addressed, keep_letter, not_printed
from services.donations.domain.letters import LetterState
from services.donations.printing import words
from services.donations.printing.office import Office
from services.donations.printing.words import Language, Paid
from services.donations.repository import donors, letters
from services.donations.repository.letters import Line
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid, missing

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
    other one that tells of the same payments: no gift is deducted from taxes twice.
    """
    if year > unit.today.year:
        return invalid("This year has not begun.", ("year", "lies in the future"))
    donor = await donors.kept(unit.session, donor_id)
    if donor is None:
        return missing(f"donor {donor_id}")
    await donors.lock(unit.session, donor_id, donor["id"])
    group = await donors.merged(unit.session, donor["id"])
    lines = await letters.lock_lines(unit.session, group, year)
    valid = await letters.valid_statements(unit.session, group, year, lines)
    for statement_id, said in valid.items():
        if said.donor_id in group and said.lines == lines and len(valid) == 1:
            return Statement(statement_id, donor["id"], year, lines)
    issued = await addressed(unit, office, donor["id"], language)
    if isinstance(issued, Refused):
        return issued
    says = words.statement(issued, year, [Paid(each.received_on, each.purpose, each.money) for each in lines])
    if lost := await asyncio.to_thread(office.press.lacking, says):
        return not_printed(lost)
    await letters.end_statements(unit, list(valid), LetterState.REPLACED, OUTDATED)
    statement = Statement(uuid7(), donor["id"], year, lines)
    await keep_letter(unit, office, "statement", statement.id, donor["id"], issued, says)
    letters.add_statement(unit, statement.id, donor["id"], year, lines)
    return statement
