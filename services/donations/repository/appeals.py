"""Appeals and prices."""

from collections.abc import Collection
from dataclasses import fields, replace
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.appeals import GOES_ON, Appeal, Need, Price, fact_of, shown
from services.donations.domain.funds import FundKey
from services.donations.domain.money import DIGITS
from services.donations.repository.at_hand import AtHand
from services.donations.tables import APPEAL, ITEM_PRICE, NEED, PRICE
from shared.contracts.donations import AppealStatus
from shared.contracts.inventory import ItemPriced
from shared.messaging.unit import Unit

_COLUMNS = tuple(field.name for field in fields(Appeal))
_LIVE = APPEAL.c.status.in_(sorted(each.value for each in GOES_ON))
# As `Appeal.due` says; the doctor counts it too.
_UNSETTLED = text("""
    set_aside <> CASE WHEN status IN ('open', 'funded', 'ordered')
    THEN greatest(0, least(raised - held, target) - spent) ELSE 0 END
""")


def appeal_in(row: RowMapping) -> Appeal:
    """What a row holds."""
    return Appeal(**{**{name: row[name] for name in _COLUMNS}, "status": AppealStatus(row["status"])})


async def find(session: AsyncSession, appeal_id: UUID, *, lock: bool = False) -> Appeal | None:
    """An appeal, locked if it is to be changed; None if there is none."""
    query = select(APPEAL).where(APPEAL.c.id == appeal_id)
    row = (await session.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    return appeal_in(row) if row else None


async def lock_all(session: AsyncSession, ids: Collection[UUID]) -> list[Appeal]:
    """Appeals, locked in the order of their ids."""
    if not ids:
        return []
    query = select(APPEAL).where(APPEAL.c.id.in_(sorted(ids))).order_by(APPEAL.c.id)
    return [appeal_in(row) for row in (await session.execute(query.with_for_update())).mappings()]


async def by_code(session: AsyncSession, code: str) -> Appeal | None:
    """The appeal under a code; None if there is none."""
    hand = AtHand.of(session)
    if code in hand.appeals:
        return hand.appeals[code]
    row = (await session.execute(select(APPEAL).where(APPEAL.c.code == code))).mappings().one_or_none()
    return appeal_in(row) if row else None


async def of_item(session: AsyncSession, item: str) -> Appeal | None:
    """The appeal for an item that goes on, locked; None if there is none."""
    query = select(APPEAL).where(APPEAL.c.item == item, _LIVE).with_for_update()
    row = (await session.execute(query)).mappings().one_or_none()
    return appeal_in(row) if row else None


async def keys_of_items(session: AsyncSession, items: Collection[str]) -> set[FundKey]:
    """The funds of the appeals for these items that go on."""
    query = select(APPEAL.c.fund, APPEAL.c.currency).where(APPEAL.c.item.in_(sorted(items)), _LIVE)
    return {FundKey(*row) for row in await session.execute(query)}


async def going_on(session: AsyncSession) -> list[Appeal]:
    """The appeals that are open or funded."""
    found = await session.execute(select(APPEAL).where(_LIVE).order_by(APPEAL.c.id))
    return [appeal_in(row) for row in found.mappings()]


async def unsettled(session: AsyncSession, key: FundKey) -> list[Appeal]:
    """Appeals of a locked fund for which more or less is set aside than is due, locked.

    One that another unit is changing now is left out: that unit leaves a reminder to look at it.
    """
    query = select(APPEAL).where(*_of_fund(key), _UNSETTLED).order_by(APPEAL.c.id)
    found = await session.execute(query.with_for_update(skip_locked=True))
    return [appeal_in(row) for row in found.mappings()]


async def keeping(session: AsyncSession, key: FundKey) -> list[Appeal]:
    """Appeals of a locked fund for which something is set aside, locked."""
    query = select(APPEAL).where(*_of_fund(key), APPEAL.c.set_aside > 0).order_by(APPEAL.c.id)
    return [appeal_in(row) for row in (await session.execute(query.with_for_update())).mappings()]


def _of_fund(key: FundKey) -> tuple[ColumnElement[bool], ...]:
    return APPEAL.c.fund == key.fund, APPEAL.c.currency == key.currency


async def unsettled_funds(session: AsyncSession) -> set[FundKey]:
    """The funds of appeals for which more or less is set aside than is due."""
    query = select(APPEAL.c.fund, APPEAL.c.currency).where(_UNSETTLED).distinct()
    return {FundKey(*row) for row in await session.execute(query)}


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
    if before == after:
        return after
    if shown(before) != shown(after):
        after = replace(after, version=before.version + 1)
        unit.say(fact_of(after, unit.today))
    unit.writes.change(APPEAL, [{**_values(after), "actor": unit.actor.id}])
    return after


async def need_of(session: AsyncSession, item: str) -> Need:
    """What is missing of an item, locked; a row is made for what nothing was heard of.

    It is locked before the item's appeal.
    """
    await session.execute(insert(NEED).values(item=item).on_conflict_do_nothing())
    query = select(NEED).where(NEED.c.item == item).with_for_update()
    row = (await session.execute(query)).mappings().one()
    return Need(**{field.name: row[field.name] for field in fields(Need)})


def save_need(unit: Unit, need: Need) -> None:
    """Write what is missing of an item; its row is locked."""
    unit.writes.change(NEED, [dict(vars(need))])


def _values(appeal: Appeal) -> dict[str, object]:
    values = {name: getattr(appeal, name) for name in _COLUMNS}
    return {**values, "status": appeal.status.value, "code": appeal.code}


async def price_of(session: AsyncSession, item: str) -> Price | None:
    """What an item costs: as inventory says, or else as a treasurer did. None if nobody has said, and for a price of
    nothing or in a currency without accounts.
    """
    price = await told_price(session, item)
    if price is None:
        row = PRICE.c
        found = await session.execute(select(row.minor, row.currency, row.per).where(row.item == item))
        own = found.one_or_none()
        price = Price(*own) if own else None
    return price if price and price.minor and price.currency in DIGITS else None


async def told_price(session: AsyncSession, item: str) -> Price | None:
    """What inventory says that an item costs; None if it has not said."""
    row = ITEM_PRICE.c
    query = select(row.minor, row.currency, row.per).where(row.item == item, row.item != "")
    price = (await session.execute(query)).one_or_none()
    return Price(*price) if price else None


def save_told_price(unit: Unit, fact: ItemPriced) -> None:
    """Keep what inventory says that an item costs; the row is locked."""
    values = {"minor": fact.price.amount, "currency": fact.price.currency, "per": fact.per}
    row = {"id": fact.price_id, "version": fact.version, "item": fact.item, **values}
    unit.writes.change(ITEM_PRICE, [row])


async def save_price(unit: Unit, item: str, price: Price) -> None:
    """Keep what an item costs from today on."""
    adding = insert(PRICE).values(item=item, **vars(price), on_day=unit.today, actor=unit.actor.id)
    new = {name: adding.excluded[name] for name in ("minor", "currency", "per", "on_day", "actor")}
    await unit.session.execute(adding.on_conflict_do_update(index_elements=["item"], set_=new))
