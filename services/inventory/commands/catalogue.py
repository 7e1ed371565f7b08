"""Items, depots and bills of materials are added or changed."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy.exc import IntegrityError

from services.inventory.domain.items import GIVEN_WHOLE, Item
from services.inventory.domain.rules import Rules
from services.inventory.domain.stock import Depot
from services.inventory.ledger import FORECAST, StockLedger
from services.inventory.repository.catalogue import load_catalogue, load_depots, save
from services.inventory.repository.reservations import name_needs
from services.inventory.tables import DEPOT, ITEM, KIT_PART
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict


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
class Loaded:
    """How many of each were taken."""

    items: int
    depots: int
    kit_parts: int


async def load(
    unit: Unit, rules: Rules, items: Sequence[Item], depots: Sequence[NewDepot], kit_parts: Sequence[KitPart]
) -> Loaded | Refused:
    """Add items, depots and bills of materials, or give those there new values; of two of one code the later counts.

    What was asked for before the catalogue had it gets its item's code, and what lies on the shelves of items that are
    another kind or size now goes to those who wait for it. Refused for two items of clothing with one
    season and size, and for a depot that would become a shelter: the other services were told its code.
    """
    await unit.renew()
    if refused := _turned(await load_depots(unit.session), depots):
        return refused
    by_code = {each.code: asdict(each) for each in items}
    places = {each.code: asdict(each) for each in depots}
    parts = {(each.kit, each.part): asdict(each) for each in kit_parts}
    try:
        await save(unit.session, ITEM, list(by_code.values()))
    except IntegrityError:
        return conflict("Two items would be clothing of one season and size.")
    await save(unit.session, DEPOT, list(places.values()))
    await save(unit.session, KIT_PART, list(parts.values()))
    known = await load_catalogue(unit.session)
    await name_needs(unit.session, known)
    await _offer(unit, rules, [code for code in by_code if known.kind(code) in GIVEN_WHOLE])
    unit.remind(FORECAST)
    return Loaded(len(by_code), len(places), len(parts))


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
