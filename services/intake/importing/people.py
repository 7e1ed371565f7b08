"""Lines of a register become people and households; every fault is found, not only the first."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import TypeVar

from services.intake.commands.people import Person
from services.intake.domain.households import ALL_NEEDS, Priority, checked_arrival
from services.intake.domain.people import Relation, Sex, language_codes, plain_text, region_code
from services.intake.identities import Identity, Unfit, identity_of
from services.intake.importing.columns import HOUSEHOLD_COLUMNS
from shared.contracts.intake import ClothingSize, NeedKind
from shared.spreadsheets.cells import Line, RowFault

LONGEST_REFERENCE = 60
# The rest of a longer household is read as a reference that comes again, so that no household fills the memory.
LONGEST_GROUP = 100

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class Group:
    """Lines of one household that stand together; "" for lines without a reference."""

    ref: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Common:
    """What the first line of a household says about it; None is what it leaves out."""

    region: str | None
    arrived_on: date | None
    needs: frozenset[NeedKind]
    priorities: frozenset[Priority]


@dataclass
class Read:
    """What a group holds: people by row, and the faults of the other rows."""

    ref: str
    first_row: int
    common: Common | None = None
    people: dict[int, Person] = field(default_factory=dict)
    faults: list[RowFault] = field(default_factory=list)


def groups(lines: Iterable[Line]) -> Iterator[Group]:
    """Lines that stand together and have the same reference; a line without one stands alone."""
    for ref, together in groupby(lines, key=lambda line: line.cells.get("household", "")):
        part: list[Line] = []
        for line in together:
            part.append(line)
            if len(part) == LONGEST_GROUP or not ref:
                yield Group(ref, tuple(part))
                part = []
        if part:
            yield Group(ref, tuple(part))


def read(group: Group, today: date, key: bytes) -> Read:
    """The people of a group as of today; `key` is the secret that their register keys are made with."""
    result = Read(group.ref, group.lines[0].row)
    first = group.lines[0]
    try:
        plain_text(group.ref, LONGEST_REFERENCE)
    except ValueError as error:
        for line in group.lines:
            result.faults += line.faults or [RowFault(line.row, "household", str(error))]
        return result
    result.common, result.faults = _common(first, today)
    for line in group.lines:
        _read_person(line, first, result, today, key)
    return result


def _read_person(line: Line, first: Line, result: Read, today: date, key: bytes) -> None:
    faults = list(line.faults)
    known = {fault.column for fault in faults} | {
        fault.column for fault in result.faults if fault.row == line.row
    }
    faults += [
        RowFault(line.row, name, f"differs from row {first.row}, the first of this household")
        for name in HOUSEHOLD_COLUMNS
        if name not in known and line.cells.get(name, "") not in ("", first.cells.get(name, ""))
    ]
    person, own = _person(line, today, key, result.ref)
    faults += [fault for fault in own if fault.column not in known]
    if result.common is None and line is not first:
        faults = faults or [RowFault(line.row, None, f"its household cannot be taken: see row {first.row}")]
    result.faults += faults
    if faults or person is None or result.common is None:
        return
    twin = next((row for row, other in result.people.items() if other.key == person.key), None)
    if twin is None:
        result.people[line.row] = person
        return
    hint = (
        ""
        if person.identity.birth_date and not person.identity.estimated
        else "; give birth dates to tell them apart"
    )
    result.faults.append(RowFault(line.row, None, f"is the same person as in row {twin}{hint}"))


def _common(line: Line, today: date) -> tuple[Common | None, list[RowFault]]:
    """None when the household's own columns cannot be taken."""
    cell = _Cells(line)
    common = Common(
        region=cell.optional("region", region_code),
        arrived_on=cell.optional("arrived_on", lambda text: checked_arrival(_day(text), today)),
        needs=cell.optional("needs", lambda text: _some(NeedKind, text), ALL_NEEDS) or frozenset(),
        priorities=cell.optional("priority", lambda text: _some(Priority, text), frozenset()) or frozenset(),
    )
    spoilt = {fault.column for fault in line.faults if fault.column in HOUSEHOLD_COLUMNS}
    # What is spoilt is told once, with the line's own faults.
    faults = [fault for fault in cell.faults if fault.column not in spoilt]
    return (None if faults or spoilt else common), faults


def _person(line: Line, today: date, key: bytes, ref: str) -> tuple[Person | None, list[RowFault]]:
    cell = _Cells(line)
    sex = cell.optional("sex", lambda text: _one(Sex, text), Sex.UNKNOWN)
    size = cell.needed("size", lambda text: _one(ClothingSize, text))
    relation = cell.optional("relation", lambda text: _one(Relation, text), Relation.OTHER)
    languages = cell.optional("languages", lambda text: language_codes(re.split("[;,]", text)))
    identity = _identity(cell, today)
    if cell.faults or identity is None or sex is None or size is None or relation is None:
        return None, cell.faults
    person = Person(identity, sex, size, relation, languages or (), register_key(key, ref, identity))
    return person, []


def _identity(cell: "_Cells", today: date) -> Identity | None:
    given = cell.needed("given_name", plain_text)
    family = cell.needed("family_name", plain_text)
    birth = cell.optional("birth_date", _day)
    age = cell.optional("age", _whole)
    if any(fault.column in ("birth_date", "age") for fault in cell.faults):
        return None
    try:
        # Names that cannot be taken were told already; the dates are looked at nevertheless.
        return identity_of(given or "-", family or "-", birth, age, today)
    except Unfit as error:
        cell.faults.append(RowFault(cell.line.row, error.part, str(error)))
    return None


def register_key(key: bytes, ref: str, identity: Identity, *, dated: bool = True) -> bytes:
    """What tells a register's people apart without holding their names: the same person gives the same key.

    An estimated birth date differs from year to year, so it does not count.
    """
    names = [_folded(identity.given), _folded(identity.family)]
    birth = identity.birth_date.isoformat() if dated and not identity.estimated else ""
    return hmac.new(key, "\0".join([_folded(ref), *names, birth]).encode(), hashlib.sha256).digest()


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


class _Cells:
    """The cells of a line, each read by its own rule; what cannot be read becomes a fault."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.faults: list[RowFault] = []

    def needed(self, column: str, rule: Callable[[str], T]) -> T | None:
        if self.line.cells.get(column, ""):
            return self.optional(column, rule)
        self.faults.append(RowFault(self.line.row, column, "is empty"))
        return None

    def optional(self, column: str, rule: Callable[[str], T], otherwise: T | None = None) -> T | None:
        text = self.line.cells.get(column, "")
        if not text:
            return otherwise
        try:
            return rule(text)
        except ValueError as error:
            self.faults.append(RowFault(self.line.row, column, str(error)))
            return None


def _day(text: str) -> date:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        try:
            return date.fromisoformat(text)
        except ValueError:
            pass
    raise ValueError("must be a date like 1980-05-17")


def _whole(text: str) -> int:
    if not re.fullmatch(r"\d{1,3}", text, re.ASCII):
        raise ValueError("must be a whole number from 0 to 120")
    return int(text)


def _one(words: type[E], text: str) -> E:
    found = next((word for word in words if word.value.lower() == text.lower().replace(" ", "_")), None)
    if found is None:
        raise ValueError(f"must be one of {', '.join(words)}")
    return found


def _some(words: type[E], text: str) -> frozenset[E]:
    if text.lower() == "none":
        return frozenset()
    return frozenset(_one(words, part.strip()) for part in re.split("[;,]", text) if part.strip())
