"""Books a list of gifts, some rows per unit, so that nobody waits for a whole file; a dry run rolls each unit back."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from uuid import uuid4

from uuid_utils.compat import uuid7

from services.donations.importing.columns import Given
from services.donations.importing.part import BookedMeanwhile, Part, Taken
from services.donations.importing.report import Report
from services.donations.importing.rows import Gift, read
from shared.database.errors import is_conflict, is_outage
from shared.database.trying import tried
from shared.messaging.day import today_of
from shared.messaging.failures import describe
from shared.messaging.unit import Units
from shared.observability import log
from shared.outcomes import Refused, invalid
from shared.principals import Principal
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.opening import Sheet

MOST_ROWS = 500
"""Of one file: whoever sends it waits for the answer."""
ROWS_PER_UNIT = 100


class _RolledBack(Exception):
    """Raised within a unit of a dry run."""


async def take_in(
    units: Units, actor: Principal, sheet: Sheet, given: Given, *, dry_run: bool
) -> Report | Refused:
    """Book the good rows of a file and say what is wrong with the others. A dry run does the same and undoes it.

    If it breaks off, the parts before are booked. Whoever sends the file again has the rest booked, and nothing twice.
    """
    lines = await asyncio.to_thread(lambda: list(islice(sheet.lines, MOST_ROWS + 1)))
    if len(lines) > MOST_ROWS:
        return invalid(f"This file has more than {MOST_ROWS:,} rows; nothing was changed. Split it.")
    importing = Import(units, actor, dry_run=dry_run)
    await importing.run(lines, given)
    return importing.report


class Import:
    """One import of one list."""

    def __init__(self, units: Units, actor: Principal, *, dry_run: bool) -> None:
        self._units = units
        self._actor = actor
        self._taken = Taken(Report(dry_run=dry_run, import_id=None if dry_run else uuid7()))
        self._recorded = False

    @property
    def report(self) -> Report:
        """What became of the rows so far."""
        return self._taken.report

    async def run(self, lines: Sequence[Line], given: Given) -> None:
        """Take all lines in, in the order of their references."""
        async with self._units.read() as session:
            today = await today_of(session)
        wanted, faults = list[Gift](), list[RowFault]()
        for line in lines:
            gift = read(line, given, today)
            if isinstance(gift, Gift):
                wanted.append(gift)
            else:
                faults += gift
        self.report.rows = len(lines)
        self.report.blame(faults)
        wanted.sort(key=lambda gift: (gift.key, gift.row))
        for some in _parts(wanted):
            await self._take(some)
        if not self._recorded:
            await self._booked([])

    async def _take(self, some: Sequence[Gift]) -> None:
        """Book some rows in one unit. If one of them raises an error, the others are booked without it."""
        try:
            await self._booked(some)
        except Exception as error:
            if _is_passing(error):
                raise
            if len(some) == 1:
                self._blame(some[0], error)
            else:
                await self._take(some[: len(some) // 2])
                await self._take(some[len(some) // 2 :])

    async def _booked(self, some: Sequence[Gift]) -> None:
        async def book() -> Taken:
            part = Part(self._taken, some)
            with suppress(_RolledBack):
                await self._book(part)
            return part.after

        self._taken, self._recorded = await tried(book, _is_in_the_way), True

    async def _book(self, part: Part) -> None:
        async with self._units.open(actor=self._actor) as unit:
            await part.book(unit)
            if self.report.dry_run:
                # What only the last statements would be refused for is refused here too.
                await unit.session.write()
                raise _RolledBack

    def _blame(self, gift: Gift, error: Exception) -> None:
        """A row that raises an error by itself is a bad row. Its text is not told: it may repeat what stood in it."""
        number = uuid4().hex[:8]
        log().error("a row of a list of gifts could not be booked", number=number, reason=describe(error))
        reason = (
            f"could not be booked: tell whoever maintains the service, with the number {number} of its log"
        )
        self.report.blame([RowFault(gift.row, None, reason)])
        self._recorded = False


def _parts(wanted: Sequence[Gift]) -> Iterator[Sequence[Gift]]:
    for start in range(0, len(wanted), ROWS_PER_UNIT):
        yield wanted[start : start + ROWS_PER_UNIT]


def _is_in_the_way(error: Exception) -> bool:
    return isinstance(error, BookedMeanwhile) or is_conflict(error)


def _is_passing(error: Exception) -> bool:
    """Nothing of the file is to blame: the same rows may be booked at another time."""
    return _is_in_the_way(error) or is_outage(error)
