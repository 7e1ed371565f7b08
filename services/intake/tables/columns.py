"""What the rows of intake have in common."""

from sqlmodel import SQLModel

from shared.database.rows import own_registry


class Row(SQLModel, registry=own_registry()):
    """The base of this service's tables, with metadata of its own."""

    __abstract__ = True
