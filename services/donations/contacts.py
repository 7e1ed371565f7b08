"""The one door to names, mails, phones and addresses of donors, to PayPal's notices as they came (sealed), and to
letters as they were issued, since those have a donor's name in them too: no other module reads or writes these tables.

What goes out of here to lists is masked; whoever needs more says why, and that is kept.
"""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, and_, bindparam, delete, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.donors import digits_of, folded, masked
from services.donations.tables import CONTACT, DONOR, LETTER, NOTICE_BODY
from shared.database.writes import Writes
from shared.security.sealing import HEAD_BYTES, Altered, Seal, UnknownKey

SOME = 100
"""So many notices are read at a time."""


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


@dataclass(frozen=True)
class Letter:
    """A letter as it was issued: its bytes, and the words that they were made from. Neither is shown when printed."""

    id: UUID
    kind: str
    donor_id: UUID
    language: str
    issued_on: date
    body: bytes = field(repr=False)
    data: Mapping[str, Any] = field(repr=False)


class Spoilt(RuntimeError):
    """The bytes that are kept of a letter are not those that were issued."""


def write(writes: Writes, donor_id: UUID, contact: Contact) -> None:
    """Keep the contact data of a donor, or give a known one new values."""
    writes.replace(CONTACT, [{"donor_id": donor_id, **asdict(contact), **_keys(contact)}])


def _keys(contact: Contact) -> dict[str, bytes | None]:
    return {
        "name_key": _hashed(folded(contact.name)),
        "mail_key": _hashed(folded(contact.mail)) if contact.mail else None,
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


def write_notice(writes: Writes, seal: Seal, notice_id: UUID, body: bytes) -> None:
    """Keep the bytes of a notice, sealed and bound to its id."""
    writes.insert(NOTICE_BODY, [{"notice_id": notice_id, "body": seal.seal(body, _place(notice_id))}])


async def read_notice(session: AsyncSession, seal: Seal, notice_id: UUID) -> bytes:
    """The bytes of a notice that is kept. Raises UnknownKey or Altered if they do not open."""
    found = await session.execute(select(NOTICE_BODY.c.body).where(NOTICE_BODY.c.notice_id == notice_id))
    return seal.open(found.scalar_one(), _place(notice_id))


def _place(notice_id: UUID) -> bytes:
    """What a notice's bytes are bound to, so that those of another notice do not open in its row."""
    return b"notice_body " + notice_id.bytes


@dataclass(frozen=True)
class Sealed:
    """How many notices have their bytes here; of these, how many need a key that is not there, and how many do not open
    with the key that they name.
    """

    kept: int = 0
    keyless: int = 0
    altered: int = 0


async def sealed_notices(session: AsyncSession, seal: Seal) -> Sealed:
    """Open each notice that is kept, some at a time, and keep nothing of what it says."""
    query = select(NOTICE_BODY.c.notice_id, NOTICE_BODY.c.body).execution_options(yield_per=SOME)
    kept = keyless = altered = 0
    async for notice_id, body in await session.stream(query):
        kept += 1
        try:
            seal.open(body, _place(notice_id))
        except UnknownKey:
            keyless += 1
        except Altered:
            altered += 1
    return Sealed(kept, keyless, altered)


async def seal_notices_anew(session: AsyncSession, seal: Seal, most: int) -> tuple[int, int]:
    """Seal notices with the newer of two keys that the older one sealed: how many of at most so many could be, and how
    many the older one still seals after that. What does not open stays as it is.
    """
    row = NOTICE_BODY.c
    older = func.substring(row.body, 1, HEAD_BYTES).in_(seal.older)
    query = select(NOTICE_BODY).where(older).order_by(row.notice_id).limit(most)
    # Whoever forgets notices at the same time takes them in another order, so this waits for nobody.
    query = query.with_for_update(skip_locked=True)
    done = []
    for notice_id, body in (await session.execute(query)).all():
        with suppress(Altered):
            place = _place(notice_id)
            done.append({"notice": notice_id, "sealed": seal.seal(seal.open(body, place), place)})
    if done:
        change = update(NOTICE_BODY).where(row.notice_id == bindparam("notice"))
        await (await session.connection()).execute(change.values(body=bindparam("sealed")), done)
    left = await session.scalar(select(func.count()).select_from(NOTICE_BODY).where(older))
    return len(done), int(left or 0)


_FORGET = text("""
    DELETE FROM notice_body USING notice
    WHERE notice.id = notice_body.notice_id AND notice.transaction_id = :transaction AND notice.outcome <> 'asked'
""")


async def forget_notices_of(session: AsyncSession, transaction_id: str) -> None:
    """Keep no bytes of the notices that speak of a payment: what has to be kept of it is booked."""
    await session.execute(_FORGET, {"transaction": transaction_id})


async def forget_notice(session: AsyncSession, notice_id: UUID) -> None:
    """Keep the bytes of a notice no longer."""
    await session.execute(delete(NOTICE_BODY).where(NOTICE_BODY.c.notice_id == notice_id))


def write_letter(writes: Writes, letter: Letter) -> None:
    """Keep a letter as it is issued. It is never changed."""
    writes.insert(LETTER, [{**vars(letter), "digest": sha256(letter.body).digest()}])


async def read_letter(session: AsyncSession, letter_id: UUID) -> Letter | None:
    """A letter as it was issued; None if there is none. Raises Spoilt."""
    found = (await session.execute(select(LETTER).where(LETTER.c.id == letter_id))).mappings().one_or_none()
    if found is None:
        return None
    values = dict(found)
    if sha256(values["body"]).digest() != values.pop("digest"):
        raise Spoilt(str(letter_id))
    return Letter(**values)
