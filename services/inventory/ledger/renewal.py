"""The rations of a new period, made part by part after the day has turned, so that nobody waits long for them.

Until all are made, whoever changes a household makes its ration first, and whoever needs to know what comes out makes
all that are left: so everything comes out as if the period had turned at once.
"""

from collections.abc import Sequence
from datetime import date

from services.inventory.domain.households import Household
from services.inventory.domain.rules import Rules, period_of
from services.inventory.ledger.posting import forecast_now
from services.inventory.ledger.stock_ledger import RENEW, StockLedger
from services.inventory.repository import renewals
from services.inventory.repository.renewals import Renewal
from shared.messaging.unit import Unit, Units


async def begin(unit: Unit, rules: Rules) -> bool:
    """On the first day of a ration period all rations are to be renewed; False on other days."""
    begins = period_of(unit.today, rules.ration_period)[0] == unit.today
    if begins:
        await renewals.begin(unit.session, unit.today)
        _next_part(unit, unit.today)
    return begins


async def part(unit: Unit, rules: Rules) -> None:
    """Renew the rations of some more households; the next part follows."""
    if renewal := await _some(unit, rules):
        _next_part(unit, renewal.first_day)


async def finish(units: Units, rules: Rules) -> None:
    """Make all rations that are left, part by part in units of their own.

    Whoever is going to change the store makes sure of it before: within its own unit it would hold the shelves until
    all are made, and others would wait for it. It sets no timer: one is there already, or is being done and waits for
    the same shelves, and then the two would wait for each other.
    """
    async with units.read() as session:
        more = await renewals.under_way(session)
    while more:
        async with units.open() as unit:
            more = await _some(unit, rules)


async def _some(unit: Unit, rules: Rules) -> Renewal | None:
    """Renew the rations of some more households; the renewal, or None if it is done."""
    async with StockLedger.open(unit, rules, {rules.ration_item}, puts_off=True) as ledger:
        ledger.forecast_may_wait = True
        left = await ledger.renew_some()
    if left is None:
        await forecast_now(unit)
    return left


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
