"""Lists are given a page at a time.

    found = await queries.households(session, wanted, place_of(after), limit + 1)
    return page_of(found, limit, HouseholdSummary.of, lambda row: row.id)

A query is asked for one row more than the page holds, so that a list which ends with the page promises no other.
"""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field

from shared.web.problems import invalid

M = TypeVar("M", bound=BaseModel)
R = TypeVar("R")


class Page(BaseModel, Generic[M]):
    """A part of a list; `next` is the `after` of the following page, none at the end."""

    items: list[M]
    next: str | None = Field(default=None, description="send as `after` to get the next page")


Limit = Annotated[int, Query(ge=1, le=500, description="at most this many")]
After = Annotated[
    str | None, Query(max_length=200, description="`next` of the page before; empty for the beginning")
]


def page_of(found: Sequence[R], limit: int, shown: Callable[[R], M], place: Callable[[R], object]) -> Page[M]:
    """The first `limit` of the rows found, of which one more was asked for; `place` is where a row stands."""
    rows = found[:limit]
    more = len(found) > limit
    return Page(items=[shown(row) for row in rows], next=str(place(rows[-1])) if more else None)


def place_of(after: str | None) -> UUID | None:
    """The place after which a list of rows by id goes on; None for the beginning. Problem 422 for what is no place."""
    try:
        return UUID(after) if after else None
    except ValueError:
        raise invalid(
            "This page cannot be found.", [("after", "must be the `next` of the page before")]
        ) from None
