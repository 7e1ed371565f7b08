"""Books a list of gifts: the whole file in one unit, which a dry run rolls back."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.commands import gifts
from services.donations.commands.gifts import Slip
from services.donations.domain.funds import FundKey
from services.donations.domain.payments import Payment
from services.donations.importing.columns import Given
from services.donations.importing.giving import Donors
from services.donations.importing.report import FIGURES, Report
from services.donations.importing.rows import Gift, read
from services.donations.repository import books, donors, payments
from services.donations.tables import GIFT_IMPORT
from shared.database.errors import is_conflict
from shared.messaging.unit import Unit, Units
from shared.outcomes import Kind, Refused, invalid
from shared.principals import Principal
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.opening import Sheet

MOST_ROWS = 500
"""Of one file: a row takes some fifteen statements, and a unit may take sixty seconds."""
TRIES = 5


class _RolledBack(Exception):
    """Raised within the unit of a dry run."""


class BookedMeanwhile(Exception):
    """Somebody else booked one of these gifts just now: the unit is done again."""


async def take_in(
    units: Units, actor: Principal, sheet: Sheet, given: Given, *, dry_run: bool
) -> Report | Refused:
    """Book the good rows of a file and say what is wrong with the others. A dry run does the same and undoes it.

    Either all good rows are booked or, if it breaks off, none. Whoever sends the file again books nothing twice.
    """
    lines = await asyncio.to_thread(lambda: list(islice(sheet.lines, MOST_ROWS + 1)))
    if len(lines) > MOST_ROWS:
        return invalid(f"This file has more than {MOST_ROWS:,} rows; nothing was changed. Split it.")
    for attempt in range(1, TRIES + 1):
        report = Report(dry_run=dry_run, import_id=None if dry_run else uuid7())
        try:
            with suppress(_RolledBack):
                async with units.open(actor=actor) as unit:
                    await _take(unit, lines, given, report)
            break
        except Exception as error:
            passing = isinstance(error, BookedMeanwhile) or is_conflict(error)
            if not passing or attempt == TRIES:
                raise
    return report


async def _take(unit: Unit, lines: Sequence[Line], given: Given, report: Report) -> None:
    wanted, faults = [], list[RowFault]()
    for line in lines:
        gift = read(line, given, unit.today)
        if isinstance(gift, Gift):
            wanted.append(gift)
        else:
            faults += gift
    report.rows = len(lines)
    # Donors by id, then payments by way and reference, then funds, all of each: whoever books at the same time waits,
    # and does not deadlock.
    await donors.lock(unit.session, *{each.donor for each in wanted if each.donor})
    await payments.make_and_lock(unit.session, {each.key for each in wanted})
    if keys := {FundKey(each.purpose, each.amount.currency) for each in wanted}:
        await books.lock_funds(unit.session, keys)
    whose = Donors(unit)
    for each in sorted(wanted, key=lambda gift: (gift.key, gift.row)):
        if fault := await _book(unit, each, whose, report):
            faults.append(fault)
    report.new_donors = whose.new
    report.blame(faults)
    report.warn(whose.warnings)
    if report.import_id:
        _record(unit, report.import_id, report)
        return
    # What only the last statements would be refused for is refused here too.
    await unit.session.write()
    raise _RolledBack


async def _book(unit: Unit, gift: Gift, whose: Donors, report: Report) -> RowFault | None:
    known = await payments.under(unit.session, *gift.key)
    if known:
        if not _same(known, gift):
            reason = "is booked already, with another amount or day: look at that gift; what is booked stays"
            return RowFault(gift.row, "reference", reason)
        report.already_there += 1
        return None
    donor = await whose.of(gift)
    if isinstance(donor, RowFault):
        return donor
    slip = Slip(donor, gift.way, gift.reference, gift.amount, gift.purpose, gift.received_on)
    done = await gifts.receive(unit, slip)
    if isinstance(done, Refused):
        return _fault(gift.row, done)
    report.add(gift.amount)
    return None


def _same(known: Payment, gift: Gift) -> bool:
    return (known.gross, known.currency, known.happened_on) == (
        gift.amount.minor,
        gift.amount.currency,
        gift.received_on,
    )


def _fault(row: int, refused: Refused) -> RowFault:
    """What is wrong with a row that was refused. `receive` has written nothing then, so the unit goes on."""
    if refused.kind is Kind.CONFLICT:
        raise BookedMeanwhile
    column, reason = refused.fields[0] if refused.fields else ("donor", "is no donor: there is no such id")
    return RowFault(row, column, reason)


def _record(unit: Unit, import_id: UUID, report: Report) -> None:
    counts = {name: getattr(report, name) for name in FIGURES}
    row = {"id": import_id, "at": unit.now, "on_day": unit.today, "actor": unit.actor.id, **counts}
    unit.writes.insert(GIFT_IMPORT, [row])
