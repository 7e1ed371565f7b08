"""Items, depots and bills of materials are added or changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import ARRAY, String, bindparam, delete, text, update
from sqlalchemy.exc import IntegrityError

from services.inventory.domain.items import GIVEN_WHOLE, Catalogue, Item, Kind
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot
from services.inventory.ledger import FORECAST, StockLedger
from services.inventory.repository.catalogue import load_catalogue, load_depots, save
from services.inventory.repository.reservations import name_needs, rename_needs
from services.inventory.tables import DEPOT, ITEM, KIT_PART
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing


@dataclass(frozen=True)
class NewDepot:
    """A store or a shelter (`kind`: depot or shelter)."""

    code: str
    name: str
    kind: str
    region: str


@dataclass(frozen=True)
class KitPart:
    """How many of a part go into one kit."""

    kit: str
    part: str
    quantity: int


@dataclass(frozen=True)
class Line:
    """A line of a bill of materials that is to be taken out."""

    kit: str
    part: str


@dataclass(frozen=True)
class Loaded:
    """How many of each were taken."""

    items: int
    depots: int
    kit_parts: int


async def load(
    unit: Unit,
    rules: Rules,
    items: Sequence[Item],
    depots: Sequence[NewDepot],
    kit_parts: Sequence[KitPart],
    taken_out: Sequence[Line] = (),
) -> Loaded | Refused:
    """Add items, depots and bills of materials, or give those there new values; of two of one code the later counts.

    What was asked for before the catalogue had it gets its item's code, and what lies on the shelves of items that are
    another kind or size now goes to those who wait for it. Refused for two items of clothing with one season and size,
    for a depot that would become a shelter (the other services were told its code), for another unit or kind while
    anything stands on the item, and for a bill of materials that cannot be: of what is no kit, or with what is no part.
    """
    await unit.renew()
    before = await load_catalogue(unit.session)
    refused = _turned(await load_depots(unit.session), depots) or await _stands(unit, before, items)
    if refused := refused or _no_bill(before, items, kit_parts):
        return refused
    by_code = {each.code: _row(each) for each in items}
    places = {each.code: asdict(each) for each in depots}
    parts = {(each.kit, each.part): asdict(each) for each in kit_parts}
    try:
        await save(unit.session, ITEM, list(by_code.values()))
    except IntegrityError:
        return conflict("Two items would be clothing of one season and size.")
    await save(unit.session, DEPOT, list(places.values()))
    await save(unit.session, KIT_PART, list(parts.values()))
    for line in taken_out:
        mine = (KIT_PART.c.kit == line.kit, KIT_PART.c.part == line.part)
        await unit.session.execute(delete(KIT_PART).where(*mine))
    known = await load_catalogue(unit.session)
    await name_needs(unit.session, known)
    await _offer(unit, rules, [code for code in by_code if known.kind(code) in GIVEN_WHOLE])
    unit.remind(FORECAST)
    return Loaded(len(by_code), len(places), len(parts))


def _row(item: Item) -> dict[str, Any]:
    """As it is kept; one that was retired and is loaded again is in use again."""
    return {**{name: value for name, value in asdict(item).items() if name != "retired"}, "retired_on": None}


async def _stands(unit: Unit, known: Catalogue, items: Sequence[Item]) -> Refused | None:
    """Refused if an item would have another unit or kind while promises, plans, kits, what is bought or the ledger use
    the old one.

    Goods that are gone count too: their papers can still be undone, and figures of the past are read in today's unit.
    """
    other = [
        each.code
        for each in items
        if (old := known.get(each.code)) and (old.unit, old.kind) != (each.unit, each.kind)
    ]
    if not other:
        return None
    standing = sorted(await unit.session.scalars(_STANDING, {"items": other}))
    if not standing:
        return None
    why = "; ".join(
        f"{code} has goods, reservations, planned deliveries, kits, a price or purchases" for code in standing
    )
    return conflict(
        f"An item keeps its unit and kind once anything is written down of it: {why}. "
        "Add another item with the right ones, and retire this one."
    )


_STANDING = text("""
    SELECT code FROM unnest(:items) AS asked (code) WHERE
        EXISTS (SELECT FROM lot WHERE lot.item = code)
        OR EXISTS (SELECT FROM reservation WHERE requested_item = code AND wanted > delivered + released + lapsed)
        OR EXISTS (SELECT FROM reservation WHERE reservation.item = code AND wanted > delivered + released + lapsed)
        OR EXISTS (SELECT FROM planned_delivery plan
            WHERE plan.item = code AND received_on IS NULL AND closed_on IS NULL)
        OR EXISTS (SELECT FROM kit_part WHERE kit = code OR part = code)
        OR EXISTS (SELECT FROM price WHERE price.item = code)
        OR EXISTS (SELECT FROM purchase WHERE purchase.item = code AND status = 'proposed')
""").bindparams(bindparam("items", type_=ARRAY(String)))


def _no_bill(known: Catalogue, items: Sequence[Item], lines: Sequence[KitPart]) -> Refused | None:
    """Refused for a bill of materials of what is no kit, or with what is no part: such kits are never put together."""
    kinds = {each.code: each.kind for each in items}
    errors = []
    for each in lines:
        for name, code, kind in (("kit", each.kit, Kind.KIT), ("part", each.part, Kind.PART)):
            found = kinds.get(code) or known.kind(code)
            if found is None:
                errors.append((f"kit_parts.{name}", f"there is no item {code}"))
            elif found is not kind:
                errors.append((f"kit_parts.{name}", f"{code} is {found}, not a {kind}"))
    return invalid("A kit is made of parts, and of nothing else.", *errors) if errors else None


@dataclass(frozen=True)
class Retired:
    """An item is given out no more once its stock is gone; those who waited for it wait for the other one."""

    item: str
    replaced_by: str | None


async def retire(unit: Unit, rules: Rules, code: str, replaced_by: str | None) -> Retired | Refused:
    """Nobody asks for an item any more, and nothing more of it comes in; what is there is given out as before.

    Those who wait for it and were given nothing wait for the other item from now on, and kits are made of the other
    one. Refused for an unknown item, for what rations are made of, while deliveries of it are planned, if somebody
    would wait or kits would lack a part for ever, and for a replacement of another kind or unit.
    """
    await unit.renew()
    known = await load_catalogue(unit.session)
    item = known.get(code)
    if item is None:
        return missing(f"item {code}")
    if refused := await _kept(unit, rules, item, known.get(replaced_by or ""), replaced_by):
        return refused
    await unit.session.execute(update(ITEM).where(ITEM.c.code == code).values(retired_on=unit.today))
    if replaced_by:
        for statement in _OTHER_PART:
            await unit.session.execute(statement, {"item": code, "other": replaced_by})
        await rename_needs(unit.session, {code: replaced_by})
        await _offer(unit, rules, [replaced_by])
    unit.remind(FORECAST)
    return Retired(code, replaced_by)


async def _kept(
    unit: Unit, rules: Rules, item: Item, other: Item | None, replaced_by: str | None
) -> Refused | None:
    if item.code == rules.ration_item:
        return conflict(f"Rations are made of {item.code}: set RELIEF_RATION_ITEM to another food first.")
    if replaced_by and (other is None or other.retired or (other.kind, other.unit) != (item.kind, item.unit)):
        words = f"{item.code} is replaced by an item of the same kind and unit."
        return invalid(words, ("replaced_by", "is none"))
    if await unit.session.scalar(_PLANNED, {"item": item.code}):
        return conflict(f"Deliveries of {item.code} are planned: close them first.")
    if not replaced_by and await unit.session.scalar(_WAITED_FOR, {"item": item.code}):
        return conflict(f"Households wait for {item.code}: say what replaces it.")
    if not replaced_by and await unit.session.scalar(_PART_OF, {"item": item.code}):
        return conflict(
            f"Kits are made of {item.code}: say what replaces it, or take it out of their bills first."
        )
    return None


_PLANNED = text("""
    SELECT EXISTS (SELECT FROM planned_delivery WHERE item = :item AND received_on IS NULL AND closed_on IS NULL)
""")
_PART_OF = text("SELECT EXISTS (SELECT FROM kit_part WHERE part = :item)")
_OTHER_PART = (
    text("""
        INSERT INTO kit_part (kit, part, quantity) SELECT kit, :other, quantity FROM kit_part WHERE part = :item
        ON CONFLICT (kit, part) DO UPDATE SET quantity = kit_part.quantity + excluded.quantity
    """),
    text("DELETE FROM kit_part WHERE part = :item"),
)
_WAITED_FOR = text("""
    SELECT EXISTS (SELECT FROM reservation WHERE requested_item = :item
                   AND wanted > reserved + delivered + released + lapsed)
""")


async def _offer(unit: Unit, rules: Rules, codes: Sequence[str]) -> None:
    if codes:
        async with StockLedger.open(unit, rules, codes) as ledger:
            await ledger.fill([shelf.key for shelf in ledger.shelves()])


def _turned(known: Sequence[Depot], wanted: Sequence[NewDepot]) -> Refused | None:
    shelters = {depot.code: depot.shelter for depot in known}
    for each in wanted:
        if shelters.get(each.code, each.kind == "shelter") != (each.kind == "shelter"):
            return conflict(
                f"{each.code} stays what it is, a depot or a shelter. Give the other one a new code."
            )
    return None
