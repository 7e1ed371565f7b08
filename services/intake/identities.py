"""The one door to names and birth dates: no other module reads or writes their table.

What goes out of here to logs, contracts and lists is an age band, never the value it came from.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.alike import Face
from services.intake.domain.people import (
    Sex,
    age_on,
    band_of,
    birth_from_age,
    born_after,
    checked_birth,
    folded,
    name_text,
)
from services.intake.tables import HOUSEHOLD, IDENTITY, MEMBER
from shared.contracts.intake import AgeBand
from shared.database.writes import Writes
from shared.spreadsheets.dates import Written


@dataclass(frozen=True)
class Identity:
    """Who a member is. Its parts are not shown when it is printed."""

    given: str = field(repr=False)
    family: str = field(repr=False)
    birth_date: date = field(repr=False)
    estimated: bool

    def band(self, on: date) -> AgeBand:
        return band_of(age_on(self.birth_date, on))

    def face(self, sex: Sex) -> Face:
        """For comparing within one household, or between two."""
        return Face(f"{folded(self.given)}\0{folded(self.family)}", sex, self.birth_date, self.estimated)


@dataclass(frozen=True)
class Known:
    """A member as an import has to know them: who it is, and how they came."""

    member_id: UUID
    identity: Identity = field(repr=False)
    sex: Sex
    left_on: date | None
    import_id: UUID | None
    import_row: int | None

    @property
    def face(self) -> Face:
        return self.identity.face(self.sex)


_NAMES = (IDENTITY.c.given, IDENTITY.c.family, IDENTITY.c.birth_date, IDENTITY.c.estimated)
_CAME = (MEMBER.c.sex, MEMBER.c.left_on, MEMBER.c.import_id, MEMBER.c.import_row)


class Unfit(ValueError):
    """A part of an identity cannot be taken: `part` is its name, the text says why, without the value."""

    def __init__(self, part: str, reason: str) -> None:
        super().__init__(reason)
        self.part = part


def identity_of(
    given: str, family: str, birth_date: date | Written | None, age: int | None, today: date
) -> Identity:
    """An identity from what was said on `today`. Unfit if it cannot be.

    From an age, or a year or month alone, the birth date is estimated.
    """
    if (birth_date is None) == (age is None):
        raise Unfit("birth_date", "give either a birth date or an age")
    names = [_checked(part, lambda text=text: name_text(text)) for part, text in _names(given, family)]
    if birth_date is None:
        birth = _checked("age", lambda: birth_from_age(age or 0, today))
        return Identity(names[0], names[1], birth, estimated=True)
    known = birth_date if isinstance(birth_date, date) else birth_date.whole
    likeliest = known or cast(Written, birth_date).likeliest(today)
    birth = _checked("birth_date", lambda: checked_birth(likeliest, today))
    return Identity(names[0], names[1], birth, estimated=known is None)


def _names(given: str, family: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return ("given_name", given), ("family_name", family)


def _checked(part: str, check: Any) -> Any:
    try:
        return check()
    except ValueError as error:
        raise Unfit(part, str(error)) from None


def write(writes: Writes, identities: Mapping[UUID, Identity]) -> None:
    """Keep the identities of new members, by member id."""
    rows = (
        {
            "member_id": member_id,
            "given": each.given,
            "family": each.family,
            "birth_date": each.birth_date,
            "estimated": each.estimated,
        }
        for member_id, each in identities.items()
    )
    writes.insert(IDENTITY, rows)


async def read(session: AsyncSession, household_id: UUID) -> dict[UUID, Identity]:
    """All identities of one household, by member id in order of joining."""
    columns = IDENTITY.c
    query = (
        select(columns.member_id, columns.given, columns.family, columns.birth_date, columns.estimated)
        .join(MEMBER, MEMBER.c.id == columns.member_id)
        .where(MEMBER.c.household_id == household_id)
        .order_by(columns.member_id)
    )
    return {row[0]: Identity(*row[1:]) for row in await session.execute(query)}


def change(writes: Writes, member_id: UUID, identity: Identity) -> None:
    """Keep a corrected identity of a member whose household is locked."""
    row = {"member_id": member_id, "given": identity.given, "family": identity.family}
    writes.change(IDENTITY, [row | {"birth_date": identity.birth_date, "estimated": identity.estimated}])


async def known(session: AsyncSession, households: Collection[UUID]) -> dict[UUID, list[Known]]:
    """Everybody who is or was in these households, by household; whom an undone import brought is not among them."""
    found: dict[UUID, list[Known]] = {each: [] for each in households}
    if not found:
        return found
    query = (
        select(*_NAMES, MEMBER.c.household_id, MEMBER.c.id, *_CAME)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .where(MEMBER.c.household_id.in_(list(found)), ~MEMBER.c.undone)
        .order_by(MEMBER.c.id)
    )
    for given, family, birth, estimated, household_id, member_id, sex, *came in await session.execute(query):
        who = Identity(given, family, birth, estimated)
        found[household_id].append(Known(member_id, who, Sex(sex), *came))
    return found


def telling(face: Face) -> bool:
    """Whether somebody can be known again in another household: of other faces there are too many of one name."""
    return face.sex is not Sex.UNKNOWN and not face.estimated


async def present_elsewhere(session: AsyncSession, faces: Mapping[UUID | None, Iterable[Face]]) -> set[Face]:
    """Whoever of these is present in a household other than their own (the key; None if it is not there yet)."""
    told = [(home, face) for home, some in faces.items() for face in some if telling(face)]
    if not told:
        return set()
    query = (
        select(*_NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .where(IDENTITY.c.birth_date.in_({face.birth for _, face in told}), ~IDENTITY.c.estimated)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None))
    )
    there: dict[Face, set[UUID]] = {}
    for given, family, birth, estimated, household_id, sex in await session.execute(query):
        there.setdefault(Identity(given, family, birth, estimated).face(Sex(sex)), set()).add(household_id)
    return {face for home, face in told if there.get(face, set()) - {home}}


async def count_alike(session: AsyncSession) -> int:
    """How many present members of one household are alike in folded name, sex and birth with another one of it."""
    query = (
        select(*_NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .where(MEMBER.c.left_on.is_(None))
        .order_by(MEMBER.c.household_id)
    )
    count, home, here = 0, None, set[Face]()
    async for given, family, birth, estimated, household_id, sex in await session.stream(query):
        if household_id != home:
            home, here = household_id, set()
        face = Identity(given, family, birth, estimated).face(Sex(sex))
        count += face in here
        here.add(face)
    return count


async def count_in_two_households(session: AsyncSession) -> int:
    """How many are present in two households that are helped: the same folded name, known sex and exact birth date."""
    query = (
        select(*_NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None))
        .where(MEMBER.c.sex != Sex.UNKNOWN.value, ~IDENTITY.c.estimated)
        .order_by(IDENTITY.c.birth_date)
    )
    count, born, those = 0, None, dict[Face, set[UUID]]()
    async for given, family, birth, estimated, household_id, sex in await session.stream(query):
        if birth != born:
            born, those = birth, {}
        homes = those.setdefault(Identity(given, family, birth, estimated).face(Sex(sex)), set())
        count += bool(homes) and household_id not in homes
        homes.add(household_id)
    return count


async def bands(session: AsyncSession, members: Collection[UUID], on: date) -> dict[UUID, AgeBand]:
    """The age band of each member on a day."""
    query = select(IDENTITY.c.member_id, _band(on)).where(IDENTITY.c.member_id.in_(members))
    return {member_id: AgeBand(band) for member_id, band in await session.execute(query)}


async def grown(session: AsyncSession, on: date) -> dict[UUID, dict[UUID, AgeBand]]:
    """Who of those who are helped now has another age band on a day than the one stored, by household and member."""
    found: dict[UUID, dict[UUID, AgeBand]] = {}
    for household_id, member_id, band in await session.execute(_other_bands(on)):
        found.setdefault(household_id, {})[member_id] = AgeBand(band)
    return found


async def count_grown(session: AsyncSession, on: date) -> int:
    """How many `grown` would give: none, once the work of that day is done."""
    query = select(func.count()).select_from(_other_bands(on).subquery())
    return (await session.execute(query)).scalar_one()


def _other_bands(on: date) -> Select[Any]:
    return (
        select(MEMBER.c.household_id, MEMBER.c.id, _band(on).label("band"))
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .join(IDENTITY, IDENTITY.c.member_id == MEMBER.c.id)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None), MEMBER.c.age_band != _band(on))
    )


def _band(on: date) -> ColumnElement[str]:
    """A member's age band on a day, found by the database, so that no birth date has to leave it."""
    older = [(IDENTITY.c.birth_date > born, literal(band.value)) for born, band in born_after(on)]
    return case(*older, else_=literal(AgeBand.ELDERLY.value))


async def members_without(session: AsyncSession) -> int:
    """How many members have no identity: none, if all is well."""
    query = select(func.count()).select_from(MEMBER.outerjoin(IDENTITY)).where(IDENTITY.c.member_id.is_(None))
    return (await session.execute(query)).scalar_one()
