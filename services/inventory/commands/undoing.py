"""What was done by mistake is undone: a line of the ledger, a whole paper, a hand-out.

Each line is undone in the lot that it moved, with its date, and in no other.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select
from uuid_utils.compat import uuid7

from services.inventory.commands.planning import gone_again
from services.inventory.commands.room import no_way_back, too_much
from services.inventory.domain.movements import Cause, Earlier
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Lot, ShelfKey
from services.inventory.ledger import StockLedger
from services.inventory.repository import receipts, stock
from services.inventory.tables import MOVEMENT, RECEIPT
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing

LINE = MOVEMENT.c
BY_LINE = ("received", "adjusted", "counted")
"""Kinds of lines that may be undone one by one; of others the whole paper is undone."""
BY_PAPER = (*BY_LINE, "transferred", "used", "assembled")


@dataclass(frozen=True)
class Undone:
    """It is undone; the new lines of the ledger name this document. `words` are what is to be known about it."""

    document_id: UUID
    words: str = ""


Moved = Row[tuple[UUID, str, str, str, int, UUID, UUID | None, date]]


async def reverse(unit: Unit, rules: Rules, movement_id: UUID, note: str) -> Undone | Refused:
    """Undo one line of the ledger by its opposite, once.

    Refused for an unknown line, one that is not undone by itself, one that was undone, for goods that came in and were
    handed out or moved on since, and for goods that were taken off and have expired since.
    """
    moved = (await _lines(unit, LINE.id == movement_id)).get(movement_id)
    if moved is None:
        return missing(f"movement {movement_id}")
    if moved.kind not in BY_LINE:
        return conflict(_ADVICE.get(moved.kind, "This line of the ledger moved no goods by itself."))
    return await _undo(unit, rules, [moved], note)


_ADVICE = {
    **dict.fromkeys(
        ("transferred", "used", "assembled"),
        "This is one side of it only: undo the whole paper by its document id.",
    ),
    "delivered": "A hand-out is undone as a whole, by its delivery id.",
    "expired": "What is past its date was thrown out; it does not come back.",
    "reversed": "This line undid another one: enter what was right anew.",
}


async def undo_paper(unit: Unit, rules: Rules, document_id: UUID, note: str) -> Undone | Refused:
    """Undo all that one paper moved and that was not undone yet: a receipt, a count, a transfer, kits put together.

    Refused, with nothing undone, for an unknown paper, for one that was undone, and if one of its lines cannot be.
    """
    lines = await _lines(unit, LINE.document_id == document_id)
    if not lines:
        return missing(f"paper {document_id}")
    if any(each.kind not in BY_PAPER for each in lines.values()):
        return conflict("Goods that were handed out or undone are not undone by this paper.")
    return await _undo(unit, rules, list(lines.values()), note, whole=True)


async def _lines(unit: Unit, condition: object) -> dict[UUID, Moved]:
    row = LINE
    query = select(
        row.id, row.depot, row.item, row.kind, row.on_hand, row.lot_id, row.document_id, row.on_day
    )
    found = await unit.session.execute(query.where(condition, row.on_hand != 0))  # type: ignore[arg-type]
    return {each.id: each for each in found}


async def _undo(
    unit: Unit, rules: Rules, lines: Sequence[Moved], note: str, *, whole: bool = False
) -> Undone | Refused:
    document, items = uuid7(), {each.item for each in lines}
    # First, for two lines of one receipt may lie on different shelves: of two who undo them at once the second sees
    # that nothing of the receipt is left.
    await receipts.lock(unit.session, _papers(lines))
    async with StockLedger.open(unit, rules, items=items, document=document) as ledger:
        # Looked up under the lock of the shelves, so that of two who undo a line at once the second sees the first.
        ids = [each.id for each in lines]
        before = set(await unit.session.scalars(select(LINE.reverses).where(LINE.reverses.in_(ids))))
        if before and (not whole or len(before) == len(ids)):
            return ledger.refuse(conflict("This movement was reversed before."))
        rest = [each for each in lines if each.id not in before]
        for each in sorted(rest, key=lambda each: each.on_hand):
            lot = await stock.lot_of(unit.session, each.lot_id)
            if refused := _gone(lot, each, unit.today) or too_much(
                ledger, (each.depot, each.item), -each.on_hand
            ):
                return ledger.refuse(refused)
            cause = Cause(note=note, reverses=each.id, undoes=Earlier(each.kind, each.on_day))
            ledger.move_lot((each.depot, each.item), lot, -each.on_hand, "reversed", cause)
        await _settle(ledger, rest)
        words = await counted_since(unit, rest)
    await _free_receipts(unit, rest)
    return Undone(document, words)


async def _settle(ledger: StockLedger, lines: Iterable[Moved]) -> None:
    keys = {(each.depot, each.item) for each in lines}
    for key in sorted(keys):
        await ledger.cut_back(key)
        await ledger.redeal(key)
    await ledger.fill(keys)


def _gone(lot: Lot, line: Moved, today: date) -> Refused | None:
    """Refused if a lot is no longer as the movement that is to be undone left it."""
    if lot.on_hand < line.on_hand:
        lacking = line.on_hand - lot.on_hand
        gone = lacking - lot.blocked
        if gone <= 0:
            return conflict(
                f"{lacking:,} of the {line.item} that came in are blocked in {line.depot}. Unblock "
                "the lot and undo this before anybody gets some; or leave it blocked, as none of it is given out."
            )
        return conflict(
            f"Of the {line.on_hand:,} of {line.item} that came in, {gone:,} left {line.depot} since. "
            "Count what is there instead."
        )
    return no_way_back(lot, line.depot, line.item, today) if line.on_hand < 0 else None


async def counted_since(unit: Unit, lines: Iterable[Row[Any]]) -> str:
    """Words for each shelf that was counted after what is undone: the count was of goods that are different now."""
    first: dict[ShelfKey, UUID] = {}
    for each in lines:
        key = each.depot, each.item
        first[key] = min(each.id, first.get(key, each.id))
    words = []
    for (depot, item), line in sorted(first.items()):
        later = (LINE.depot == depot, LINE.item == item, LINE.kind == "counted", LINE.id > line)
        on = await unit.session.scalar(select(func.max(LINE.on_day)).where(*later))
        words += [f"{depot} was counted on {on}, after this: count {item} again."] if on else []
    return " ".join(words)


def _papers(lines: Iterable[Moved]) -> set[UUID]:
    return {each.document_id for each in lines if each.kind == "received" and each.document_id}


async def _free_receipts(unit: Unit, lines: Iterable[Moved]) -> None:
    """What came of a planned delivery is to come again; a receipt of which nothing is left frees its reference."""
    came: dict[UUID, Counter[str]] = {}
    for each in lines:
        if each.kind == "received" and each.document_id:
            came.setdefault(each.document_id, Counter())[each.item] += each.on_hand
    for receipt_id, goods in came.items():
        planned = await unit.session.scalar(select(RECEIPT.c.planned_id).where(RECEIPT.c.id == receipt_id))
        for item, quantity in goods.items():
            if planned:
                await gone_again(unit, planned, item, quantity)
    if came:
        await receipts.tell(unit, came)
