"""How many kits the parts of a plan allow, day by day."""

from datetime import date

from shared.cli.demo.pieces import Kit
from shared.cli.demo.plan import Plan

Lots = dict[str, list[tuple[date, int]]]
"""By part: until when it is good, and how many."""


def kits_from(plan: Plan, kit: Kit, day: date, first: date) -> int:
    """How many kits the parts allow that come on `day`, with what was left over from before and has not expired.

    The opening stock is there on `first`; what was due before that never comes.
    """
    lots: Lots = {part: [] for part in kit.parts}
    made = 0
    for today, came in sorted(_come(plan, kit, first).items()):
        if today > day:
            break
        fresh = {
            part: [lot for lot in (*each, *came.get(part, ())) if lot[0] >= today]
            for part, each in lots.items()
        }
        kits = min(sum(quantity for _, quantity in fresh[part]) // n for part, n in kit.parts.items())
        lots = {part: _without(fresh[part], kits * n) for part, n in kit.parts.items()}
        made = kits if today == day else 0
    return made


def _come(plan: Plan, kit: Kit, first: date) -> dict[date, Lots]:
    """What comes to the kit's depot on which day."""
    come: dict[date, Lots] = {first: {}}
    for stock in plan.opening:
        if stock.depot == kit.depot:
            for item, quantity in stock.lines.items():
                until = stock.expires_on or plan.expires_on(item, first) or date.max
                come[first].setdefault(item, []).append((until, quantity))
    for each in plan.coming():
        if each.depot == kit.depot and each.due_on >= first:
            until = plan.expires_on(each.item, each.due_on) or date.max
            come.setdefault(each.due_on, {}).setdefault(each.item, []).append((until, each.quantity))
    return come


def _without(lots: list[tuple[date, int]], used: int) -> list[tuple[date, int]]:
    """Lots less what was used of them, the first to expire first."""
    left: list[tuple[date, int]] = []
    for until, quantity in sorted(lots):
        taken = min(used, quantity)
        used -= taken
        if quantity > taken:
            left.append((until, quantity - taken))
    return left
