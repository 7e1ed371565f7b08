"""Ask the services for what has been recorded, and put it together for the report."""

from collections.abc import AsyncIterator, Iterable
from datetime import date, datetime
from typing import Any

from shared.cli.client import Services
from shared.cli.demo.living import Winter
from shared.cli.demo.plan import Plan
from shared.cli.demo.results import Area, ItemFigures, Results, Shortage
from shared.contracts import SERVICES


async def gather(winter: Winter, forecast: Shortage, bad_rows: int) -> Results:
    """All that the report shows, as recorded by the services."""
    services, plan = winter.services, winter.plan
    counts = await services.get("intake", "/counts")
    summary = await services.get("inventory", "/summary")
    return Results(
        households=counts["households"],
        people=counts["people"],
        bad_rows=bad_rows,
        items=figures_of(summary["items"], plan),
        arrivals=winter.arrivals,
        areas=[area async for area in _areas(services)],
        forecast=forecast,
        actual=await _actual(winter),
        first=winter.first,
        last=winter.last,
        settle_seconds=await _settle_seconds(services),
        parked=await _parked(services),
    )


async def first_day_forecast(winter: Winter) -> Shortage:
    """The food forecast as it was made on the first day: the same question under the same key has the same answer."""
    body = {"item": winter.plan.food.code, "until": winter.last.isoformat()}
    made = await winter.services.post(
        "inventory", "/forecasts", body, f"{winter.plan.name}/forecast/{winter.first}/{winter.last}"
    )
    return Shortage(
        short_days=_short_days(made["short_days"]),
        left_grams=made["left_grams"],
        made_on=date.fromisoformat(made["from_day"]),
        missing_carried_forward=made["missing_carried_forward"],
    )


async def _actual(winter: Winter) -> Shortage:
    unmet = await winter.services.get(
        "inventory", "/unmet", item=winter.plan.food.code, from_day=winter.first, to=winter.last
    )
    return Shortage(_short_days(unmet["days"]), unmet["left_grams"])


def _short_days(days: Iterable[Any]) -> tuple[tuple[date, int], ...]:
    return tuple((date.fromisoformat(each["date"]), each["grams"]) for each in days if each["grams"])


def figures_of(items: Iterable[Any], plan: Plan) -> list[ItemFigures]:
    """Inventory's figures of what anybody asked for, in the order of the plan's catalogue."""
    known = {item.code: item for item in plan.items}
    order = {code: place for place, code in enumerate(known)}
    asked = sorted((each for each in items if each["wanted"]), key=lambda e: order.get(e["item"], len(order)))
    return [
        ItemFigures(
            item=each["item"],
            name=known[each["item"]].name if each["item"] in known else each["item"],
            kind=known[each["item"]].kind if each["item"] in known else "",
            unit=each["unit"],
            reserved=each["reserved"],
            backordered=each["backordered"],
            delivered=each["delivered"],
            unmet=each["unmet"],
        )
        for each in asked
    ]


async def _areas(services: Services) -> AsyncIterator[Area]:
    targets = [target for service in SERVICES for target in await services.get(service, "/plan")]
    for each in sorted(targets, key=lambda target: target["area"]):
        yield Area(
            number=each["area"],
            measure=each["measure"],
            words=each["words"],
            unit=each["unit"],
            target=each["target"],
            actual=each["actual"],
        )


async def _parked(services: Services) -> int:
    states = [await services.get(name, "/status") for name in SERVICES]
    return sum(sum(state["parked"].values()) for state in states)


async def _settle_seconds(services: Services) -> float:
    """From the last registration to the last reservation on its day, by the clocks of the two services."""
    households = [each async for each in services.each("intake", "/households")]
    if not households:
        return 0.0
    last = max(households, key=lambda household: household["registered_at"])
    registered = datetime.fromisoformat(last["registered_at"])
    day = last["registered_on"]
    ledger = services.each("inventory", "/movements", kind="reserved", from_day=day, to=day)
    times = [datetime.fromisoformat(line["at"]) async for line in ledger]
    return max(0.0, (max(times, default=registered) - registered).total_seconds())
