"""Takes a register in: 100 households a unit, each unit whole or not at all, so that the file may be sent again."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from services.intake import repository
from services.intake.domain.households import CLOSED_ALREADY, FULL, MOST_MEMBERS, Household, Refused
from services.intake.register.columns import RowFault
from services.intake.register.people import Group, Read, groups, read, register_key
from services.intake.register.report import Report
from services.intake.register.upload import Register
from services.intake.registration import Arrival, Person, join_all, register_all
from shared.database.errors import is_conflict
from shared.messaging.unit import Unit, Units

HOUSEHOLDS_A_UNIT = 100
TRIES = 5


class RegisteredMeanwhile(Exception):
    """Somebody else registered one of these households just now: the unit is done again."""


@dataclass
class Plan:
    """What is to be done with some groups. A household is None where a dry run would have registered it before."""

    arrivals: list[tuple[str, Arrival]] = field(default_factory=list)
    joining: list[tuple[str, Household | None, dict[int, Person]]] = field(default_factory=list)
    already_there: int = 0
    faults: list[RowFault] = field(default_factory=list)


class Import:
    """One import of one register."""

    def __init__(self, units: Units, key: bytes, *, dry_run: bool) -> None:
        """`key` is the secret that tells a register's people apart; a dry run changes nothing."""
        self._units = units
        self._key = key
        # Who a dry run would have registered so far, as nothing of it is in the database.
        self._seen: dict[str, set[bytes]] = {}
        self.report = Report(dry_run=dry_run)

    async def run(self, register: Register) -> AsyncIterator[int]:
        """Take everything in; gives the number of rows done after each unit. `report` grows meanwhile."""
        every = groups(register.lines)
        # Reading is work for the processor: in a thread, so that other requests are answered.
        while some := await asyncio.to_thread(_some_households, every):
            await self._take(some)
            yield self.report.rows

    async def _take(self, some: list[Group]) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                async with self._units.open() as unit:
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
        wanted = _merged([read(group, unit.today, self._key) for group in some], plan)
        lock = not self.report.dry_run
        known = await repository.registered(unit.session, [each.ref for each in wanted], lock=lock)
        keys = await repository.register_keys(unit.session, [household.id for household in known.values()])
        for each in wanted:
            plan.faults += each.faults
            household = known.get(each.ref)
            if household is not None or each.ref in self._seen:
                self._plan_joining(plan, each, household, keys[household.id] if household else set())
            elif each.people:
                _plan_arrival(plan, each)
        return plan

    def _plan_joining(self, plan: Plan, each: Read, household: Household | None, keys: set[bytes]) -> None:
        seen = self._seen.get(each.ref, set())
        new = {
            row: who for row, who in each.people.items() if not (keys | seen) & self._keys_of(each.ref, who)
        }
        plan.already_there += len(each.people) - len(new)
        if household is not None and not household.helped:
            plan.faults += [RowFault(row, None, CLOSED_ALREADY.reason) for row in new]
            return
        taken = len(household.present) if household else 0
        fitting = _fitting(plan, new, MOST_MEMBERS - taken - len(seen))
        if fitting:
            plan.joining.append((each.ref, household, fitting))

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
        self._seen.setdefault(ref, set()).update(person.key for person in people if person.key)


async def _carry_out(plan: Plan, unit: Unit) -> None:
    joining = [(household, list(people.values())) for _, household, people in plan.joining if household]
    refused = [each for each in await join_all(unit, joining) if isinstance(each, Refused)]
    if refused:
        raise AssertionError(f"a planned joining was refused: {refused[0].reason}")
    registered = await register_all(unit, [arrival for _, arrival in plan.arrivals])
    if None in registered:
        raise RegisteredMeanwhile


def _some_households(every: Iterator[Group]) -> list[Group]:
    return list(islice(every, HOUSEHOLDS_A_UNIT))


def _merged(reads: list[Read], plan: Plan) -> list[Read]:
    """One for each reference: a household may stand in several places of a unit."""
    merged: dict[str, Read] = {}
    for each in reads:
        known = merged.setdefault(each.ref, each)
        if known is each:
            continue
        known.faults += each.faults
        if known.common is None or known.common.region is None:
            known.common = each.common or known.common
        keys = {person.key for person in known.people.values()}
        new = {row: person for row, person in each.people.items() if person.key not in keys}
        plan.already_there += len(each.people) - len(new)
        known.people |= new
    return list(merged.values())


def _plan_arrival(plan: Plan, each: Read) -> None:
    common = each.common
    if common is None or common.region is None or common.arrived_on is None:
        missing = [
            name for name in ("region", "arrived_on") if common is None or getattr(common, name) is None
        ]
        row = min(each.people)
        plan.faults += [RowFault(row, name, "is needed in the first row of a household") for name in missing]
        reason = f"its household cannot be taken: see row {row}"
        plan.faults += [RowFault(other, None, reason) for other in each.people if other != row]
        return
    people = tuple(_fitting(plan, each.people, MOST_MEMBERS).values())
    arrival = Arrival(common.region, common.arrived_on, people, common.needs, common.priorities, each.ref)
    plan.arrivals.append((each.ref, arrival))


def _fitting(plan: Plan, people: Mapping[int, Person], room: int) -> dict[int, Person]:
    """As many as a household has room for; the others' rows are at fault."""
    rows = list(people)
    plan.faults += [RowFault(row, None, FULL.reason) for row in rows[max(room, 0) :]]
    return {row: people[row] for row in rows[: max(room, 0)]}
