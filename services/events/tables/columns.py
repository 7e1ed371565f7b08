"""What the columns of the rows have in common."""

from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, String, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry

CODE = String(40)


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def id_column() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def code_column(default: str | None = None, **kwargs: Any) -> Any:
    return Field(default=default, sa_column=Column(CODE, nullable=False, server_default=default, **kwargs))


def language_column(default: str | None = None) -> Any:
    return Field(default=default, sa_column=Column(String(10), nullable=False, server_default=default))


def count_column() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def version_column() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def flag_column() -> Any:
    return Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))


def codes_column() -> Any:
    return Field(
        default_factory=list, sa_column=Column(ARRAY(String(40)), nullable=False, server_default="{}")
    )


def actor_column() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))


def note_column() -> Any:
    return Field(default=None, sa_column=Column(String(200)))


def moment_column() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))


def maybe_moment_column() -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True)))


def maybe_day_column() -> Any:
    return Field(default=None, sa_column=Column(Date))
