"""Rows of a register become people and households; every fault is found, not only the first."""

from collections.abc import Callable
from datetime import date
from typing import Any

from services.intake.commands.people import Person
from services.intake.domain.alike import agrees
from services.intake.domain.households import ALL_NEEDS, Priority, checked_arrival
from services.intake.domain.people import (
    Relation,
    Sex,
    age_on,
    language_codes,
    name_text,
    reference_text,
    region_code,
)
from services.intake.identities import Identity, Unfit, identity_of
from services.intake.importing.columns import FULL_NAME, HOUSEHOLD_COLUMNS
from services.intake.importing.groups import Common, Group, Read, twin_words
from services.intake.importing.mapping import PLAIN, Mapped, size_of
from services.intake.importing.values import Cells, one_of, parts, some_of, whole
from shared.contracts.intake import ClothingSize, NeedKind
from shared.spreadsheets.cells import Line, RowFault
from shared.spreadsheets.dates import day_of, written

MERGED = "is empty; if its cells are merged, write the value into each row"


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
        result.lost[line.row] = cell.relation
        return
    face = person.face
    twin = next((row for row, other in result.people.items() if agrees(other.face, face, today)), None)
    if twin is None:
        result.people[line.row] = person
    else:
        result.faults.append(RowFault(line.row, None, twin_words(twin)))


def _person(cell: Cells, result: Read, today: date) -> Person | None:
    sex = cell.one("sex", Sex, Sex.UNKNOWN)
    size = _size(cell)
    relation = cell.one("relation", Relation, Relation.OTHER)
    cell.relation = relation if cell.line.cells.get("relation") else None
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
