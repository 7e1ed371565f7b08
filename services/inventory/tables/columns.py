"""Columns that many rows have, and the base of all rows."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    String,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry

CODE = String(40)
QUANTITY = BigInteger


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def code_column(**kwargs: Any) -> Any:
    return Field(sa_column=Column(CODE, nullable=False, **kwargs))


def amount_column(default: int | None = None) -> Any:
    server_default = None if default is None else text(str(default))
    return Field(default=default, sa_column=Column(QUANTITY, nullable=False, server_default=server_default))


def actor_column() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))


def reason_column() -> Any:
    """A code; its numbers stand in the column `numbers`. What people write about it stands in a column `note`."""
    return Field(default="", sa_column=Column(CODE, nullable=False, server_default=""))


def numbers_column() -> Any:
    return Field(default_factory=dict, sa_column=Column(JSONB, nullable=False, server_default="{}"))


def moment_column() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))
