"""What timers do at donations, and what a new day begins with."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.donations.commands.forgetting import FORGET, forget_old
from services.donations.commands.grants import DECIDE, decide_anew
from services.donations.commands.ipns import ASK, judge
from services.donations.commands.monthly import WAKE, look_at
from services.donations.commands.receipts import reprint
from services.donations.commands.telling import TELL, tell_untold
from services.donations.ledger import SERVE, MoneyLedger
from services.donations.outside import PayPal
from services.donations.repository import appeals, grants, letters, purchases, subscriptions
from services.donations.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.unit import Unit


def timers(settings: Settings, paypal: PayPal | None) -> Mapping[str, OnTimer]:
    """What is done later, by name."""
    grace = timedelta(days=settings.monthly_grace_days)

    async def look(_: Mapping[str, Any], unit: Unit) -> None:
        await look_at_news(unit, grace)

    async def wake(payload: Mapping[str, Any], unit: Unit) -> None:
        await look_at(unit, grace, [UUID(payload["subscription"])])

    async def decide(_: Mapping[str, Any], unit: Unit) -> None:
        await decide_anew(unit, settings.limits)

    async def print_anew(_: Mapping[str, Any], unit: Unit) -> None:
        await reprint(unit, settings.office)

    async def forget(_: Mapping[str, Any], unit: Unit) -> None:
        await forget_old(unit, settings.zone, settings.notice_days)

    always = {
        SERVE: serve,
        subscriptions.LOOK: look,
        WAKE: wake,
        letters.REPRINT: print_anew,
        FORGET: forget,
        TELL: tell_donors,
        DECIDE: decide,
    }
    if paypal is None:
        return always

    seal = settings.seal

    async def ask(payload: Mapping[str, Any], unit: Unit) -> None:
        await judge(unit, paypal, settings.zone, seal, UUID(payload["notice"]))

    return {**always, ASK: ask}


async def on_day(_: date, unit: Unit) -> None:
    """What is old is removed soon after the day has begun, so that nobody waits for it; and grants are looked at again:
    a limit may have been raised since, and nobody else may have to agree to some of them.
    """
    unit.remind(FORGET)
    unit.remind(DECIDE)


async def look_at_news(unit: Unit, grace: timedelta) -> None:
    """Something was told of monthly gifts: look at some of them, and have the others looked at next."""
    ids = await subscriptions.stirred(unit.session) | await subscriptions.join(unit.session)
    if ids:
        await look_at(unit, grace, ids)
        unit.remind(subscriptions.LOOK)


async def tell_donors(_: Mapping[str, Any], unit: Unit) -> None:
    """Tell the others of donors who were there before anybody was told of them."""
    await tell_untold(unit)


async def serve(_: Mapping[str, Any], unit: Unit) -> None:
    """Money has come or became free: it goes to appeals, to purchases that are ordered, then to grants that wait."""
    funds = await grants.hungry_funds(unit.session) | await purchases.owing_funds(unit.session)
    funds |= await appeals.unsettled_funds(unit.session)
    async with MoneyLedger.open(unit, funds):
        pass
