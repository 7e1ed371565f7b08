"""What all lists share."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Label, RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import DONOR, GIFT


async def rows(session: AsyncSession, query: Select[Any]) -> Sequence[RowMapping]:
    """What a query finds."""
    found: Sequence[RowMapping] = (await session.execute(query)).mappings().all()
    return found


def in_whose_name() -> Label[UUID | None]:
    """The donor in whose name a gift is given, as merged since, as `behalf_id`; none for one who is anonymous."""
    named, kept = DONOR.alias(), DONOR.alias()
    query = select(func.coalesce(kept.c.id, named.c.id)).select_from(named)
    query = query.outerjoin(kept, kept.c.id == named.c.merged_into)
    shown = query.where(named.c.id == GIFT.c.on_behalf_of, ~named.c.anonymous)
    hidden = func.coalesce(kept.c.anonymous, False)
    return shown.where(~hidden).correlate(GIFT).scalar_subquery().label("behalf_id")


def given(conditions: Sequence[Any]) -> list[Any]:
    """The conditions that are asked for."""
    return [each for each in conditions if each is not None]
