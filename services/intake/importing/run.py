"""Takes a register in: 100 households per unit, each unit whole or not at all, so that the file may be sent again."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from services.intake import repository
from services.intake.commands.people import Person
from services.intake.commands.registration import join_all, register_all
from services.intake.domain.households import CLOSED_ALREADY, MOST_MEMBERS, Household
from services.intake.importing.people import Group, Read, groups, read, register_key
from services.intake.importing.planning import Plan, fitting, merged, plan_arrival
from services.intake.importing.report import Report
from shared.database.errors import is_conflict
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import Principal
from shared.spreadsheets.cells import RowFault
from shared.spreadsheets.opening import Sheet

HOUSEHOLDS_PER_UNIT = 100
ROWS_PER_UNIT = 1000
TRIES = 5


class RegisteredMeanwhile(Exception):
    """Somebody else registered one of these households just now: the unit is done again."""


class Import:
    """One import of one register."""

    def __init__(self, units: Units, actor: Principal, key: bytes, *, dry_run: bool) -> None:
        """`key` is the secret that tells a register's people apart; a dry run changes nothing."""
        self._units = units
        self._actor = actor
        self._key = key
        # Whom a dry run would have registered so far, as nothing of it is in the database: how many of each household,
        # and everybody's register key. Hashes of them, for there may be 200,000.
        self._seen: dict[int, int] = {}
        self._people: set[int] = set()
        self.report = Report(dry_run=dry_run)

    async def run(self, register: Sheet) -> AsyncIterator[int]:
        """Take everything in; gives the number of rows done after each unit. `report` grows meanwhile."""
        every = groups(register.lines)
        # Reading is work for the processor: in a thread, so that other requests are answered.
        while some := await asyncio.to_thread(_some_households, every):
            await self._take(some)
            yield self.report.rows

    async def _take(self, some: list[Group]) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._units.open(actor=self._actor) as unit:
                    plan = await self._planned(some, unit)
                    if not self.report.dry_run:
                        await _carry_out(plan, unit)
                break
            except Exception as error:
                passing = isinstance(error, RegisteredMeanwhile) or is_conflict(error)
                if not passing or attempt == TRIES:
                    raise
        self._count(some, plan)

    async def _planned(self, some: list[Group], unit: Unit) -> Plan:
        plan = Plan()
        wanted = merged([read(group, unit.today, self._key) for group in some], plan)
        lock = not self.report.dry_run
        known = await repository.registered(unit.session, [each.ref for each in wanted], lock=lock)
        keys = await repository.register_keys(unit.session, [household.id for household in known.values()])
        for each in wanted:
            plan.faults += each.faults
            household = known.get(each.ref)
            if household is not None or hash(each.ref) in self._seen:
                self._plan_joining(plan, each, household, keys[household.id] if household else set())
            elif each.people:
                plan_arrival(plan, each)
        return plan

    def _plan_joining(self, plan: Plan, each: Read, household: Household | None, keys: set[bytes]) -> None:
        new = {row: who for row, who in each.people.items() if not self._is_known(each.ref, who, keys)}
        plan.already_there += len(each.people) - len(new)
        if household is not None and not household.helped:
            plan.faults += [RowFault(row, None, CLOSED_ALREADY.words) for row in new]
            return
        taken = len(household.present) if household else 0
        those = fitting(plan, new, MOST_MEMBERS - taken - self._seen.get(hash(each.ref), 0))
        if those:
            plan.joining.append((each.ref, household, those))

    def _is_known(self, ref: str, person: Person, keys: set[bytes]) -> bool:
        return any(key in keys or hash(key) in self._people for key in self._keys_of(ref, person))

    def _keys_of(self, ref: str, person: Person) -> set[bytes]:
        """The keys somebody may be known by: a birth date that was missing before does not make another person."""
        return {register_key(self._key, ref, person.identity, dated=dated) for dated in (True, False)}

    def _count(self, some: list[Group], plan: Plan) -> None:
        report = self.report
        joined = sum(len(people) for _, _, people in plan.joining)
        report.rows += sum(len(group.lines) for group in some)
        report.households += len(plan.arrivals)
        report.people += sum(len(arrival.people) for _, arrival in plan.arrivals) + joined
        report.joined += joined
        report.already_there += plan.already_there
        report.blame(plan.faults)
        if report.dry_run:
            for ref, arrival in plan.arrivals:
                self._remember(ref, arrival.people)
            for ref, _, people in plan.joining:
                self._remember(ref, people.values())

    def _remember(self, ref: str, people: Iterable[Person]) -> None:
        new = {hash(person.key) for person in people if person.key} - self._people
        self._people |= new
        self._seen[hash(ref)] = self._seen.get(hash(ref), 0) + len(new)


async def _carry_out(plan: Plan, unit: Unit) -> None:
    joining = [(household, list(people.values())) for _, household, people in plan.joining if household]
    refused = [each for each in await join_all(unit, joining) if isinstance(each, Refused)]
    if refused:
        raise AssertionError(f"a planned joining was refused: {refused[0].words}")
    registered = await register_all(unit, [arrival for _, arrival in plan.arrivals])
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
