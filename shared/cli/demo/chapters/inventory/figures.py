"""What inventory has recorded, asked for the store's results."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.inventory.promised import Shortage
from shared.cli.demo.chapters.inventory.store import ItemFigures, Overdue
from shared.cli.demo.plan import Plan


async def forecast_of(stage: Stage, day: date) -> Shortage:
    """The food forecast as it was made on a day: the same question under the same key has the same answer."""
    body = {"item": stage.plan.food.code, "until": stage.last.isoformat()}
    made = await stage.services.post(
        "inventory", "/forecasts", body, f"{stage.plan.name}/forecast/{day}/{stage.last}"
    )
    return Shortage(
        short_days=_short_days(made["short_days"]),
        left_grams=made["left_grams"],
        made_on=date.fromisoformat(made["from_day"]),
        missing_carried_forward=made["missing_carried_forward"],
    )


async def what_came_to_pass(stage: Stage, since: date) -> Shortage:
    """The days from `since` on on which not everybody ate, as recorded, and what is left of the food."""
    unmet = await stage.services.get(
        "inventory", "/unmet", item=stage.plan.food.code, from_day=since, to=stage.last
    )
    return Shortage(_short_days(unmet["days"]), unmet["left_grams"])


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
