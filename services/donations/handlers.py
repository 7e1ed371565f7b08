"""What donations does when intake, inventory, sponsorship or events says something: load, decide, write down, say."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Table

from services.donations.commands import appeals, purchases
from services.donations.commands.grants import LimitsOf
from services.donations.domain.deciding import decided
from services.donations.domain.funds import FundKey
from services.donations.domain.grants import fund_of, heard, over, school_asked
from services.donations.ledger import MoneyLedger
from services.donations.repository import grants, in_kind
from services.donations.settings import Settings
from services.donations.tables import (
    CASE,
    GOODS_TOLD,
    GRANT,
    HOUSEHOLD,
    ITEM_PRICE,
    OFFERED,
    PLACED,
    SHORTAGE,
)
from shared.contracts.events import ContactOffered
from shared.contracts.intake import AdvocacyChanged, AdvocacyStatus, GrantAsked, HouseholdClosed
from shared.contracts.inventory import (
    GoodsReceived,
    ItemPriced,
    PurchaseChanged,
    ShortageChanged,
    ShortfallForecast,
)
from shared.contracts.sponsorship import GiftPlaced, SchoolPaymentDue
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit

F = TypeVar("F", GrantAsked, SchoolPaymentDue)


async def on_grant_asked(limits: LimitsOf, facts: Sequence[GrantAsked], unit: Unit) -> None:
    """Set money aside for what is asked, whole or in part, or say what is missing or that somebody has to agree."""
    await _ask(unit, limits, facts, lambda fact: fact)


async def on_school_payment_due(limits: LimitsOf, facts: Sequence[SchoolPaymentDue], unit: Unit) -> None:
    """Set aside in the education fund what schools are to be paid and no gift covers, as for what intake asks."""
    await _ask(unit, limits, facts, school_asked)


async def _ask(
    unit: Unit, limits: LimitsOf, facts: Sequence[F], request_of: Callable[[F], GrantAsked]
) -> None:
    """Serve requests for money, as which the facts are read.

    The rows of the households and cases are locked first, so that none is closed between the look at it and the grant.
    """
    session, asked = unit.session, [request_of(each) for each in facts]
    closed = await grants.closed_in(
        session, HOUSEHOLD, {each.household_id for each in asked if each.household_id}
    )
    closed |= await grants.closed_in(session, CASE, {each.case_id for each in asked if each.case_id})
    keys = {FundKey(fund_of(each.kind), each.estimate.currency) for each in asked}
    async with MoneyLedger.open(unit, keys) as ledger:
        news = await newest(unit, GRANT, facts)
        before = {key: grants.grant_in(row) for key, row in news.rows.items() if row}
        now = [heard(before.get(key), request_of(fact)) for key, fact in news.facts.items()]
        agreed = await grants.approvals_of(session, [each for each in now if each.id in before])
        for each in now:
            after = decided(each, limits(each.currency), agreed[each.id])
            ledger.grant(over(after, closed.get(after.owner, 0)), before.get(each.id))


async def on_gift_placed(facts: Sequence[GiftPlaced], unit: Unit) -> None:
    """Remember for how many children of a monthly gift one was found: it is shown beside the gift."""
    news = await newest(unit, PLACED, facts)
    unit.writes.change(
        PLACED,
        [
            {"id": key, "version": each.version, "placed": each.placed, "wanted": each.wanted}
            for key, each in news.facts.items()
        ],
    )


async def on_contact_offered(facts: Sequence[ContactOffered], unit: Unit) -> None:
    """Remember which guests of events agree to be written to, by their ids there."""
    news = await newest(unit, OFFERED, facts)
    rows = [
        {"id": key, "version": each.version, "language": each.language, "purposes": sorted(each.purposes)}
        | {"offered": each.offered, "on_day": each.on}
        for key, each in news.facts.items()
    ]
    unit.writes.change(OFFERED, rows)


async def on_household_closed(facts: Sequence[HouseholdClosed], unit: Unit) -> None:
    """Cancel what is not paid of the grants of closed households; it is free for those who wait."""
    await _close(unit, HOUSEHOLD, facts)


async def on_advocacy_changed(facts: Sequence[AdvocacyChanged], unit: Unit) -> None:
    """Cancel what is not paid of the grants of closed cases. What else becomes of a case changes nothing here.

    So what is kept of a case is the version in which it was closed last. If the newest version were kept, the closing
    of a case that was reopened since would be old news, and its grants would go on in one order of the facts alone.
    """
    await _close(unit, CASE, [each for each in facts if each.status == AdvocacyStatus.CLOSED])


async def _close(
    unit: Unit, table: Table, facts: Sequence[HouseholdClosed] | Sequence[AdvocacyChanged]
) -> None:
    news = await newest(unit, table, facts)
    closed = {key: fact.version for key, fact in news.facts.items()}
    grants.save_closed(unit.writes, table, closed)
    keys = {each.key for each in await grants.open_of(unit.session, closed)}
    async with MoneyLedger.open(unit, keys) as ledger:
        # Looked at again under the funds' locks: others may have paid or promised meanwhile.
        for each in await grants.open_of(unit.session, closed):
            if (after := over(each, closed[each.owner])) != each:
                ledger.grant(after, each)


async def on_shortfall_forecast(facts: Sequence[ShortfallForecast], unit: Unit) -> None:
    """Appeal for what will be missing, in the order of the items and of the days on which the forecasts were made."""
    await appeals.lock(unit, [each.item for each in facts])
    for each in sorted(facts, key=lambda fact: (fact.item, fact.made_on)):
        await appeals.foresee(unit, each)


async def on_shortage_changed(facts: Sequence[ShortageChanged], unit: Unit) -> None:
    """Appeal for what is missing now, in the order of the items."""
    news = await newest(unit, SHORTAGE, facts)
    unit.writes.change(SHORTAGE, [{"id": key, "version": fact.version} for key, fact in news.facts.items()])
    await appeals.lock(unit, [each.item for each in news.facts.values()])
    for each in sorted(news.facts.values(), key=lambda fact: fact.item):
        await appeals.fall_short(unit, each)


async def on_item_priced(facts: Sequence[ItemPriced], unit: Unit) -> None:
    """Keep the newest price of each item, in the order of the items."""
    news = await newest(unit, ITEM_PRICE, facts)
    await appeals.lock(unit, [each.item for each in news.facts.values()])
    for each in sorted(news.facts.values(), key=lambda fact: fact.item):
        await appeals.learn_price(unit, each)


async def on_purchase_changed(facts: Sequence[PurchaseChanged], unit: Unit) -> None:
    """Book what purchases cost, and have their appeals follow."""
    await purchases.follow(unit, facts)


async def on_goods_received(facts: Sequence[GoodsReceived], unit: Unit) -> None:
    """Keep what came in under receipts: gifts in kind are compared with it whenever somebody looks."""
    news = await newest(unit, GOODS_TOLD, facts)
    in_kind.save_told(unit.writes, news.facts.values())


def hears(settings: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    return (
        Hears(GrantAsked, partial(on_grant_asked, settings.limits)),
        Hears(HouseholdClosed, on_household_closed),
        Hears(AdvocacyChanged, on_advocacy_changed),
        Hears(ShortfallForecast, on_shortfall_forecast),
        Hears(ShortageChanged, on_shortage_changed),
        Hears(ItemPriced, on_item_priced),
        Hears(PurchaseChanged, on_purchase_changed),
        Hears(GoodsReceived, on_goods_received),
        Hears(SchoolPaymentDue, partial(on_school_payment_due, settings.limits)),
        Hears(GiftPlaced, on_gift_placed),
        Hears(ContactOffered, on_contact_offered),
    )
