"""Takes a list of guests in, in one unit, so that its guests stand in their order and nobody else between them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from uuid import UUID

from uuid_utils.compat import uuid7

from services.events.commands import seats as commands
from services.events.commands.guests import write_down
from services.events.domain.seats import SeatRules, SeatState
from services.events.importing.report import FIGURES, Report
from services.events.importing.rows import Row, read
from services.events.ledger import Asked, Hall, Outcome, Placed, Twice, hall
from services.events.repository import guests
from services.events.tables import GUEST_IMPORT
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused, invalid
from shared.principals import Principal
from shared.spreadsheets.cells import RowFault
from shared.spreadsheets.opening import Sheet
from shared.words import many

MOST_ROWS = 1000
"""Of one file: everybody else who asks waits meanwhile."""
Party = list[tuple[Row, UUID]]
"""Rows that ask together, and who their guests are."""


class _RolledBack(Exception):
    """Raised within the unit of a dry run."""


async def take_in(
    units: Units, actor: Principal, rules: SeatRules, gathering_id: UUID, sheet: Sheet, *, dry_run: bool
) -> Report | Refused:
    """Ask for seats for the good rows of a file, and say what is wrong with the others. Who is there already stays as
    known, so a file may be sent again. A dry run does the same and undoes it.
    """
    lines = await asyncio.to_thread(lambda: list(islice(sheet.lines, MOST_ROWS + 1)))
    if len(lines) > MOST_ROWS:
        return invalid(f"This file has more than {MOST_ROWS:,} rows; nothing was changed. Split it.")
    found = [read(line) for line in lines]
    report = Report(dry_run=dry_run, import_id=None if dry_run else uuid7(), rows=len(lines))
    report.blame([fault for each in found if not isinstance(each, Row) for fault in each])
    outcome: Report | Refused = report
    with suppress(_RolledBack):
        async with units.open(actor=actor) as unit:
            outcome = await _take(
                unit, rules, gathering_id, [each for each in found if isinstance(each, Row)], report
            )
            if dry_run or isinstance(outcome, Refused):
                await unit.session.write()
                raise _RolledBack
    return outcome


async def _take(
    unit: Unit, rules: SeatRules, gathering_id: UUID, rows: Sequence[Row], report: Report
) -> Report | Refused:
    ids = await write_down(unit, [each.guest for each in rows])
    members = await guests.members(unit.session, ids)
    parties: dict[object, Party] = {}
    for row, guest in zip(rows, ids, strict=True):
        parties.setdefault(row.party or row.number, []).append((row, guest))
    async with hall(unit, rules, gathering_id) as found:
        if found is None:
            return commands.NO_GATHERING
        if refused := commands.closed(found):
            return refused
        together = [each for each in parties.values() if not _too_large(found, each, report)]
        asked = [Asked({guest: members[guest] for _, guest in each}) for each in together]
        _count(await found.ask(asked), together, report)
    if report.import_id:
        counts = {name: getattr(report, name) for name in FIGURES}
        kept = {"id": report.import_id, "gathering_id": gathering_id, "at": unit.now, "actor": unit.actor.id}
        unit.writes.insert(GUEST_IMPORT, [{**kept, **counts}])
    return report


def _too_large(found: Hall, party: Party, report: Report) -> bool:
    people, there = len({guest for _, guest in party}), found.gathering.seats
    if people <= max(there, 1):
        return False
    reason = f"is a party of {people}, and this gathering has {many(there, 'seat')} for guests"
    report.blame([RowFault(row.number, "party", reason) for row, _ in party])
    return True


def _count(outcomes: Sequence[Outcome], together: Sequence[Party], report: Report) -> None:
    """What became of each party; of one that has somebody in it who is there already, the others are not taken."""
    for outcome, party in zip(outcomes, together, strict=True):
        if isinstance(outcome, Placed):
            waits = outcome.state is SeatState.WAITING
            # Rows of one person in a party are one seat.
            report.already_there += len(party) - len(outcome.seats)
            report.waiting += len(outcome.seats) if waits else 0
            report.seated += 0 if waits else len(outcome.seats)
            continue
        if isinstance(outcome, Twice):
            there = {each.guest_id for each in outcome.seats}
            report.already_there += sum(guest in there for _, guest in party)
            reason = "asks together with somebody who has a seat or a place already: let this guest ask alone"
            report.blame(
                [RowFault(row.number, "party", reason) for row, guest in party if guest not in there]
            )
        else:
            reason = "was not invited to this gathering, which is for those who were"
            report.blame([RowFault(row.number, "name", reason) for row, _ in party])
