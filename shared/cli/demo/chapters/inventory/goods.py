"""Goods on paper: received once, planned once."""

from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Any

from shared.cli.client import Refused, Services
from shared.cli.demo.chapter import key
from shared.cli.demo.pieces import NOT_OF_THE_CATALOGUE
from shared.cli.demo.plan import Plan, opening_reference

MOST_AT_ONCE = 500


async def load_store(services: Services, plan: Plan, first: date) -> None:
    """Catalogue, prices, opening stock, and what is planned from the first day on."""
    store = catalogue(plan)
    await services.post("inventory", "/catalogue", store, key(plan, "catalogue", store))
    for price in filter(None, (item.priced for item in plan.items)):
        await services.post("inventory", "/prices", price, key(plan, f"price/{price['item']}", price))
    for stock in plan.opening:
        for item, quantity in stock.lines.items():
            reference = opening_reference(plan.name, stock.depot, item, stock.expires_on)
            body = receipt(plan, reference, stock.depot, [(item, quantity)], first)
            if stock.expires_on:
                body["lines"][0]["expires_on"] = stock.expires_on.isoformat()
            await take_in(services, plan, body)
    planned = [
        {
            "depot": each.depot,
            "item": each.item,
            "quantity": each.quantity,
            "due_on": each.due_on.isoformat(),
            "expires_on": expires and expires.isoformat(),
            "reference": each.reference,
        }
        for each in plan.planned()
        if each.due_on >= first
        for expires in [plan.expires_on(each.item, each.due_on)]
    ]
    for start in range(0, len(planned), MOST_AT_ONCE):
        body = {"deliveries": planned[start : start + MOST_AT_ONCE]}
        await services.post("inventory", "/planned-deliveries", body, key(plan, "planned", body))


async def take_in(services: Services, plan: Plan, goods: dict[str, Any]) -> list[dict[str, Any]]:
    """Goods received, once; returns the backorders that they filled, as inventory said then.

    None are returned if the goods were received so long ago that the answer is no longer kept.
    """
    try:
        answer = await services.post("inventory", "/receipts", goods, key(plan, goods["reference"], goods))
    except Refused as refused:
        if refused.status != HTTPStatus.CONFLICT:
            raise
        return []
    filled: list[dict[str, Any]] = answer["filled"]
    return filled


def receipt(
    plan: Plan,
    reference: str,
    depot: str,
    lines: Iterable[tuple[str, int]],
    day: date,
    planned_id: str | None = None,
) -> dict[str, Any]:
    """Goods that came, in the form that inventory takes."""
    return {
        "depot": depot,
        "reference": reference,
        "planned_delivery_id": planned_id,
        "lines": [
            {"item": item, "quantity": quantity, "expires_on": expires and expires.isoformat()}
            for item, quantity in lines
            for expires in [plan.expires_on(item, day)]
        ],
    }


def catalogue(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The plan's catalogue in the form that inventory takes."""
    items = [item.model_dump(mode="json", exclude=set(NOT_OF_THE_CATALOGUE)) for item in plan.items]
    parts = [
        {"kit": kit.kit, "part": part, "quantity": quantity}
        for kit in plan.kits
        for part, quantity in kit.parts.items()
    ]
    depots = [depot.model_dump(mode="json") for depot in plan.depots]
    return {"items": items, "depots": depots, "kit_parts": parts}
