"""Who gives, what was said at the gift, and how a donor is reached."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Uuid,
    text,
)
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    code_column,
    flag_column,
    id_column,
    moment_column,
    version_column,
)
from shared.database.rows import table_of


class DonorRow(Row, table=True):
    """Somebody who gives, without name or address. `merged_into` is the donor that this one turned out to be.

    `membership_said` and `link_said` are the versions in which it was told last whether this is a member, and who this
    one is; 0 if that was never told.
    """

    __tablename__ = "donor"
    __table_args__ = (
        CheckConstraint("merged_into <> id", name="not_into_itself"),
        Index(None, "merged_into", postgresql_where=text("merged_into IS NOT NULL")),
    )
    id: UUID = id_column()
    kind: str = code_column()
    member: bool = flag_column()
    anonymous: bool = flag_column()
    may_write: bool = flag_column()
    language: str = Field(sa_column=Column(String(10), nullable=False))
    since: date
    merged_into: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    membership_said: int = version_column()
    link_said: int = version_column()
    actor: str = actor_column()


class ContactRow(Row, table=True):
    """A donor's name and addresses, which `contacts` alone reads. The keys are hashes of them folded."""

    __tablename__ = "contact"
    __table_args__ = (Index(None, "name_key"), Index(None, "mail_key"), Index(None, "phone_key"))
    donor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("donor.id"), primary_key=True))
    name: str = Field(sa_column=Column(String(200), nullable=False))
    mail: str | None = Field(default=None, sa_column=Column(String(254)))
    phone: str | None = Field(default=None, sa_column=Column(String(40)))
    address: str | None = Field(default=None, sa_column=Column(String(500)))
    name_key: bytes = Field(sa_column=Column(LargeBinary(32), nullable=False))
    mail_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    phone_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))


class PayerRow(Row, table=True):
    """A donor whom PayPal knows under an id of its own, which `contacts` alone reads. The id is kept as a hash: nobody
    who sees this table learns it, and it is found again. The donor is written in the same unit, after it.
    """

    __tablename__ = "payer"
    __table_args__ = (Index(None, "donor_id"),)
    key: bytes = Field(sa_column=Column(LargeBinary(32), primary_key=True))
    donor_id: UUID = Field(
        sa_column=Column(Uuid, ForeignKey("donor.id", deferrable=True, initially="DEFERRED"), nullable=False)
    )


class ContactReadingRow(Row, table=True):
    """Somebody was shown a donor's contact data: who, when and by which route. Append-only."""

    __tablename__ = "contact_reading"
    __table_args__ = (Index(None, "donor_id", "id"),)
    id: UUID = id_column()
    at: datetime = moment_column()
    donor_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("donor.id"), nullable=False))
    actor: str = actor_column()
    route: str = Field(sa_column=Column(String(100), nullable=False))


class GiftRow(Row, table=True):
    """What a donor gives for a purpose: once, or each month through a provider under its `subscription_id`.

    `custom_key` is the hash of our own mark, which the provider sends back: it finds the subscription.
    """

    __tablename__ = "gift"
    __table_args__ = (
        Index(
            "uq_gift_subscription",
            "provider",
            "subscription_id",
            unique=True,
            postgresql_where=text("subscription_id IS NOT NULL"),
        ),
        Index(
            "uq_gift_custom",
            "provider",
            "custom_key",
            unique=True,
            postgresql_where=text("custom_key IS NOT NULL"),
        ),
        Index(None, "donor_id"),
    )
    id: UUID = id_column()
    kind: str = code_column()
    donor_id: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    on_behalf_of: UUID | None = Field(default=None, sa_column=Column(Uuid, ForeignKey("donor.id")))
    purpose: str = code_column()
    provider: str = code_column()
    subscription_id: str | None = Field(default=None, sa_column=Column(String(100)))
    custom_key: bytes | None = Field(default=None, sa_column=Column(LargeBinary(32)))
    children: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default=text("0")))
    correspondence: bool = flag_column()
    on_day: date
    actor: str = actor_column()


DONOR = table_of(DonorRow)
CONTACT = table_of(ContactRow)
PAYER = table_of(PayerRow)
CONTACT_READING = table_of(ContactReadingRow)
GIFT = table_of(GiftRow)
