"""Money that was asked for, and what donations told of it."""

from datetime import date
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field

from services.intake.tables.columns import Row
from shared.database.rows import table_of


class GrantRequestRow(Row, table=True):
    """Money that was asked for a household or for a case. `version` counts what donations was told of the request.

    `household_version` and `case_version` are those of the moment in which it was asked for; `raised_by` are all who
    ever asked for more since.
    """

    __tablename__ = "grant_request"
    __table_args__ = (
        CheckConstraint("num_nonnulls(household_id, case_id) = 1", name="for_one"),
        CheckConstraint("(household_id IS NULL) = (household_version IS NULL)", name="household_version"),
        CheckConstraint("(case_id IS NULL) = (case_version IS NULL)", name="case_version"),
        Index(None, "household_id", "id", postgresql_where=text("household_id IS NOT NULL")),
        Index(None, "case_id", "id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False))
    household_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("household.id")))
    household_version: int | None = Field(sa_column=Column(Integer))
    case_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("advocacy_case.id")))
    case_version: int | None = Field(sa_column=Column(Integer))
    member_id: UUID | None = Field(sa_column=Column(Uuid, ForeignKey("member.id")))
    kind: str = Field(sa_column=Column(String(40), nullable=False))
    amount: int = Field(sa_column=Column(BigInteger, nullable=False))
    currency: str = Field(sa_column=Column(String(3), nullable=False))
    urgency: int = Field(sa_column=Column(Integer, nullable=False))
    asked_on: date = Field(sa_column=Column(Date, nullable=False))
    asked_by: str = Field(sa_column=Column(String(100), nullable=False))
    raised_by: list[str] = Field(
        default=[], sa_column=Column(ARRAY(String(100)), nullable=False, server_default="{}")
    )
    withdrawn_on: date | None = Field(sa_column=Column(Date))


class GrantToldRow(Row, table=True):
    """The newest that donations told of a grant: version 0 until it told something; `paid` is in minor units."""

    __tablename__ = "grant_told"

    id: UUID = Field(sa_column=Column(Uuid, primary_key=True))
    version: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))
    status: str = Field(sa_column=Column(String(40), nullable=False, server_default=""))
    summary: str = Field(sa_column=Column(String(1000), nullable=False, server_default=""))
    paid: int = Field(sa_column=Column(BigInteger, nullable=False, server_default=text("0")))


GRANT_REQUEST = table_of(GrantRequestRow)
GRANT_TOLD = table_of(GrantToldRow)
