"""Rows of a service: metadata of its own, and the table behind a row class.

class Row(SQLModel, registry=own_registry()):
    __abstract__ = True

class ChildRow(Row, table=True):
    __tablename__ = "child"

CHILD = table_of(ChildRow)      # in queries: CHILD.c.status
"""

from sqlalchemy import MetaData, Table
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def own_registry() -> registry:
    """For the base class of one service's rows, so that each service has metadata of its own."""
    return registry(metadata=MetaData(naming_convention=CONSTRAINT_NAMES))


def table_of(model: type[SQLModel]) -> Table:
    """The table of a row class: a type checker sees the attributes of the class as values, not as columns."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table
