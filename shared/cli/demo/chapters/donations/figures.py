"""What donations has recorded, asked for the results of its chapter."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations.recorded import Appeal, Fund, Grant, Place, Sum, Visits
from shared.cli.demo.chapters.donations.results import Money

OF_THE_GROUP = ("bank", "cash", "paypal", "transit", "held", "advanced", "uncovered")
"""The kinds of account that say where money lies; all others say why it is there."""


async def money_of(stage: Stage) -> Money:
    """All that the chapter shows, from the stage's first day to its last."""
    services = stage.services
    trial = await services.get("donations", "/trial-balance", day=stage.last)
    return Money(
        plan=stage.plan,
        first=stage.first,
        last=stage.last,
        appeals=[Appeal.of(each) async for each in services.each("donations", "/appeals")],
        funds=[await _statement(stage, *key) for key in funds_in(trial["accounts"])],
        places=places_in(trial["accounts"]),
        off=trial["off"],
        monthly=await _counted(stage, "/monthly-gifts", "status"),
        notices=await _counted(stage, "/notices", "outcome"),
        grants=[Grant.of(each) async for each in services.each("donations", "/grants")],
        visits=await _visits(stage),
        paypal=stage.paypal is not None,
    )


async def _counted(stage: Stage, path: str, by: str) -> dict[str, int]:
    """How many there are in a list of donations', by what one of its columns says."""
    found = Counter([str(each[by]) async for each in stage.services.each("donations", path)])
    return dict(sorted(found.items()))


async def _visits(stage: Stage) -> Visits:
    cases = [each async for each in stage.services.each("intake", "/cases")]
    return Visits(
        cases=len(cases),
        planned=sum(each["visits_planned"] for each in cases),
        done=sum(each["visits_done"] for each in cases),
    )


async def _statement(stage: Stage, fund: str, currency: str) -> Fund:
    days = {"from_day": stage.first, "to": stage.last}
    return Fund.of(
        await stage.services.get("donations", f"/funds/{fund}/statement", currency=currency, **days)
    )


def funds_in(accounts: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """The funds, each with its currency, that have an account on which something stands."""
    return sorted({(each["fund"], each["amount"]["currency"]) for each in accounts if each["fund"]})


def places_in(accounts: Iterable[Mapping[str, Any]]) -> list[Place]:
    """Where money lies, out of all accounts."""
    return [
        Place(each["account"], Sum.of(each["amount"])) for each in accounts if each["kind"] in OF_THE_GROUP
    ]
