"""What donations' chapter found out: figures, tables, JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.cli.demo.chapter import Results
from shared.cli.demo.chapters.donations.recorded import NAMED, Appeal, Fund, Grant, Place, Visits
from shared.cli.demo.plan import Plan
from shared.cli.demo.tables import NUMBERS, amount, table, words_of


@dataclass(frozen=True)
class Money(Results):
    """All that the chapter shows, from `first` to `last`; `off` is what is out of balance, by currency.

    `monthly` are the monthly gifts by how they stand on the last day, `notices` those of PayPal's that were kept, by
    what became of them. Without `paypal` donations was told of none.
    """

    plan: Plan
    first: date
    last: date
    appeals: Sequence[Appeal]
    funds: Sequence[Fund]
    places: Sequence[Place]
    off: Mapping[str, int]
    monthly: Mapping[str, int] = field(default_factory=dict)
    notices: Mapping[str, int] = field(default_factory=dict)
    grants: Sequence[Grant] = ()
    visits: Visits = field(default_factory=Visits)
    paypal: bool = True

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
        if not self.paypal:
            console.print("Donations was told of no PayPal here, so people gave by bank alone.")

    def tables(self) -> Iterable[Table]:
        if self.appeals:
            yield self._appeals()
        if self.monthly:
            yield self._monthly()
        if self.grants:
            yield self._grants()

    def closing_tables(self) -> Iterable[Table]:
        if self.funds:
            yield self._statement()
            yield self._places()

    def as_json(self) -> dict[str, Any]:
        return {
            "money": {
                "appeals": [each.as_json() for each in self.appeals],
                "monthly_gifts": dict(self.monthly),
                "notices": dict(self.notices),
                "grants": [each.as_json() for each in self.grants],
                "visits": {"planned": self.visits.planned, "done": self.visits.done},
                "funds": [each.as_json() for each in self.funds],
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
            name = item.name if item else each.item
            shown.add_row(name, words_of(each.status), missing, each.target.words, each.raised.words)
        return shown

    def _monthly(self) -> Table:
        """How the monthly gifts stand, and what became of what PayPal told of them."""
        shown = table("Monthly gifts through PayPal", "what", number=NUMBERS)
        for status, count in self.monthly.items():
            shown.add_row(f"gifts {words_of(status) or 'not begun'}", f"{count:,}")
        for outcome, count in self.notices.items():
            shown.add_row(f"notices {words_of(outcome)}", f"{count:,}")
        return shown

    def _grants(self) -> Table:
        figures = dict.fromkeys(("asked", "set aside", "paid", "missing"), NUMBERS)
        shown = table("Money that was asked for", "for", "became", **figures)
        for each in self.grants:
            sums = [one.words for one in (each.wanted, each.set_aside, each.paid, each.missing)]
            shown.add_row(words_of(each.kind), words_of(each.status), *sums)
        if self.visits.cases:
            made = f"{self.visits.done:,} made, {self.visits.planned:,} planned"
            shown.add_row("family visits", made, *[""] * len(figures))
        return shown

    def _statement(self) -> Table:
        """The statement of each fund. Gifts are less what was given back of them."""
        figures = dict.fromkeys(("before", "gifts", "fees", "grants", "bought", "other", "after"), NUMBERS)
        shown = table(f"Funds, {self.first} to {self.last}", "fund", **figures)
        for each in self.funds:
            named = [each.changes[why].words if why in each.changes else "" for why in NAMED]
            shown.add_row(words_of(each.fund), each.before.words, *named, each.other, each.after.words)
        return shown

    def _places(self) -> Table:
        """Where the money lies, which the funds have: both sums are the same."""
        shown = table(f"Where it lies on {self.last}", "where", amount=NUMBERS)
        for each in self.places:
            shown.add_row(each.account, each.amount.words)
        return shown
