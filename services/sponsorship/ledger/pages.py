"""A page of the book: children with all that is known of them, and what is written of them once they are settled."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.sponsorship.domain.aliases import new_alias
from services.sponsorship.domain.children import MAY_COME_BACK, Left, Need, Seen, need_of
from services.sponsorship.domain.holds import Hold, Moment, Sponsorship, State
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.settling import Page
from services.sponsorship.repository import children, donors, gifts, holds, placing, rooms
from services.sponsorship.tables import CHILD, GIFT, HOLD, SPONSORSHIP
from shared.contracts.sponsorship import ChildChanged, ChildStatus, GiftPlaced
from shared.messaging.unit import Unit

LET_GO = "let_go"
"""The timer of a hold's own end."""


@dataclass
class Loaded:
    """A page with the rows that it was made of; ids of holds and sponsorships that were written already, of the holds
    that were not let go then, and of those that kept their child.
    """

    page: Page
    seen: Mapping[UUID, Seen]
    needs: Mapping[UUID, Need]
    children: Mapping[UUID, RowMapping]
    gifts: Mapping[UUID, RowMapping]
    written: set[UUID]
    kept_before: set[UUID]
    held_before: set[UUID]


async def load(
    unit: Unit,
    rules: Rules,
    wanted: Collection[UUID],
    of_gifts: Collection[UUID],
    seen_now: Mapping[UUID, Seen],
) -> Loaded:
    """These who are children, with those that these gifts, or gifts of these, ever had a hold on: if a gift is free of
    one child, another one that it had may have it again.
    """
    session = unit.session
    of_them = await holds.holds_of(session, wanted, of_gifts)
    theirs = {each.gift_id for each in of_them.values()}
    of_them = await holds.holds_of(session, wanted, {*of_gifts, *theirs})
    rows = await children.known(session, {*wanted, *(each.child_id for each in of_them.values())})
    seen = {key: children.seen_in(row) for key, row in rows.items()}
    for key, each in seen_now.items():
        seen[key] = each.with_(seen.get(key, each))
    needs = await _needs(unit, rows, seen)
    of_them = await holds.holds_of(session, seen)
    supports = await holds.sponsorships_of(session, seen)
    gift_rows = await gifts.known(session, {*of_gifts, *(each.gift_id for each in of_them.values())})
    since = rules.kept_since(unit.today)
    kept = {key for key, each in of_them.items() if each.state is not State.LET_GO}
    held = {key for key, each in of_them.items() if each.state is State.HELD}
    page = Page(
        {key: need.helped for key, need in needs.items()},
        {key: gifts.gift_in(row) for key, row in gift_rows.items()},
        of_them,
        supports,
        Moment(unit.today, unit.now, rules.zone),
        uuid7,
        await holds.elsewhere(session, gift_rows, seen),
        await placing.cares(session, unit.today, seen),
        {key for key, need in needs.items() if need.left in MAY_COME_BACK},
        since,
        await rooms.kept_elsewhere(session, gift_rows, seen, rooms.KeptDays(since, unit.today)),
    )
    return Loaded(page, seen, needs, rows, gift_rows, {*of_them, *supports}, kept, held)


async def _needs(unit: Unit, rows: Mapping[UUID, RowMapping], seen: Mapping[UUID, Seen]) -> dict[UUID, Need]:
    places = await children.places(unit.session, seen)
    closed = await children.closed(unit.session, (each.household_id for each in seen.values()))
    needs = {}
    for key, each in seen.items():
        decided = rows[key]["decided"] if key in rows else None
        where = (each.household_id in closed, places.get(key, []))
        needs[key] = need_of(each, *where, Left(decided) if decided else None)
    return needs


async def write(unit: Unit, rules: Rules, loaded: Loaded, by_hand: Collection[UUID] = ()) -> None:
    """Write what has changed on a page that is settled, and say it. Staff decided the new holds that are `by_hand`."""
    page = loaded.page
    await holds.remove_sponsorships(unit.session, page.removed & loaded.written)
    changed = [page.holds[each] for each in sorted(page.changed) if each in page.holds]
    holds.save_holds(unit.writes, loaded.written, changed, unit.actor.id)
    begun = [page.sponsorships[each] for each in sorted(page.changed) if each in page.sponsorships]
    holds.save_sponsorships(unit.writes, loaded.written, begun)
    await _write_together(unit, loaded, changed, begun, by_hand)
    await _set_timers(unit, changed)
    for key in sorted(loaded.seen):
        _write_child(unit, rules, loaded, key)
    for key in sorted(loaded.gifts):
        _write_gift(unit, loaded, key)
    page.changed.clear()
    page.removed.clear()
    page.spare.clear()


async def _write_together(
    unit: Unit,
    loaded: Loaded,
    held: Collection[Hold],
    begun: Collection[Sponsorship],
    by_hand: Collection[UUID],
) -> None:
    """Write beside those who come together with this unit on which day that was, and what stood then: how long it is
    agreed to, who the sponsor is, and how many places the gift had left. What was over when it was heard brought nobody
    together now.
    """
    kept = [each for each in held if each.state is State.HELD and each.id not in loaded.kept_before]
    new = [each for each in begun if each.id not in loaded.written and each.active]
    if not (kept or new):
        return
    gifts_of = {each.gift_id for each in kept} | {each.gift_id for each in new}
    entries = await donors.entries_of(unit.session, gifts_of)
    # The rows are new, or given up and taken again, in what was gathered so far.
    unit.writes.then()
    for table, joined in ((HOLD, kept), (SPONSORSHIP, new)):
        rows = [
            {
                "id": each.id,
                "joined_on": unit.today,
                "agreed_until": loaded.page.cares[each.child_id].agreed_until,
                "joined_by": [str(entry) for entry in entries[each.gift_id]],
                "spare": _spare(loaded, each, by_hand),
            }
            for each in joined
        ]
        unit.writes.change(table, rows)


def _spare(loaded: Loaded, each: Hold | Sponsorship, by_hand: Collection[UUID]) -> int | None:
    """How many places the gift had left; None where staff gave the place by hand, or the child had it already."""
    hold = each.hold_id if isinstance(each, Sponsorship) else each.id
    is_judged = hold not in by_hand and hold not in loaded.held_before
    return loaded.page.spare.get(each.id) if is_judged else None


async def _set_timers(unit: Unit, changed: Collection[Hold]) -> None:
    held = [each for each in changed if each.state is State.HELD]
    for each in held:
        unit.later(LET_GO, {"child": str(each.child_id)}, each.until, f"{LET_GO} {each.id}")
    await unit.cancel_all({f"{LET_GO} {each.id}" for each in changed if each.state is not State.HELD})


def status_of(page: Page, rules: Rules, key: UUID) -> ChildStatus:
    """How a child stands."""
    if not page.helped[key]:
        return ChildStatus.LEFT
    if main := page.main_of(key):
        at_risk = page.gifts[main.gift_id].at_risk(rules.most_uncovered)
        return ChildStatus.AT_RISK if at_risk else ChildStatus.SPONSORED
    if page.hold_of(key):
        return ChildStatus.HELD
    return ChildStatus.OFFERED_AGAIN if page.was_sponsored(key) else ChildStatus.LISTED


def _write_child(unit: Unit, rules: Rules, loaded: Loaded, key: UUID) -> None:
    row, seen, status = loaded.children.get(key), loaded.seen[key], status_of(loaded.page, rules, key)
    need = loaded.needs[key]
    if status is ChildStatus.OFFERED_AGAIN:
        need = need.after_a_sponsor()
    now: dict[str, Any] = {
        "waiting_since": seen.since,
        "seen_household": seen.household_id,
        "household_id": need.household_id,
        "region": need.region or "",
        "points": need.points,
        "reasons": [each.value for each in need.urgent],
        "status": status.value,
        "left_reason": need.left.value if need.left else None,
    }
    earlier = row is not None and _began_earlier(loaded.page, key, row, status)
    if row is not None and not earlier and all(row[name] == value for name, value in now.items()):
        return
    version = row["version"] if row else 0
    if row is None or earlier or any(row[name] != now[name] for name in ("status", "household_id")):
        version += 1
        now["since"] = _since(unit, loaded.page, key, status, None if row else seen)
        names = {"member_id": key, "household_id": need.household_id, "version": version}
        unit.say(ChildChanged(**names, status=status.value, since=now["since"], on=unit.today))
    if row is None:
        unit.writes.insert(CHILD, [{"id": key, "version": version, "alias": new_alias(), **now}])
    else:
        unit.writes.change(CHILD, [{"id": key, "version": version, **now}])


def _began_earlier(page: Page, key: UUID, row: RowMapping, status: ChildStatus) -> bool:
    """Whether a child that is sponsored, as it was, has been so for longer than was thought."""
    main = page.main_of(key)
    same = status is ChildStatus.SPONSORED and row["status"] == status
    return same and main is not None and main.starts_on < row["since"]


def _since(unit: Unit, page: Page, key: UUID, status: ChildStatus, new: Seen | None) -> Any:
    """The day since which a child stands as it does now: that of its hold or sponsorship, however late it was told."""
    main, hold = page.main_of(key), page.hold_of(key)
    if status is ChildStatus.SPONSORED and main:
        return main.starts_on
    if status is ChildStatus.HELD and hold:
        return hold.made_on
    if new and status is ChildStatus.LISTED:
        return new.since
    over: list[Hold | Sponsorship] = [each for each in page.sponsorships.values() if each.child_id == key]
    over += [each for each in page.holds.values() if each.child_id == key]
    days = [_day_over(each) for each in over if each.id in page.changed]
    free = status in (ChildStatus.LISTED, ChildStatus.OFFERED_AGAIN)
    return max((day for day in days if day), default=unit.today) if free else unit.today


def _day_over(each: Hold | Sponsorship) -> Any:
    return each.ends_on if isinstance(each, Sponsorship) else each.closed_on


def _write_gift(unit: Unit, loaded: Loaded, key: UUID) -> None:
    row, gift = loaded.gifts[key], loaded.page.gifts[key]
    now = {"placed": loaded.page.placed(key), "wanted": 0 if gift.over else gift.wanted}
    if all(row[name] == value for name, value in now.items()):
        return
    said = row["said"] + 1
    unit.say(GiftPlaced(gift_id=key, version=said, **now, on=unit.today))
    unit.writes.change(GIFT, [{"id": key, "said": said, **now}])
