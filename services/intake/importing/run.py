"""Takes a register in: 100 households per unit, each unit whole or not at all, so that the file may be sent again."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from itertools import islice
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import identities, repository
from services.intake.commands import imports
from services.intake.commands.people import Person
from services.intake.commands.registration import join_all, register_all
from services.intake.domain.households import Household
from services.intake.identities import Known
from services.intake.importing.groups import Group, Read, groups
from services.intake.importing.joining import plan_joining
from services.intake.importing.looking import RegionsSeen, tell_elsewhere, tell_regions, tell_zeros
from services.intake.importing.mapping import PLAIN, Mapped
from services.intake.importing.matching import Registered
from services.intake.importing.memory import Remembered
from services.intake.importing.people import read
from services.intake.importing.planning import Plan, merged, plan_arrival
from services.intake.importing.putting_off import PutOff, again
from services.intake.importing.report import Report
from shared.database.errors import is_conflict
from shared.database.trying import tried
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import Principal
from shared.spreadsheets.opening import Sheet

HOUSEHOLDS_PER_UNIT = 100
ROWS_PER_UNIT = 1000

Reading = Callable[[date], list[Read]]


class RegisteredMeanwhile(Exception):
    """Somebody else registered one of these households just now: the unit is done again."""


class Import:
    """One import of one register."""

    def __init__(
        self, units: Units, actor: Principal, key: bytes, *, dry_run: bool, mapped: Mapped = PLAIN
    ) -> None:
        """A dry run changes nothing; what it remembers of people is hashed with `key`."""
        self._units = units
        self._actor = actor
        self._mapped = mapped
        self._remembered = Remembered(key)
        # By the mark of a member who was there before, the row that they answer for.
        self._claimed: dict[int, int] = {}
        self._put_off = PutOff()
        self._seen = RegionsSeen()
        # By the mark of a reference, the row of a head who could not be taken.
        self._lost_heads: dict[bytes, int] = {}
        self._regions: frozenset[str] | None = None
        self._id = uuid7()
        self.report = Report(dry_run=dry_run, import_id=None if dry_run else self._id)

    async def run(self, register: Sheet) -> AsyncIterator[int]:
        """Take everything in; gives the number of rows done after each unit. `report` grows meanwhile."""
        every = groups(register.lines)
        # Reading is work for the processor: in a thread, so that other requests are answered.
        while some := await asyncio.to_thread(_some_households, every):
            await self._take(self._reading(some), sum(len(group.lines) for group in some))
            yield self.report.rows
        for reads in self._put_off.parts(HOUSEHOLDS_PER_UNIT):
            await self._take(_again(reads), 0, last=True)
        self.report.warn(self._seen.alike())
        if not self.report.dry_run:
            async with self._units.open(actor=self._actor) as unit:
                imports.record(unit, self._id, self.report.model_dump(), begun=True, finished=True)

    def _reading(self, some: list[Group]) -> Reading:
        return lambda today: [read(group, today, self._mapped) for group in some]

    async def _take(self, reading: Reading, rows: int, *, last: bool = False) -> None:
        async def take() -> tuple[Plan, Report]:
            async with self._units.open(actor=self._actor) as unit:
                plan = await self._planned(reading(unit.today), unit, last=last)
                after = _counted(self.report, plan, rows)
                if not self.report.dry_run:
                    imports.record(unit, self._id, after.model_dump(), begun=self.report.rows > 0)
                    await _carry_out(plan, unit, self._id)
            return plan, after

        plan, self.report = await tried(take, _is_in_the_way)
        self._keep(plan)

    async def _planned(self, reads: list[Read], unit: Unit, *, last: bool) -> Plan:
        plan = Plan(self._id)
        last = last or self._put_off.full
        wanted = merged(reads, plan, unit.today)
        lock = not self.report.dry_run
        homes = await repository.registered(unit.session, [each.ref for each in wanted], lock=lock)
        members = await identities.known(unit.session, [household.id for household in homes.values()])
        if self._regions is None:
            self._regions = frozenset(await repository.regions(unit.session))
        for each in wanted:
            plan.faults += each.faults
            plan.warnings += each.warnings
            household = homes.get(repository.key_of(each.ref)) if each.ref else None
            known = self._known(each, members[household.id] if household else [])
            if household is not None or known:
                plan_joining(plan, each, household, known, unit.today, last=last)
            else:
                lost = self._lost_head(plan, each, unit.today)
                if each.people:
                    plan_arrival(plan, each, unit.today, last=last, lost_head=lost)
        tell_regions(plan, wanted, self._regions)
        await tell_zeros(plan, unit, self._remembered)
        await tell_elsewhere(plan, unit)
        return plan

    def _known(self, each: Read, members: Iterable[Known]) -> list[Registered]:
        there = [
            Registered(mark, known.face, known.left_on, self._row_of(known, mark))
            for known in members
            for mark in [hash(known.member_id)]
        ]
        return there + self._remembered.of(each.ref, each.people.values())

    def _lost_head(self, plan: Plan, each: Read, today: date) -> int | None:
        """The row of a head who cannot be taken; the next units have to know it too."""
        key = repository.key_of(each.ref)[:8]
        row = each.lost_head(today)
        if row is not None and each.ref:
            plan.lost_heads[key] = row
        return row if row is not None else self._lost_heads.get(key)

    def _row_of(self, known: Known, mark: int) -> int | None:
        """The row of this file that brought somebody, or for which they answered already."""
        return known.import_row if known.import_id == self._id else self._claimed.get(mark)

    def _keep(self, plan: Plan) -> None:
        """What the next units have to know of this one."""
        self._claimed |= plan.already
        self._put_off.add(plan.put_off)
        self._lost_heads |= plan.lost_heads
        if not self._regions:
            self._seen.add(plan)
        self._regions = (self._regions or frozenset()) | plan.regions
        if self.report.dry_run:
            for ref, arrival in plan.arrivals:
                self._remember(ref, arrival.people)
            for ref, _, people in plan.joining:
                self._remember(ref, people.values())

    def _remember(self, ref: str, people: Iterable[Person]) -> None:
        self._remembered.add(ref, people)


def _is_in_the_way(error: Exception) -> bool:
    return isinstance(error, RegisteredMeanwhile) or is_conflict(error)


def _counted(before: Report, plan: Plan, rows: int) -> Report:
    """The report with what this plan adds."""
    report = before.model_copy()
    joined = sum(len(people) for _, _, people in plan.joining)
    report.rows += rows
    report.households += len(plan.arrivals)
    report.people += sum(len(arrival.people) for _, arrival in plan.arrivals) + joined
    report.joined += joined
    for name in ("already_there", "left", "closed", "twice", "unsure", "held", "namesakes"):
        setattr(report, name, getattr(report, name) + getattr(plan, name))
    report.blame(plan.faults)
    report.warn(plan.warnings)
    return report


async def _carry_out(plan: Plan, unit: Unit, import_id: UUID) -> None:
    joining = [(household, list(people.values())) for _, household, people in plan.joining if household]
    outcomes = await join_all(unit, joining, import_id=import_id)
    refused = [each for each in outcomes if isinstance(each, Refused)]
    if refused:
        raise AssertionError(f"a planned joining was refused: {refused[0].words}")
    arrivals = [replace(arrival, import_id=import_id) for _, arrival in plan.arrivals]
    registered: list[Household | None] = await register_all(unit, arrivals)
    if None in registered:
        raise RegisteredMeanwhile


def _some_households(every: Iterator[Group]) -> list[Group]:
    """The next unit's: fewer households if they have many rows, so that no file is in memory whole."""
    some, rows = [], 0
    for group in islice(every, HOUSEHOLDS_PER_UNIT):
        some.append(group)
        rows += len(group.lines)
        if rows >= ROWS_PER_UNIT:
            break
    return some


def _again(reads: list[Read]) -> Reading:
    return lambda _: again(reads)
