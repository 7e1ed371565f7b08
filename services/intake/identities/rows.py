"""Identities are kept, read, changed, and looked for in other households."""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.alike import Face
from services.intake.domain.people import (
    Sex,
)
from services.intake.identities.values import Identity, Known
from services.intake.tables import HOUSEHOLD, IDENTITY, MEMBER, MOVED
from shared.database.writes import Writes

NAMES = (IDENTITY.c.given, IDENTITY.c.family, IDENTITY.c.birth_date, IDENTITY.c.estimated)
_CAME = (MEMBER.c.sex, MEMBER.c.left_on, MEMBER.c.import_id, MEMBER.c.import_row)


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
    """Everybody who is or was in these households, by household; whom an undone import brought is not among them.

    Who moved to another household counts as one who left this one: a register may go on naming them here.
    """
    found: dict[UUID, list[Known]] = {each: [] for each in households}
    if not found:
        return found
    query = (
        select(*NAMES, MEMBER.c.household_id, MEMBER.c.id, *_CAME)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .where(MEMBER.c.household_id.in_(list(found)), ~MEMBER.c.undone)
        .order_by(MEMBER.c.id)
    )
    for given, family, birth, estimated, household_id, member_id, sex, *came in await session.execute(query):
        who = Identity(given, family, birth, estimated)
        found[household_id].append(Known(member_id, who, Sex(sex), *came))
    gone = (
        select(*NAMES, MOVED.c.household_id, MEMBER.c.id, MEMBER.c.sex, func.max(MOVED.c.on))
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .join(MOVED, MOVED.c.member_id == MEMBER.c.id)
        .where(MOVED.c.household_id.in_(list(found)), MEMBER.c.household_id != MOVED.c.household_id)
        .where(~MEMBER.c.undone)
        .group_by(*NAMES, MOVED.c.household_id, MEMBER.c.id, MEMBER.c.sex)
    )
    for given, family, birth, estimated, household_id, member_id, sex, on in await session.execute(gone):
        who = Identity(given, family, birth, estimated)
        found[household_id].append(Known(member_id, who, Sex(sex), on, None, None))
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
        select(*NAMES, MEMBER.c.household_id, MEMBER.c.sex)
        .join(MEMBER, MEMBER.c.id == IDENTITY.c.member_id)
        .join(HOUSEHOLD, HOUSEHOLD.c.id == MEMBER.c.household_id)
        .where(IDENTITY.c.birth_date.in_({face.birth for _, face in told}), ~IDENTITY.c.estimated)
        .where(MEMBER.c.left_on.is_(None), HOUSEHOLD.c.closed_on.is_(None))
    )
    there: dict[Face, set[UUID]] = {}
    for given, family, birth, estimated, household_id, sex in await session.execute(query):
        there.setdefault(Identity(given, family, birth, estimated).face(Sex(sex)), set()).add(household_id)
    return {face for home, face in told if there.get(face, set()) - {home}}
