"""What is bought with the money of appeals: ordered once it is proposed, received on its day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.cli.client import Services
from shared.cli.demo.chapter import key
from shared.cli.demo.plan import Plan

SUPPLIER = "mill-1"
ON_ITS_WAY = timedelta(days=21)
"""So long a lorry takes from the order on."""


@dataclass(frozen=True)
class Bought:
    """One item that was ordered; `reference` is the receipt's, and the same in each run."""

    reference: str
    item: str
    quantity: int
    depot: str
    due_on: date
    planned_id: str
    received_on: date | None


async def order_all(services: Services, plan: Plan, today: date) -> None:
    """Order everything that is proposed, of what the plan keeps, to where the plan has it come."""
    async for each in services.each("inventory", "/purchases", status="proposed"):
        if depot := depot_of(plan, each["item"]):
            due = today + ON_ITS_WAY
            expires = plan.expires_on(each["item"], due)
            body = {
                "supplier": SUPPLIER,
                "depot": depot,
                "due_on": due.isoformat(),
                "expires_on": expires and expires.isoformat(),
            }
            path = f"/purchases/{each['purchase_id']}/order"
            await services.post("inventory", path, body, key(plan, f"order/{each['purchase_id']}", body))


async def bought(services: Services, plan: Plan) -> list[Bought]:
    """All that was ordered and not cancelled, in the order in which it was proposed."""
    purchases = [each async for each in services.each("inventory", "/purchases")]
    if not any(each["planned_id"] for each in purchases):
        return []
    planned = {each["id"]: each async for each in services.each("inventory", "/planned-deliveries")}
    return ordered(plan, purchases, planned)


def ordered(
    plan: Plan, purchases: Iterable[dict[str, Any]], planned: dict[str, dict[str, Any]]
) -> list[Bought]:
    """Those of inventory's purchases for which a planned delivery stands, with what that one says."""
    return [
        Bought(
            reference=f"{plan.name}/bought/{number}",
            item=each["item"],
            quantity=each["quantity"],
            depot=standing["depot"],
            due_on=date.fromisoformat(standing["due_on"]),
            planned_id=each["planned_id"],
            received_on=_day(standing["received_on"]),
        )
        for number, each in enumerate(purchases, 1)
        if each["planned_id"] and each["status"] != "cancelled"
        for standing in [planned[each["planned_id"]]]
    ]


def depot_of(plan: Plan, item: str) -> str | None:
    """The depot to which the plan has an item come first; None for what never comes."""
    return next((each.depot for each in plan.deliveries if item in each.lines), None)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
