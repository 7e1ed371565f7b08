"""The monthly renewal of rations (or weekly, or by whatever the ration period is)."""

from collections.abc import Iterable
from datetime import date

from services.inventory.domain.households import Household
from services.inventory.domain.needs import Need, ration_need
from services.inventory.domain.reservations import Reservation
from services.inventory.domain.rules import Rules, period_of


def renewal_need(
    household: Household, rations: Iterable[Reservation], today: date, rules: Rules
) -> Need | None:
    """The household's ration for the period that `today` is in, from today or its arrival on.

    None if it has a ration in the period already, delivered and given up ones too: so a second run, or a
    second replica, renews nothing. Works on any day of the period, should its first day have been missed.
    """
    first, last = period_of(today, rules.ration_period)
    for ration in rations:
        if ration.first_day and ration.last_day and ration.first_day <= last and ration.last_day >= first:
            return None
    return ration_need(household, today, rules)
