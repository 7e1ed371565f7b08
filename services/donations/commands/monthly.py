"""Monthly gifts: they are registered for what a provider collects, and looked at whenever something was told of them.

A provider's notices come in any order. So nobody changes a gift because of one notice: each is kept, and how the gift
stands follows from all of them (`domain/monthly.py`). Money goes where it belongs by the same rule: what came before
the gift was registered becomes the gift's, what was charged after its end is nobody's.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.donations.commands.placing import Right, misplaced, put_right
from services.donations.domain.funds import Purpose
from services.donations.domain.monthly import Standing, standing
from services.donations.domain.payments import Provider
from services.donations.repository import donors, payments, subscriptions
from services.donations.repository.at_hand import AtHand
from shared.contracts.donations import MonthlyGiftChanged
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

WAKE = "wake_monthly_gift"
"""The timer of the day on which a gift stands otherwise if nothing is told: it is late, or its grace is over."""


@dataclass(frozen=True)
class Monthly:
    """What a donor gives each month: for what, for how many children, and whether with letters.

    `reference` is PayPal's id of the subscription; before PayPal has made one, `custom` is our own mark that we sent
    with the donor, and that PayPal's notices bear. Of an old series nobody may know the donor yet.
    """

    purpose: str
    reference: str | None = None
    custom: str | None = None
    donor_id: UUID | None = None
    children: int = 0
    correspondence: bool = False
    on_behalf_of: UUID | None = None


async def register(unit: Unit, monthly: Monthly) -> UUID | Refused:
    """A monthly gift is registered; one that is registered with the same content stays, and gets a donor, a reference
    or a mark if it had none. Returns its id.

    Refused for an unknown donor, and for other content: a change has its own way.
    """
    if refused := await _unknown(unit, monthly.donor_id, monthly.on_behalf_of):
        return refused
    paypal = Provider.PAYPAL.value
    if monthly.reference:
        subscriptions.stir(unit, await subscriptions.make(unit.session, paypal, monthly.reference))
    gift_id = uuid7()
    values = {name: getattr(monthly, name) for name in ("purpose", *CHANGED)}
    row = {"id": gift_id, "kind": "monthly", "provider": paypal, "on_day": unit.today}
    own = {
        "subscription_id": monthly.reference,
        "custom_key": subscriptions.key_of(monthly.custom),
        "actor": unit.actor.id,
    }
    known = await payments.add_monthly(unit.session, {**row, **values, **own})
    if refused := _another(known, monthly, own):
        return refused
    for each in known:
        gift_id = each["id"]
        added = {name: each[name] or own[name] for name in _FOUND_BY}
        whose = {name: each[name] or getattr(monthly, name) for name in ("donor_id", "on_behalf_of")}
        await _write(unit, each, {**added, **whose})
    # Also for a gift that has a mark alone: its subscription is looked for.
    unit.remind(subscriptions.LOOK)
    return gift_id


CHANGED = ("donor_id", "on_behalf_of", "children", "correspondence")
"""What of a registered gift may become different."""
EDUCATION = Purpose.EDUCATION.value
_FOUND_BY = ("subscription_id", "custom_key")


async def change(unit: Unit, gift_id: UUID, changes: Mapping[str, Any]) -> UUID | Refused:
    """A registered gift has another donor, is given for another one, or has other `children` or `correspondence`; what
    is not named stays.

    Refused for an unknown donor or gift, and for children or letters of a gift that is not for education.
    """
    if refused := await _unknown(unit, changes.get("donor_id"), changes.get("on_behalf_of")):
        return refused
    gift = await payments.lock_monthly(unit.session, gift_id)
    if gift is None:
        return missing(f"monthly gift {gift_id}")
    if gift["purpose"] != EDUCATION and (changes.get("children") or changes.get("correspondence")):
        words = (
            f"This gift is for {gift['purpose']}: children and letters belong to gifts for education alone."
        )
        return invalid(words, ("children", "is for gifts for education alone"))
    await _write(unit, gift, changes)
    unit.remind(subscriptions.LOOK)
    return gift_id


async def _unknown(unit: Unit, *named: UUID | None) -> Refused | None:
    """Which donor is not known, of those who are named; the others are locked."""
    ids = {each for each in named if each}
    lost = sorted(ids - (await donors.lock(unit.session, *ids)).keys()) if ids else []
    return missing(f"donor {lost[0]}") if lost else None


async def _write(unit: Unit, gift: RowMapping, changes: Mapping[str, Any]) -> None:
    """Give a locked gift new values; how it stands is looked at soon."""
    payments.change_gift(unit.writes, {"id": gift["id"], **changes, "actor": unit.actor.id})
    if reference := gift["subscription_id"]:
        subscriptions.stir(unit, await subscriptions.make(unit.session, Provider.PAYPAL.value, reference))


def _another(known: Sequence[RowMapping], monthly: Monthly, own: Mapping[str, Any]) -> Refused | None:
    """Why a gift that is registered already cannot become what it is to be; None if it can."""
    if len(known) > 1 or any(
        each[name] and own[name] not in (None, each[name]) for each in known for name in _FOUND_BY
    ):
        return conflict("This subscription and this mark are registered for two gifts.")
    if known and known[0]["purpose"] != monthly.purpose:
        return conflict(
            f"This gift is for {known[0]['purpose']}. End it, and let the donor begin another one."
        )
    for each in known:
        if others := [name for name in CHANGED if _differs(each[name], getattr(monthly, name))]:
            return conflict(
                f"This gift is registered already, with another content ({', '.join(others)}), as {each['id']}. "
                f"Nothing was changed. If it is to be changed: POST /monthly-gifts/{each['id']}/change."
            )
    return None


def _differs(known: object, said: object) -> bool:
    """Who the donor is may be left out, or become known later."""
    return None not in (known, said) and known != said


async def look_at(unit: Unit, grace: timedelta, ids: Collection[UUID]) -> None:
    """How the gifts of these subscriptions stand today: say what is different, and put their money where it belongs."""
    session = unit.session
    rows = await subscriptions.lock(session, ids)
    AtHand.of(session).donors |= {row["gift_id"]: row["donor_id"] for row in rows}
    told, paid = await subscriptions.told(session, ids), await subscriptions.paid(session, ids)
    wrong, asleep = dict[UUID, Right](), list[str]()
    for row in rows:
        mine = paid[row["id"]]
        now = standing(told[row["id"]], [subscriptions.paid_in(each) for each in mine], unit.today, grace)
        wrong |= misplaced(row, mine, now)
        asleep += _stands(unit, row, now)
    await unit.cancel_all(asleep)
    await put_right(unit, wrong)


def _stands(unit: Unit, row: RowMapping, now: Standing) -> list[str]:
    """Keep and say how a gift stands, if that is different, and when it is to be looked at again; the keys of timers
    that are for nothing now.
    """
    asleep = list[str]()
    said = _state(row, now)
    if row["wakes_on"] != now.wakes_on:
        _wake(unit, row["id"], now.wakes_on)
        if row["wakes_on"]:
            asleep.append(_key(row["id"], row["wakes_on"]))
    elif said == row["said"]:
        return asleep
    values: dict[str, Any] = {"id": row["id"], "wakes_on": now.wakes_on}
    if said != row["said"]:
        version = row["version"] + 1
        unit.say(MonthlyGiftChanged(gift_id=row["gift_id"], version=version, on=unit.today, **said))
        values |= {"version": version, "said": said}
        if now.status.value != row["status"]:
            change = {"before": row["status"], "status": now.status.value, "on_day": unit.today}
            subscriptions.add_change(unit, {"subscription": row["id"], "version": version, **change})
            values |= {"status": now.status.value, "since": unit.today}
    subscriptions.save(unit, values)
    return asleep


def _state(row: RowMapping, now: Standing) -> dict[str, Any]:
    """What the others are told of a gift, as JSON."""
    return {
        "donor_id": row["donor_id"] and str(row["donor_id"]),
        "purpose": row["purpose"],
        "status": now.status.value,
        "children": row["children"],
        "covered_until": now.covered_until and now.covered_until.isoformat(),
        "grace_until": now.grace_until and now.grace_until.isoformat(),
        "correspondence": row["correspondence"],
    }


def _wake(unit: Unit, subscription: UUID, on: date | None) -> None:
    if on:
        unit.later(WAKE, {"subscription": str(subscription)}, on, _key(subscription, on))


def _key(subscription: UUID, on: date) -> str:
    """One for each day: whoever does the timer of a day has its row, and would wait for who sets it anew."""
    return f"{WAKE} {subscription} {on}"
