"""Names, mails, phones and addresses of donors."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import CONTACT, DONOR
from shared.database.writes import Writes
from shared.people import digits_of, folded, mailbox, masked


@dataclass(frozen=True)
class Contact:
    """How a donor is called and reached. Its parts are not shown when it is printed."""

    name: str = field(repr=False)
    mail: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    address: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Alike:
    """A donor who may be the same as another, and in what the two are alike: name, mail, phone."""

    donor_id: UUID
    alike: tuple[str, ...]


def write(writes: Writes, donor_id: UUID, contact: Contact) -> None:
    """Keep the contact data of a donor, or give a known one new values."""
    writes.replace(CONTACT, [{"donor_id": donor_id, **asdict(contact), **_keys(contact)}])


def _keys(contact: Contact) -> dict[str, bytes | None]:
    return {
        "name_key": _hashed(folded(contact.name)),
        "mail_key": _hashed(mailbox(contact.mail)) if contact.mail else None,
        "phone_key": _hashed(digits_of(contact.phone)) if contact.phone else None,
    }


def _hashed(text: str) -> bytes:
    return sha256(text.encode()).digest()


async def read(session: AsyncSession, donor_id: UUID) -> Contact | None:
    """A donor's contact data; None for an unknown donor."""
    row = CONTACT.c
    query = select(row.name, row.mail, row.phone, row.address).where(row.donor_id == donor_id)
    found = (await session.execute(query)).one_or_none()
    return Contact(*found) if found else None


async def masks(session: AsyncSession, donors: Collection[UUID]) -> Mapping[UUID, str]:
    """What lists show instead of names."""
    query = select(CONTACT.c.donor_id, CONTACT.c.name).where(CONTACT.c.donor_id.in_(donors))
    return {donor_id: masked(name) for donor_id, name in await session.execute(query)}


async def alike(session: AsyncSession, donor_id: UUID) -> Sequence[Alike]:
    """Donors who may be the same as this one, however their names are written; those already merged are left out."""
    row = CONTACT.c
    mine = (await session.execute(select(CONTACT).where(row.donor_id == donor_id))).mappings().one_or_none()
    return await _with_keys(session, dict(mine), row.donor_id != donor_id) if mine else []


async def like(session: AsyncSession, contact: Contact) -> Sequence[Alike]:
    """Donors who may be whoever is called and reached like this; those already merged are left out."""
    return await _with_keys(session, _keys(contact))


async def _with_keys(session: AsyncSession, mine: Mapping[str, Any], *others: Any) -> Sequence[Alike]:
    row = CONTACT.c
    keys = {name: mine[f"{name}_key"] for name in ("name", "mail", "phone") if mine[f"{name}_key"]}
    same = or_(*(row[f"{name}_key"] == key for name, key in keys.items()))
    query = select(CONTACT).join(DONOR, DONOR.c.id == row.donor_id)
    query = query.where(same, and_(DONOR.c.merged_into.is_(None), *others))
    found = await session.execute(query.order_by(row.donor_id).limit(100))
    return [_alike(each, keys) for each in found.mappings()]


def _alike(row: RowMapping, keys: Mapping[str, Any]) -> Alike:
    return Alike(row["donor_id"], tuple(name for name, key in keys.items() if row[f"{name}_key"] == key))
