"""Funds: money with a purpose. A fund has a balance in each currency, and currencies are never added."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from services.donations.domain.money import written


class Purpose(StrEnum):
    """What money is given for, as a code. A gift has its purpose at receipt."""

    FOOD = "food"
    CLOTHING = "clothing"
    MEDICAL = "medical"
    EDUCATION = "education"
    RESETTLEMENT = "resettlement"
    PROTECTION = "protection"
    FAMILY_VISITS = "family_visits"
    GENERAL = "general"
    """Whatever is needed most."""


UNASSIGNED = "unassigned"
"""The fund of money that came without a purpose we know of: it is given to nobody until the treasurer assigns it."""

FUNDS = (*(each.value for each in Purpose), UNASSIGNED)


class FundKey(NamedTuple):
    """One fund in one currency: what is locked, and what is never below zero."""

    fund: str
    currency: str


@dataclass(frozen=True)
class Fund:
    """What a fund has in one currency, in minor units.

    `held` is the part that has come and cannot be promised, like a payment that PayPal holds back or cash that a
    fieldworker carries; `set_aside` is promised to grants and not paid yet, or came for appeals and is not spent yet.
    """

    key: FundKey
    balance: int = 0
    held: int = 0
    set_aside: int = 0

    @property
    def available(self) -> int:
        """What has come and can be spent, promised or not."""
        return self.balance - self.held

    @property
    def free(self) -> int:
        """What can be promised. Below 0 while more is promised than there is, as after a refund."""
        return self.available - self.set_aside

    def changed(self, balance: int = 0, held: int = 0, set_aside: int = 0) -> "Fund":
        """The fund after these differences."""
        return replace(
            self,
            balance=self.balance + balance,
            held=self.held + held,
            set_aside=self.set_aside + set_aside,
        )


def not_free(fund: Fund) -> str:
    """Words for more being asked for from a fund than is free of it: `fund` is as it would be after that."""
    name, currency = fund.key
    return (
        f"The fund {name} has not enough {currency} free: {written(-fund.free, currency)} are missing, for the rest is "
        "spent, promised or held. Move money there first (POST /decisions), or wait until more comes."
    )
