"""Grants: asked for, decided, set aside and paid."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.donations.tables.columns import (
    Row,
    actor_column,
    amount_column,
    code_column,
    currency_column,
    flag_column,
    id_column,
    new_entry_column,
    version_column,
)
from shared.database.rows import table_of


class HouseholdRow(Row, table=True):
    """A household as intake told of it: the version in which it was closed last, 0 if it never was."""

    __tablename__ = "household"
    id: UUID = id_column()
    version: int = version_column()


class CaseRow(Row, table=True):
    """An advocacy case as intake told of it: the version in which it was closed last, 0 if it never was."""

    __tablename__ = "advocacy_case"
    id: UUID = id_column()
    version: int = version_column()


class GrantRow(Row, table=True):
    """Money that was asked for; `version` is the one heard last, `said` the one told last. See `domain/grants.py`.

    It is for a household or for a case, never for both. `raised_by` are all who asked for more than `asked_by`. A grant
    that has not `ended` keeps its fund and currency: whoever changes it holds that fund's lock.
    """

    __tablename__ = "grant"
    __table_args__ = (
        CheckConstraint("least(set_aside, paid, carried) >= 0", name="not_negative"),
        CheckConstraint("household_id IS NULL OR case_id IS NULL", name="not_for_both"),
        Index(None, "household_id", postgresql_where=text("household_id IS NOT NULL")),
        Index(None, "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index(
            "ix_grant_due",
            "fund",
            "currency",
            postgresql_where=text("ended = '' AND agreed_to > set_aside + carried + paid"),
        ),
        Index(
            "ix_grant_undecided",
            "urgency",
            "asked_on",
            "id",
            postgresql_where=text("ended = '' AND agreed_to < wanted"),
        ),
        Index("ix_grant_promised", "fund", "currency", postgresql_where=text("set_aside > 0")),
    )
    id: UUID = id_column()
    version: int = version_column()
    said: int = version_column()
    kind: str = code_column("")
    fund: str = code_column("general")
    currency: str = currency_column("")
    wanted: int = amount_column(0)
    agreed_to: int = amount_column(0)
    set_aside: int = amount_column(0)
    paid: int = amount_column(0)
    carried: int = amount_column(0)
    urgency: int = Field(default=3, sa_column=Column(SmallInteger, nullable=False, server_default=text("3")))
    asked_on: date | None = None
    household_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    household_version: int = version_column()
    case_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    case_version: int = version_column()
    member_id: UUID | None = Field(default=None, sa_column=Column(Uuid))
    asked_by: str = Field(default="", sa_column=Column(String(100), nullable=False, server_default=""))
    raised_by: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String(100)), nullable=False, server_default="{}")
    )
    ended: str = code_column("")
    reason: str = code_column("asked")


class ApprovalRow(Row, table=True):
    """Somebody agreed to a grant of this amount; of a larger one it says nothing. `asker_known` is whether it was known
    then who had asked for it.
    """

    __tablename__ = "approval"
    grant_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("grant.id"), primary_key=True))
    actor: str = Field(sa_column=Column(String(100), primary_key=True))
    wanted: int = amount_column()
    on_day: date
    asker_known: bool = Field(
        default=True, sa_column=Column(Boolean, nullable=False, server_default=text("true"))
    )


class PayoutRow(Row, table=True):
    """A part of a grant that was paid to a payee, by a code; below 0, money that came back. One that is `undone` was a
    mistake, and counts no more. `receipt` is the payee's receipt, by its number; `no_receipt` why there is none.
    """

    __tablename__ = "payout"
    __table_args__ = (
        Index("uq_payout_reference", "place", "reference", unique=True, postgresql_where=text("NOT undone")),
        Index(None, "grant_id"),
    )
    id: UUID = id_column()
    grant_id: UUID = Field(sa_column=Column(Uuid, ForeignKey("grant.id"), nullable=False))
    amount: int = amount_column()
    place: str = code_column()
    payee: str = code_column()
    country: str = Field(default="", sa_column=Column(String(2), nullable=False, server_default=""))
    reference: str = Field(sa_column=Column(String(100), nullable=False))
    on_day: date
    undone: bool = flag_column()
    entry_id: UUID = new_entry_column()
    actor: str = actor_column()
    receipt: str = code_column("")
    no_receipt: str = code_column("")


HOUSEHOLD = table_of(HouseholdRow)
CASE = table_of(CaseRow)
GRANT = table_of(GrantRow)
APPROVAL = table_of(ApprovalRow)
PAYOUT = table_of(PayoutRow)
