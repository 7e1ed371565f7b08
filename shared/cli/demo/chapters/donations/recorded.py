"""What donations and intake have recorded of money, as the results show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

INCOME, FEES, GRANTS, PURCHASES = "income", "fees", "grants", "purchases"
NO_DECIMALS = frozenset({"JPY", "KRW"})
NAMED = (INCOME, FEES, GRANTS, PURCHASES)
"""Why a fund changes, as donations' ledger calls it; all else is summed."""


@dataclass(frozen=True)
class Sum:
    """Minor units of a currency, and as people write it."""

    minor: int
    currency: str
    words: str

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        return cls(told["minor"], told["currency"], told["words"])

    def as_json(self) -> dict[str, Any]:
        return {"minor": self.minor, "currency": self.currency}


@dataclass(frozen=True)
class Appeal:
    """What was asked for, in base units of an item, with its cost."""

    item: str
    quantity: int
    status: str
    target: Sum
    raised: Sum

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        same = {name: told[name] for name in ("item", "quantity", "status")}
        return cls(**same, target=Sum.of(told["target"]), raised=Sum.of(told["raised"]))

    def as_json(self) -> dict[str, Any]:
        same = {name: getattr(self, name) for name in ("item", "quantity", "status")}
        return {
            **same,
            "currency": self.target.currency,
            "target": self.target.minor,
            "raised": self.raised.minor,
        }


@dataclass(frozen=True)
class Fund:
    """A fund in one currency: what it had before the first day and after the last, and why that changed."""

    fund: str
    before: Sum
    changes: Mapping[str, Sum]
    after: Sum

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        changes = {why: Sum.of(each) for why, each in told["changes"].items()}
        return cls(told["fund"], Sum.of(told["before"]), changes, Sum.of(told["after"]))

    @property
    def balances(self) -> bool:
        """Whether the changes lead from the one to the other."""
        return self.before.minor + sum(each.minor for each in self.changes.values()) == self.after.minor

    @property
    def other(self) -> str:
        """What changed for another reason than those that have a column, as people write it."""
        minor = sum(each.minor for why, each in self.changes.items() if why not in NAMED)
        return f"{self.after.currency} {written(minor, self.after.currency)}" if minor else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "fund": self.fund,
            "currency": self.after.currency,
            "before": self.before.minor,
            "changes": {why: each.minor for why, each in self.changes.items() if each.minor},
            "after": self.after.minor,
        }


@dataclass(frozen=True)
class Grant:
    """Money that was asked for, and what became of it."""

    kind: str
    status: str
    wanted: Sum
    set_aside: Sum
    paid: Sum
    missing: Sum

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Self:
        sums = {name: Sum.of(told[name]) for name in ("wanted", "set_aside", "paid", "missing")}
        return cls(told["kind"], told["status"], **sums)

    def as_json(self) -> dict[str, Any]:
        sums = {name: getattr(self, name).minor for name in ("wanted", "set_aside", "paid", "missing")}
        return {"kind": self.kind, "status": self.status, "currency": self.wanted.currency, **sums}


@dataclass(frozen=True)
class Visits:
    """Visits to helpers in prison: how many are planned still, how many were made."""

    cases: int = 0
    planned: int = 0
    done: int = 0


@dataclass(frozen=True)
class Place:
    """Money where it lies: at the bank, at PayPal, held by PayPal; an account of the ledger."""

    account: str
    amount: Sum


def written(minor: int, currency: str) -> str:
    """An amount in minor units as people write it: 1300 JPY is 1300, 1300 USD is 13.00."""
    whole, cents = divmod(abs(minor), 100)
    return str(minor) if currency in NO_DECIMALS else f"{'-' * (minor < 0)}{whole}.{cents:02}"
