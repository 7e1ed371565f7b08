"""Lines of a register become people and households; every fault is found, not only the first."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from services.intake.commands.people import HOW_TWINS, Person
from services.intake.domain.alike import agrees
from services.intake.domain.households import ALL_NEEDS, Priority, checked_arrival
from services.intake.domain.people import (
    Relation,
    Sex,
    age_on,
    folded,
    language_codes,
    name_text,
    reference_text,
    region_code,
)
from services.intake.identities import Identity, Unfit, identity_of
from services.intake.importing.columns import FULL_NAME, HOUSEHOLD_COLUMNS
from services.intake.importing.mapping import PLAIN, Mapped, size_of
from services.intake.importing.values import Cells, one_of, parts, some_of, whole
from shared.contracts.intake import ClothingSize, NeedKind
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.dates import day_of, written

# The rest of a longer household is read as a reference that comes again, so that no household fills the memory.
LONGEST_GROUP = 100
MERGED = "is empty; if its cells are merged, write the value into each row"


@dataclass(frozen=True)
class Group:
    """Lines of one household that stand together; "" for lines without a reference."""

    ref: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Common:
    """What the rows of a household say about it, the first that says something; None is what none of them says."""

    region: str | None
    arrived_on: date | None
    needs: frozenset[NeedKind]
    priorities: frozenset[Priority]


Said = dict[str, list[tuple[int, Any]]]
"""What rows say of their household: for each of its columns the rows and values, the first row first."""


@dataclass
class Read:
    """What some rows of a household hold: people by row, and the faults of the other rows.

    `common` is None when a column of the household itself cannot be taken. `tells_heads` says that the file has the
    column in which somebody is named head of the household.
    """

    ref: str
    first_row: int
    common: Common | None = None
    people: dict[int, Person] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)
    warnings: list[RowFault] = field(default_factory=list)
    said: Said = field(default_factory=dict)
    tells_heads: bool = False

    def settle(self) -> None:
        """The first value of each column counts for the household; a row that says another one is at fault."""
        for name, said in self.said.items():
            said.sort(key=lambda each: each[0])
            (first_row, first), *others = said
            for row, value in others:
                if value != first:
                    reason = f"differs from row {first_row}, which is of the same household and comes first"
                    self.faults.append(RowFault(row, name, reason))
                    self.people.pop(row, None)
            self.said[name] = [each for each in said if each[1] == first]
        if self.common is not None:
            values = {name: said[0][1] for name, said in self.said.items()}
            self.common = Common(
                values.get("region"),
                values.get("arrived_on"),
                values.get("needs", ALL_NEEDS),
                values.get("priority", frozenset()),
            )


def groups(lines: Iterable[Line]) -> Iterator[Group]:
    """Lines that stand together and have the same reference, however written; a line without one stands alone."""
    for folded_ref, together in groupby(lines, key=lambda line: folded(line.cells.get("household", ""))):
        part: list[Line] = []
        for line in together:
            part.append(line)
            if len(part) == LONGEST_GROUP or not folded_ref:
                yield Group(line.cells.get("household", ""), tuple(part))
                part = []
        if part:
            yield Group(part[0].cells.get("household", ""), tuple(part))


def read(group: Group, today: date, mapped: Mapped = PLAIN) -> Read:
    """The people of a group as of today."""
    result = Read(group.ref, group.lines[0].row, Common(None, None, ALL_NEEDS, frozenset()))
    try:
        result.ref = reference_text(group.ref)
    except ValueError as error:
        reason = str(error) if group.ref else MERGED
        for line in group.lines:
            result.faults += line.faults or [RowFault(line.row, "household", reason)]
        return result
    lines = [_with_fixed(line, mapped) for line in group.lines]
    result.tells_heads = any("relation" in line.cells for line in lines)
    spoilt = _read_household(lines, result, today, mapped)
    for line in lines:
        _read_person(line, result, today, mapped, spoilt)
    result.settle()
    return result


def _with_fixed(line: Line, mapped: Mapped) -> Line:
    """The line with what the mapping says of all rows where the line itself says nothing."""
    missing = {name: value for name, value in mapped.fixed.items() if not line.cells.get(name)}
    return Line(line.row, {**line.cells, **missing}, line.faults) if missing else line


def _read_household(lines: list[Line], result: Read, today: date, mapped: Mapped) -> int | None:
    """Gather what the rows say of their household; the row that spoils it, if one does."""
    rules: dict[str, Callable[[str], Any]] = {
        "region": region_code,
        "arrived_on": lambda text: checked_arrival(day_of(text), today),
        "needs": lambda text: some_of(NeedKind, text, mapped, "needs"),
        "priority": lambda text: some_of(Priority, text, mapped, "priority"),
    }
    spoilt_by = None
    for line in lines:
        told = {fault.column for fault in line.faults}
        cell = Cells(line, mapped)
        for name in HOUSEHOLD_COLUMNS:
            value = None if name in told else cell.optional(name, rules[name])
            if value is not None:
                result.said.setdefault(name, []).append((line.row, value))
            elif line.cells.get(name) or name in told:
                # Nothing that comes later may stand for what is said here and cannot be read.
                spoilt_by = spoilt_by or (None if name in result.said else line.row)
        result.faults += cell.faults
    if spoilt_by is not None:
        result.common, result.said = None, {}
    return spoilt_by


def _read_person(line: Line, result: Read, today: date, mapped: Mapped, spoilt_by: int | None) -> None:
    faults = list(line.faults)
    own = [fault for fault in result.faults if fault.row == line.row]
    told = {fault.column for fault in (*faults, *own)}
    cell = Cells(line, mapped)
    person = _person(cell, result, today)
    faults += [fault for fault in cell.faults if fault.column not in told]
    if spoilt_by is not None and line.row != spoilt_by and not own:
        faults = faults or [RowFault(line.row, None, f"its household cannot be taken: see row {spoilt_by}")]
    result.faults += faults
    if faults or own or person is None or result.common is None:
        return
    face = person.face
    twin = next((row for row, other in result.people.items() if agrees(other.face, face, today)), None)
    if twin is None:
        result.people[line.row] = person
    else:
        result.faults.append(RowFault(line.row, None, twin_words(twin)))


def twin_words(row: int | None) -> str:
    """Why a row is not taken: another one has the same person."""
    where = f"in row {row}" if row else "in an earlier row"
    return f"is the same person as {where}, twice in this file; {HOW_TWINS}"


def _person(cell: Cells, result: Read, today: date) -> Person | None:
    sex = cell.one("sex", Sex, Sex.UNKNOWN)
    size = _size(cell)
    relation = cell.one("relation", Relation, Relation.OTHER)
    languages = cell.optional("languages", lambda text: _languages(cell, text))
    identity = _identity(cell, result, today)
    if (
        identity is not None
        and size is None
        and cell.mapped.size_from_age
        and not cell.line.cells.get("size")
    ):
        size = size_of(age_on(identity.birth_date, today))
        reason = f"size {size.value} by age, as none is given; ask, and correct it if another one fits"
        result.warnings.append(RowFault(cell.line.row, "size", reason))
    if cell.faults or identity is None or sex is None or size is None or relation is None:
        return None
    by_age = not cell.line.cells.get("birth_date")
    return Person(identity, sex, size, relation, languages or (), cell.line.row, by_age)


def _size(cell: Cells) -> ClothingSize | None:
    if cell.mapped.size_from_age:
        return cell.one("size", ClothingSize)
    return cell.needed("size", lambda text: one_of(ClothingSize, text))


def _languages(cell: Cells, text: str) -> tuple[str, ...]:
    return language_codes([cell.mapped.value("languages", part) for part in parts(text)])


def _names(cell: Cells) -> tuple[str | None, str | None]:
    if not cell.line.cells.get(FULL_NAME):
        return cell.needed("given_name", name_text), cell.needed("family_name", name_text)
    names = cell.optional(FULL_NAME, lambda text: cell.mapped.names_of(name_text(text)))
    return names or (None, None)


def _identity(cell: Cells, result: Read, today: date) -> Identity | None:
    given, family = _names(cell)
    birth = cell.optional("birth_date", written)
    age = cell.optional("age", whole)
    if any(fault.column in ("birth_date", "age") for fault in cell.faults):
        return None
    try:
        # Names that cannot be taken were told already; the dates are looked at nevertheless.
        who = identity_of(given or "A", family or "A", birth, None if birth else age, today)
    except Unfit as error:
        cell.fault(error.part, str(error))
        return None
    if birth and age is not None and abs(age_on(who.birth_date, today) - age) > who.estimated:
        result.warnings.append(RowFault(cell.line.row, "age", "disagrees with the birth date, which counts"))
    return who


def register_key(key: bytes, ref: str, identity: Identity, *, dated: bool = True) -> bytes:
    """What tells a register's people apart without holding their names: the same person gives the same key.

    An estimated birth date differs from year to year, so it does not count.
    """
    names = [folded(identity.given), folded(identity.family)]
    birth = identity.birth_date.isoformat() if dated and not identity.estimated else ""
    return hmac.new(key, "\0".join([folded(ref), *names, birth]).encode(), hashlib.sha256).digest()
