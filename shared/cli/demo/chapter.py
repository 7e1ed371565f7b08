"""What a chapter of the demo is: the part of one service in the story."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from shared.cli.client import Services
from shared.cli.demo.paypal import PayPal
from shared.cli.demo.plan import Plan

Read = Callable[[int, int | None], None]
"""Told how many rows were read so far, and of how many if that is known."""


@dataclass
class Stage:
    """What is lived through, from `first` to `last`; `today` is the services' own: what lies before it is lived.

    The winter's figures are those of the `evening` on which the plan's winter ends, or of `last` if that comes before.
    With `gifts` people give money, and what is missing is bought; without, the winter is as the plan left it. `paypal`
    is the PayPal that donations was told to believe, None where it was told of none.
    """

    services: Services
    plan: Plan
    register: Path
    first: date
    last: date
    today: date
    gifts: bool = False
    paypal: PayPal | None = None

    @property
    def evening(self) -> date:
        """The last day of the winter, as far as it is lived through."""
        winter = self.plan.winter_until
        return winter if self.first <= winter < self.last else self.last


class Results:
    """What one service's chapter found out."""

    @property
    def errors(self) -> int:
        """How much could not be done of what was asked."""
        return 0

    def headlines(self, console: Console) -> None:
        """Print what comes before all tables."""

    def tables(self) -> Iterable[Table]:
        """What is shown before the plan beside what happened."""
        return ()

    def closing_tables(self) -> Iterable[Table]:
        """What is shown after it."""
        return ()

    def as_json(self) -> dict[str, Any]:
        """The figures for programs, in base units, dates as text."""
        return {}


class Chapter:
    """One service's part, step by step in the order of the story; a step that it has no part in does nothing."""

    registers = False
    """It says who is helped: the others are settled when they know as many households."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.services = stage.services
        self.plan = stage.plan

    async def started(self) -> bool:
        """Whether the plan was begun on this stack before."""
        return False

    async def load(self) -> None:
        """What stands before the first household. Sent under fixed keys: sending it again changes nothing."""

    async def first_day(self) -> None:
        """What comes before anybody is registered."""

    async def people_come(self, read: Read) -> None:
        """Those who are helped are registered."""

    async def look_ahead(self) -> None:
        """What can be foreseen once everybody is registered."""

    async def goods_come(self, day: date) -> bool:
        """What is due on a day; whether anything came. A day lived before is only read again."""
        return False

    async def money_moves(self, day: date) -> bool:
        """What is given, asked for and paid on a day that was not lived before; whether anything was."""
        return False

    async def order_goods(self) -> None:
        """What there is money for now is ordered. Called once all know what was given today."""

    async def people_fetch(self) -> None:
        """What is done on a day on which people come to fetch."""

    async def people_act(self, day: date) -> bool:
        """What else is done on a day that was not lived before; whether anything was."""
        return False

    async def winter_ends(self) -> None:
        """What is left on the evening of the winter. Called in each run: later on it is only read again."""

    async def households(self) -> int | None:
        """How many households it knows that are helped now; None if it keeps none."""
        return None

    async def last_registration(self) -> tuple[datetime, str] | None:
        """When the last household was registered, and on which day of the service; None if it registers none."""
        return None

    async def last_reservation(self, day: str) -> datetime | None:
        """When it last did on that day what follows a registration; None if nothing does."""
        return None

    async def gather(self) -> Results:
        """What is recorded of it all at the end."""
        return Results()


def key(plan: Plan, what: str, body: Any) -> str:
    """An Idempotency-Key that is always the same for this thing of this plan, and new when the thing changes."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{plan.name}/{what}"[:80] + f"/{digest[:32]}"
