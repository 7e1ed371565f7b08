"""What all lists share."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select
from sqlalchemy.ext.asyncio import AsyncSession


async def rows(session: AsyncSession, query: Select[Any]) -> Sequence[RowMapping]:
    """What a query finds."""
    found: Sequence[RowMapping] = (await session.execute(query)).mappings().all()
    return found


def given(conditions: Sequence[Any]) -> list[Any]:
    """The conditions that are asked for."""
    return [each for each in conditions if each is not None]
