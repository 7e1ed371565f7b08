"""What the columns of the rows have in common."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Integer, String, Uuid, text
from sqlmodel import Field, SQLModel

from shared.database.rows import own_registry

CODE = String(40)
CURRENCY = String(3)


class Row(SQLModel, registry=own_registry()):
    """The base of this service's rows."""

    __abstract__ = True


def id_column() -> Any:
    return Field(sa_column=Column(Uuid, primary_key=True))


def code_column(default: str | None = None, **kwargs: Any) -> Any:
    return Field(default=default, sa_column=Column(CODE, nullable=False, server_default=default, **kwargs))


def currency_column(default: str | None = None, **kwargs: Any) -> Any:
    return Field(
        default=default, sa_column=Column(CURRENCY, nullable=False, server_default=default, **kwargs)
    )


def amount_column(default: int | None = None) -> Any:
    """An amount in minor units of the row's currency."""
    server_default = None if default is None else text(str(default))
    return Field(default=default, sa_column=Column(BigInteger, nullable=False, server_default=server_default))


def version_column() -> Any:
    return Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))


def flag_column() -> Any:
    return Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("false")))


def actor_column() -> Any:
    """Who decided: the id of a principal, never a name."""
    return Field(sa_column=Column(String(100), nullable=False))


def note_column() -> Any:
    return Field(default=None, sa_column=Column(String(200)))


def new_entry_column() -> Any:
    """An entry of the same unit, which is written after the row that names it: so the database looks at commit."""
    key = ForeignKey("entry.id", deferrable=True, initially="DEFERRED")
    return Field(sa_column=Column(Uuid, key, nullable=False))


def maybe_entry_column() -> Any:
    """The same, of what may not be booked yet."""
    key = ForeignKey("entry.id", deferrable=True, initially="DEFERRED")
    return Field(default=None, sa_column=Column(Uuid, key))


def moment_column() -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=False))
