"""Appeals and prices."""

from dataclasses import fields, replace
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.appeals import GOES_ON, Appeal, Price, fact_of
from services.donations.tables import APPEAL, PRICE
from shared.contracts.donations import AppealStatus
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Appeal))
_LIVE = APPEAL.c.status.in_(sorted(each.value for each in GOES_ON))


def appeal_in(row: RowMapping) -> Appeal:
    """What a row holds."""
    return Appeal(**{**{name: row[name] for name in _COLUMNS}, "status": AppealStatus(row["status"])})


async def find(session: AsyncSession, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
    """An appeal, locked if it is to be changed; None if there is none."""
    query = select(APPEAL).where(APPEAL.c.id == appeal_id)
    row = (await session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return appeal_in(row) if row else None


async def of_item(session: AsyncSession, item: str) -> Appeal | None:
    """The appeal for an item that goes on, locked; None if there is none."""
    query = select(APPEAL).where(APPEAL.c.item == item, _LIVE).with_for_update()
    row = (await session.execute(query)).mappings().one_or_none()
    return appeal_in(row) if row else None


async def open_new(unit: Unit, appeal: Appeal) -> bool:
    """Keep a new appeal and tell of it; False if the item has one that goes on, perhaps opened at this moment."""
    adding = insert(APPEAL).values(**_values(appeal), actor=unit.actor.id)
    adding = adding.on_conflict_do_nothing(
        index_elements=["item"], index_where=text("status IN ('open', 'funded')")
    )
    if await unit.session.scalar(adding.returning(APPEAL.c.id)) is None:
        return False
    unit.say(fact_of(appeal, unit.today))
    return True


def tell(unit: Unit, before: Appeal, after: Appeal) -> Appeal:
    """Write a locked appeal after a change, and tell of it if others see a difference. Returns it as it is then."""
    if replace(before, heard_on=after.heard_on) != after:
        after = replace(after, version=before.version + 1)
        unit.say(fact_of(after, unit.today))
    unit.writes.change(APPEAL, [{**_values(after), "actor": unit.actor.id}])
    return after


def _values(appeal: Appeal) -> dict[str, object]:
    return {**{name: getattr(appeal, name) for name in _COLUMNS}, "status": appeal.status.value}


async def price_of(session: AsyncSession, item: str) -> Price | None:
    """What an item costs; None if nobody has said."""
    row = PRICE.c
    found = await session.execute(select(row.minor, row.currency, row.per).where(row.item == item))
    price = found.one_or_none()
    return Price(*price) if price else None


async def save_price(unit: Unit, item: str, price: Price) -> None:
    """Keep what an item costs from today on."""
    adding = insert(PRICE).values(item=item, **vars(price), on_day=unit.today, actor=unit.actor.id)
    new = {name: adding.excluded[name] for name in ("minor", "currency", "per", "on_day", "actor")}
    await unit.session.execute(adding.on_conflict_do_update(index_elements=["item"], set_=new))
