"""Whether a column has one of many ids."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, all_, any_, literal


def among(column: ColumnElement[Any], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a column has one of these ids. They are one parameter: a statement takes 32,767 at most, and one that has
    as many as there are children would be planned anew each time.
    """
    return column == any_(_array(ids))


def not_among(column: ColumnElement[Any], ids: Iterable[UUID]) -> ColumnElement[bool]:
    """Whether a column, which is never null, has none of these ids."""
    return column != all_(_array(ids))


def _array(ids: Iterable[UUID]) -> ColumnElement[Any]:
    return literal(list(ids), ARRAY(Uuid))
