"""The rations of a new period, made part by part after the day has turned, so that nobody waits long for them.

Until all are made, whoever changes a household makes its ration first, and whoever needs to know what comes out makes
all that are left: so everything comes out as if the period had turned at once.
"""

from collections.abc import Sequence
from datetime import date

from services.inventory.domain.households import Household
from services.inventory.domain.rules import Rules, period_of
from services.inventory.ledger.stock_ledger import RENEW, StockLedger
from services.inventory.repository import renewals
from shared.messaging.unit import Unit, Units


async def begin(unit: Unit, rules: Rules) -> None:
    """On the first day of a ration period all rations are to be renewed."""
    if period_of(unit.today, rules.ration_period)[0] == unit.today:
        await renewals.begin(unit.session, unit.today)
        _next_part(unit, unit.today)


async def part(unit: Unit, rules: Rules) -> bool:
    """Renew the rations of some more households; True if a next part follows."""
    async with StockLedger.open(unit, rules, {rules.ration_item}, puts_off=True) as ledger:
        renewal = await ledger.renew_some()
        if renewal:
            _next_part(unit, renewal.first_day)
    return renewal is not None


async def finish(units: Units, rules: Rules) -> None:
    """Make all rations that are left, part by part in units of their own.

    Whoever is going to change the store makes sure of it before: within its own unit it would hold the shelves until
    all are made, and others would wait for it.
    """
    async with units.read() as session:
        more = await renewals.under_way(session) is not None
    while more:
        async with units.open() as unit:
            more = await part(unit, rules)


def _next_part(unit: Unit, first_day: date) -> None:
    unit.later(RENEW, {}, first_day, f"{RENEW} {first_day}")


async def make_sure(unit: Unit, rules: Rules, known: Sequence[Household]) -> None:
    """Households have their ration of the period before anything of them is changed; `known` is how they were."""
    if not known or not await renewals.under_way(unit.session):
        return
    async with StockLedger.open(unit, rules, puts_off=True) as ledger:
        # All items at once: what the change needs beside food is not known yet, and locks are taken in one order.
        await ledger.lock(ledger.catalogue.codes)
        if renewal := await renewals.under_way(unit.session, lock=True):
            lacking = await renewals.those_without(unit.session, renewal, [each.id for each in known])
            ledger.renew(each for each in known if each.id in lacking)
