"""What donations' chapter found out: figures, tables, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from rich.console import Console
from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.plan import Plan
from shared.cli.demo.tables import NUMBERS, amount, table

INCOME, FEES, GRANTS, PURCHASES = "income", "fees", "grants", "purchases"
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

    def other(self) -> int:
        """What changed for another reason than those that have a column, in minor units."""
        return sum(each.minor for why, each in self.changes.items() if why not in NAMED)


@dataclass(frozen=True)
class Place:
    """Money where it lies: at the bank, at PayPal, held by PayPal; an account of the ledger."""

    account: str
    amount: Sum


@dataclass(frozen=True)
class Money(Results):
    """All that the chapter shows, from `first` to `last`; `off` is what is out of balance, by currency."""

    plan: Plan
    first: date
    last: date
    appeals: Sequence[Appeal]
    funds: Sequence[Fund]
    places: Sequence[Place]
    off: Mapping[str, int]

    @property
    def balances(self) -> bool:
        """Whether each statement adds up, the ledger sums to zero, and the funds have what lies at bank and PayPal."""
        there: dict[str, int] = {}
        for each in self.places:
            there[each.amount.currency] = there.get(each.amount.currency, 0) + each.amount.minor
        for fund in self.funds:
            there[fund.after.currency] = there.get(fund.after.currency, 0) - fund.after.minor
        return not self.off and not any(there.values()) and all(each.balances for each in self.funds)

    @property
    def errors(self) -> int:
        return 0 if self.balances else 1

    def headlines(self, console: Console) -> None:
        if not self.balances:
            console.print("The books do not balance.", style="red")

    def tables(self) -> Iterable[Table]:
        if self.appeals:
            yield self._appeals()

    def closing_tables(self) -> Iterable[Table]:
        if self.funds:
            yield self._statement()
            yield self._places()

    def as_json(self) -> dict[str, Any]:
        return {
            "money": {
                "appeals": [_appeal(each) for each in self.appeals],
                "funds": [_fund(each) for each in self.funds],
                "places": [{"account": each.account, **each.amount.as_json()} for each in self.places],
                "balances": self.balances,
            }
        }

    def _appeals(self) -> Table:
        shown = table(
            "What was appealed for", "item", "became", missing=NUMBERS, cost=NUMBERS, raised=NUMBERS
        )
        known = {item.code: item for item in self.plan.items}
        for each in self.appeals:
            item = known.get(each.item)
            missing = amount(each.quantity, item.unit if item else "")
            became = each.status.replace("_", " ")
            shown.add_row(
                item.name if item else each.item, became, missing, each.target.words, each.raised.words
            )
        return shown

    def _statement(self) -> Table:
        """The statement of each fund. Gifts are less what was given back of them."""
        figures = dict.fromkeys(("before", "gifts", "fees", "grants", "bought", "other", "after"), NUMBERS)
        shown = table(f"Funds, {self.first} to {self.last}", "fund", **figures)
        for each in self.funds:
            named = [each.changes[why].words if why in each.changes else "" for why in NAMED]
            shown.add_row(
                each.fund.replace("_", " "), each.before.words, *named, f"{each.other():,}", each.after.words
            )
        return shown

    def _places(self) -> Table:
        """Where the money lies, which the funds have: both sums are the same."""
        shown = table(f"Where it lies on {self.last}", "where", amount=NUMBERS)
        for each in self.places:
            shown.add_row(each.account, each.amount.words)
        return shown


def _appeal(appeal: Appeal) -> dict[str, Any]:
    return {
        "item": appeal.item,
        "quantity": appeal.quantity,
        "status": appeal.status,
        "currency": appeal.target.currency,
        "target": appeal.target.minor,
        "raised": appeal.raised.minor,
    }


def _fund(fund: Fund) -> dict[str, Any]:
    return {
        "fund": fund.fund,
        "currency": fund.after.currency,
        "before": fund.before.minor,
        "changes": {why: each.minor for why, each in fund.changes.items() if each.minor},
        "after": fund.after.minor,
    }
