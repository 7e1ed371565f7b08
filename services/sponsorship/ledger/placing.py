"""Gifts that have room are given the children who come next, without anybody asking."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.domain.holds import Hold
from services.sponsorship.domain.rules import Rules
from services.sponsorship.repository import holds, placing, rooms
from shared.messaging.unit import Unit

MOST = 200
"""Gifts, and children, that are looked at in a round."""


async def place(unit: Unit, rules: Rules) -> list[Hold]:
    """A hold for each place of a gift that has a child now; gifts that have begun come first.

    A gift is not given a child that it had before: whoever let it go had a reason. So of a gift that never begins, no
    child is kept twice, and it keeps no more children than it is for. Nor is it given one whom another gift of the same
    person supports. A place is kept for some days for a child whose household was closed (`back_days`).
    """
    days = rooms.KeptDays(rules.kept_since(unit.today), unit.today)
    which = (rules.most_uncovered, days, MOST)
    with_room = [
        *await rooms.with_room(unit.session, True, *which),
        *await rooms.with_room(unit.session, False, *which),
    ]
    children = await placing.free_children(unit.session, unit.today, MOST) if with_room else []
    tried = await holds.tried(unit.session, [row["id"] for row in with_room]) if children else set()
    theirs = await holds.of_the_same_person(unit.session, children) if children else set()
    found: list[Hold] = []
    for row in with_room:
        had = {child for gift, child in tried if gift == row["id"]}
        not_these = had | {child for person, child in theirs if person == row["person"]}
        room = row["wanted"] - row["placed"] - row["kept"]
        if row["begun_on"] is None:
            room = min(room, row["wanted"] - len(had))
        for child in _next(children, not_these, room):
            children.remove(child)
            until = unit.today + timedelta(days=rules.hold_days)
            found.append(Hold(uuid7(), child, row["id"], unit.today, until))
    return found


def _next(children: Sequence[UUID], not_these: set[UUID], room: int) -> list[UUID]:
    return [each for each in children if each not in not_these][: max(room, 0)]
