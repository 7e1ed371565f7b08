"""How people are called and reached, where gatherings are (`contacts` alone reads both), and who was shown either or
changed it.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, String, Uuid, text
from sqlmodel import Field

from services.events.tables.columns import (
    Row,
    actor_column,
    code_column,
    id_column,
    moment_column,
    note_column,
)
from shared.database.rows import table_of


class ContactRow(Row, table=True):
    """Somebody's name, mail and phone. The keys are hashes of them folded.

    `same_key` is the hash of the name with the mail, or with the phone if there is no mail: who has the same is the
    same person, written down once. It is empty for somebody who is known by a name alone.
    `version` counts how often it was written.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index("uq_contact_same_key", "same_key", unique=True, postgresql_where=text("same_key IS NOT NULL")),
        Index(None, "name_key"),
        Index(None, "mail_key"),
        Index(None, "phone_key"),
    )
    id: UUID = id_column()
    name: str = Field(sa_column=Column(String(200), nullable=False))
    mail: str | None = Field(default=None, sa_column=Column(String(254)))
    phone: str | None = Field(default=None, sa_column=Column(String(40)))
    same_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    name_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    mail_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    phone_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    version: int = Field(default=1, sa_column=Column(Integer, nullable=False, server_default=text("1")))


class VenueRow(Row, table=True):
    """What a gathering is called, where it is, and whom to call in an emergency there."""

    __tablename__ = "venue"
    gathering_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("gathering.id"), primary_key=True))
    title: str = Field(sa_column=Column(String(200), nullable=False))
    place: str | None = Field(default=None, sa_column=Column(String(500)))
    link: str | None = Field(default=None, sa_column=Column(String(500)))
    emergency: str | None = Field(default=None, sa_column=Column(String(40)))


class ReadingRow(Row, table=True):
    """Somebody was shown a contact, a venue or a list of guests, or changed a contact: who, in which role, when, why,
    by which route.

    `subject` is the contact's or the gathering's id. Append-only.
    """

    __tablename__ = "reading"
    __table_args__ = (Index(None, "subject", "id"),)
    id: UUID = id_column()
    at: datetime = moment_column()
    what: str = code_column()
    subject: UUID = Field(sa_column=Column(Uuid, nullable=False))
    actor: str = actor_column()
    role: str = code_column()
    route: str = Field(sa_column=Column(String(100), nullable=False))
    note: str | None = note_column()


CONTACT = table_of(ContactRow)
VENUE = table_of(VenueRow)
READING = table_of(ReadingRow)
