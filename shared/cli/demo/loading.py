"""What stands before the first household: targets, catalogue, opening stock, planned deliveries.

All of it is sent under fixed keys, so sending it again changes nothing.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date
from http import HTTPStatus
from typing import Any

from shared.cli import Trouble, typed
from shared.cli.client import Refused, Services
from shared.cli.demo.plan import Plan, catalogue
from shared.cli.operate.clock import days_of, turn
from shared.contracts import SERVICES

MOST_AT_ONCE = 500


def key(plan: Plan, what: str, body: Any) -> str:
    """An Idempotency-Key that is always the same for this thing of this plan, and new when the thing changes."""
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    return f"{plan.name}/{what}"[:80] + f"/{digest[:32]}"


async def stand_on(services: Services, plan: Plan, first: date) -> date:
    """Turn every service to the first day, unless the plan was started here before; returns the service's today.

    Trouble if the days here are past the first one and the plan was never loaded.
    """
    today = await days_of(services)
    if max(today.values()) <= first:
        await turn(services, first)
        return first
    if not await _started(services, plan):
        raise Trouble(
            f"The days of this stack stand at {max(today.values())}, past {first}, and {plan.title} was not started on "
            f"it.\nStart anew with {typed('down --erase')}, which removes all data, or on a later day with --from."
        )
    await turn(services, max(today.values()))
    return max(today.values())


async def _started(services: Services, plan: Plan) -> bool:
    async for delivery in services.each("inventory", "/planned-deliveries"):
        if plan.owns(delivery["reference"]):
            return True
    return False


async def load(services: Services, plan: Plan, first: date) -> None:
    """Targets, catalogue, opening stock, and what is planned from the first day on."""
    for service in SERVICES:
        if targets := plan.targets_of(service):
            body = {"targets": [each.model_dump(mode="json", exclude={"service"}) for each in targets]}
            await services.post(service, "/plan", body, key(plan, "targets", body))
    store = catalogue(plan)
    await services.post("inventory", "/catalogue", store, key(plan, "catalogue", store))
    for stock in plan.opening:
        reference = f"{plan.name}/opening/{stock.depot}"
        body = receipt(plan, reference, stock.depot, stock.lines.items(), first)
        await take_in(services, plan, body)
    planned = [
        {
            "depot": each.depot,
            "item": each.item,
            "quantity": each.quantity,
            "due_on": each.due_on.isoformat(),
            "reference": each.reference,
        }
        for each in plan.planned()
        if each.due_on >= first
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
