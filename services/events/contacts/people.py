"""Names, mails and phones of guests, and of whoever else the service knows by name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, bindparam, func, or_, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from services.events.contacts.readings import Reading, record
from services.events.tables import CONTACT
from shared.messaging.unit import Unit
from shared.people import digits_of, folded, mailbox, masked

_KEYS = bindparam("keys", type_=ARRAY(LargeBinary))
_MAKE = text("""
    INSERT INTO contact (id, name, mail, phone, same_key, name_key, mail_key, phone_key)
    SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:names AS text[]), CAST(:mails AS text[]), CAST(:phones AS text[]),
        CAST(:same AS bytea[]), CAST(:by_name AS bytea[]), CAST(:by_mail AS bytea[]), CAST(:by_phone AS bytea[]))
    ON CONFLICT (same_key) WHERE same_key IS NOT NULL DO NOTHING
""")


@dataclass(frozen=True)
class Contact:
    """How somebody is called and reached. Its parts are not shown when it is printed."""

    name: str = field(repr=False)
    mail: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


class Changed(ValueError):
    """Somebody else has changed this contact meanwhile."""


class Same(ValueError):
    """Somebody else has this name with this mail or phone already."""


async def find_or_write(unit: Unit, contacts: Sequence[Contact], *, to_silence: bool = False) -> list[UUID]:
    """The ids of these people, in their order. Who is known with this name and mail, or name and phone, is found;
    everybody else is written down. Two units that write the same person down at the same time get the same id.

    All are kept still until the unit ends: nobody says meanwhile that one of them is never written to. A unit that does
    so itself says it here (`to_silence`): two units that share a lock cannot both have it alone later.
    """
    keys = [_keys(each) for each in contacts]
    ids = [uuid7() for _ in contacts]
    # In the order of the keys, so that two units wait for each other and do not deadlock.
    order = sorted(range(len(contacts)), key=lambda n: keys[n]["same_key"] or b"")
    values = {
        "ids": [ids[n] for n in order],
        "names": [contacts[n].name for n in order],
        "mails": [contacts[n].mail for n in order],
        "phones": [contacts[n].phone for n in order],
        "same": [keys[n]["same_key"] for n in order],
        "by_name": [keys[n]["name_key"] for n in order],
        "by_mail": [keys[n]["mail_key"] for n in order],
        "by_phone": [keys[n]["phone_key"] for n in order],
    }
    await unit.session.execute(_MAKE, values)
    query = select(CONTACT.c.same_key, CONTACT.c.id).where(CONTACT.c.same_key == func.any(_KEYS))
    query = query.order_by(CONTACT.c.same_key)
    query = query.with_for_update() if to_silence else query.with_for_update(read=True, key_share=True)
    wanted = [key for each in keys if (key := each["same_key"])]
    known = {row.same_key: row.id for row in await unit.session.execute(query, {"keys": wanted})}
    return [known.get(key["same_key"], new) for key, new in zip(keys, ids, strict=True)]


async def lock(session: AsyncSession, contact_id: UUID) -> None:
    """Wait for whoever writes this person down in one more role, and let nobody do so until the unit ends."""
    await session.execute(select(CONTACT.c.id).where(CONTACT.c.id == contact_id).with_for_update())


async def rewrite(unit: Unit, contact_id: UUID, contact: Contact, seen: int, reading: Reading) -> None:
    """Give somebody known new contact data, in the place of those of the version that was `seen`; who did it is kept.

    Raises Changed if they are of another version by now: the second of two would undo what the first wrote, and neither
    would know. Raises Same if the new ones are somebody else's.
    """
    query = select(CONTACT.c.version).where(CONTACT.c.id == contact_id).with_for_update(key_share=True)
    if seen != await unit.session.scalar(query):
        raise Changed
    keys = _keys(contact)
    values = {**asdict(contact), **keys, "version": seen + 1}
    try:
        # The database says whether somebody else has the same, or is given it at this moment.
        async with unit.session.begin_nested():
            await unit.session.execute(update(CONTACT).where(CONTACT.c.id == contact_id).values(**values))
    except IntegrityError as error:
        raise Same from error
    record(unit, reading)


def _keys(contact: Contact) -> dict[str, bytes | None]:
    name, reached = folded(contact.name), mailbox(contact.mail or "") or digits_of(contact.phone or "")
    return {
        "same_key": _hashed(f"{name}\0{reached}") if reached else None,
        "name_key": _hashed(name),
        "mail_key": _hashed(mailbox(contact.mail)) if contact.mail else None,
        "phone_key": _hashed(digits_of(contact.phone)) if contact.phone else None,
    }


def _hashed(words: str) -> bytes:
    return sha256(words.encode()).digest()


async def read(session: AsyncSession, contact_id: UUID) -> Contact | None:
    """How somebody is called and reached; None for somebody unknown."""
    row = CONTACT.c
    query = select(row.name, row.mail, row.phone).where(row.id == contact_id)
    found = (await session.execute(query)).one_or_none()
    return Contact(*found) if found else None


async def names(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, Contact]:
    """Many people's contact data: for what is shown with a reason alone."""
    row = CONTACT.c
    query = select(row.id, row.name, row.mail, row.phone).where(row.id.in_(ids))
    return {key: Contact(*more) for key, *more in await session.execute(query)}


async def versions(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How often the contact data of these were written."""
    query = select(CONTACT.c.id, CONTACT.c.version).where(CONTACT.c.id.in_(ids))
    return {row.id: row.version for row in await session.execute(query)}


async def masks(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """What lists show instead of names."""
    query = select(CONTACT.c.id, CONTACT.c.name).where(CONTACT.c.id.in_(ids))
    return {key: masked(name) for key, name in await session.execute(query)}


async def alike(session: AsyncSession, contact_id: UUID) -> Sequence[UUID]:
    """Who may be the same person: has the same name, mail or phone, however written."""
    row, mine = CONTACT.c, CONTACT.alias("mine")
    same = or_(
        row.name_key == mine.c.name_key,
        row.mail_key == mine.c.mail_key,
        row.phone_key == mine.c.phone_key,
    )
    query = select(row.id).join(mine, mine.c.id == contact_id).where(same, row.id != contact_id)
    return (await session.scalars(query.order_by(row.id).limit(100))).all()
