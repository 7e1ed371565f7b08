"""Columns that many rows have, and the base of all rows."""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Column, Date, ForeignKey, Integer, String, Uuid, text
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry

CODE = String(40)


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def id_column() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def version_column() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def number_column(default: int = 0) -> Any:
    return Field(
        default=default, sa_column=Column(Integer, nullable=False, server_default=text(str(default)))
    )


def code_column(default: str | None = None, **kwargs: Any) -> Any:
    return Field(default=default, sa_column=Column(CODE, nullable=False, server_default=default, **kwargs))


def maybe_code_column() -> Any:
    return Field(default=None, sa_column=Column(CODE))


def codes_column() -> Any:
    return Field(default=[], sa_column=Column(ARRAY(CODE), nullable=False, server_default="{}"))


def ref_column(**kwargs: Any) -> Any:
    """The id of something else."""
    return Field(sa_column=Column(Uuid, nullable=False, **kwargs))


def maybe_ref_column() -> Any:
    return Field(default=None, sa_column=Column(Uuid))


def of_column(table: str, **kwargs: Any) -> Any:
    """The id of a row of a table of this service."""
    return Field(sa_column=Column(Uuid, ForeignKey(f"{table}.id"), **kwargs))


def maybe_of_column(table: str) -> Any:
    """The id of a row of a table of this service, if there is one."""
    return Field(default=None, sa_column=Column(Uuid, ForeignKey(f"{table}.id")))


def day_column() -> Any:
    return Field(sa_column=Column(Date, nullable=False))


def maybe_day_column() -> Any:
    return Field(default=None, sa_column=Column(Date))


def flag_column(default: bool = False) -> Any:
    start = text("true" if default else "false")
    return Field(default=default, sa_column=Column(Boolean, nullable=False, server_default=start))


def actor_column() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))
