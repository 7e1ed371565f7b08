"""What inventory has recorded, asked for the store's results."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.inventory.promised import Shortage
from shared.cli.demo.chapters.inventory.store import ItemFigures, Overdue
from shared.cli.demo.plan import Plan


async def forecast_of(stage: Stage, day: date) -> Shortage:
    """The food forecast for the winter as it was made on a day: the same question under the same key has the same
    answer.
    """
    made = await _kept(stage, f"forecast/{day}")
    return Shortage(
        short_days=_short_days(made["short_days"]),
        left_grams=made["left_grams"],
        made_on=date.fromisoformat(made["from_day"]),
        missing_carried_forward=made["missing_carried_forward"],
    )


async def left_on_the_evening(stage: Stage) -> int:
    """Grams that store and households have left when the winter's last day is eaten, asked for on that day at first."""
    return int((await _kept(stage, "left", planned=False))["left_grams"])


async def _kept(stage: Stage, what: str, **more: Any) -> Any:
    body = {"item": stage.plan.food.code, "until": stage.evening.isoformat(), **more}
    return await stage.services.post(
        "inventory", "/forecasts", body, f"{stage.plan.name}/{what}/{stage.evening}"
    )


async def what_came_to_pass(stage: Stage, since: date, left_grams: int) -> Shortage:
    """The days of the winter from `since` on on which not everybody ate, as recorded, beside what was left."""
    unmet = await stage.services.get(
        "inventory", "/unmet", item=stage.plan.food.code, from_day=since, to=stage.evening
    )
    return Shortage(_short_days(unmet["days"]), left_grams)


async def overdue(stage: Stage) -> list[Overdue]:
    """The plan's deliveries that inventory lists as late."""
    late = stage.services.each("inventory", "/planned-deliveries", late=True)
    return [
        Overdue(
            date.fromisoformat(each["due_on"]),
            each["depot"],
            each["item"],
            each["quantity"] - each["received"],
        )
        async for each in late
        if stage.plan.owns(each["reference"])
    ]


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


def by_assembly(ledger: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Out of one item's ledger, what was set aside for households by the same paper that put the kits together."""
    lines = list(ledger)
    papers = {line["document_id"] for line in lines if line["kind"] == "assembled"}
    return [
        {"item": line["item"], "quantity": line["reserved"], "household_id": line["household_id"]}
        for line in lines
        if line["kind"] == "reserved" and line["document_id"] in papers
    ]
