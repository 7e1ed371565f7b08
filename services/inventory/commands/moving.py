"""Goods move from one depot to another, and parts into kits."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.inventory.commands.naming import unknown
from services.inventory.commands.room import too_much
from services.inventory.domain.kits import Assembled, MissingParts, assemble, dates_of
from services.inventory.domain.larder import Dated
from services.inventory.domain.movements import Cause
from services.inventory.domain.reasons import Because, InStore
from services.inventory.domain.rules import Rules
from services.inventory.ledger import StockLedger
from services.inventory.repository.catalogue import bill_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, invalid


@dataclass(frozen=True)
class Papers:
    """It is done; the lines of the ledger name this document."""

    document_id: UUID


async def transfer(
    unit: Unit, rules: Rules, source: str, target: str, item: str, quantity: int, note: str
) -> Papers | Refused:
    """Move free stock from one depot to another; lots keep their date.

    Refused for an unknown depot or item, for one depot named twice, and for more than is free.
    """
    document, here, there, cause = uuid7(), (source, item), (target, item), Cause(note=note)
    async with StockLedger.open(unit, rules, document=document) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [source, target], [item]):
            return ledger.refuse(refused)
        if source == target:
            words = "Goods move from one depot to another."
            return ledger.refuse(invalid(words, ("to_depot", "is where they are already")))
        await ledger.lock({item}, making={here, there})
        free = ledger.shelf(here).free
        if quantity > free:
            words = f"{source} has {free:,} of {item} free; {quantity:,} cannot be moved."
            return ledger.refuse(invalid(words))
        if refused := too_much(ledger, there, quantity):
            return ledger.refuse(refused)
        for lot, taken in await ledger.take_dated(here, quantity, "transferred", cause):
            ledger.receive(there, taken, lot.expires, "transferred", cause)
        await ledger.fill({there})
        return Papers(document)


async def put_together(
    unit: Unit, rules: Rules, depot: str, kit: str, wanted: int
) -> Assembled | MissingParts | Refused:
    """Put kits together from free parts of one depot, as many as the parts allow. Each expires with its first part.

    Refused for an unknown depot or kit, and for a kit without a bill of materials.
    """
    key = (depot, kit)
    async with StockLedger.open(unit, rules, document=uuid7()) as ledger:
        if refused := unknown(ledger.catalogue, ledger.depots, [depot], [kit]):
            return ledger.refuse(refused)
        bill = await bill_of(unit.session, kit)
        if not bill:
            words = f"{kit} has no bill of materials: load its parts first."
            return ledger.refuse(invalid(words, ("kit", "has no parts")))
        await ledger.lock({kit, *bill}, making={key})
        made = assemble(bill, [ledger.shelf((depot, part)) for part in bill], wanted)
        if isinstance(made, Assembled):
            if refused := too_much(ledger, key, made.kits):
                return ledger.refuse(refused)
            taken: dict[str, list[Dated]] = {}
            for part, used in sorted(made.used.items()):
                cause = Cause(Because(InStore.USED, made.kits))
                lots = await ledger.take_dated((depot, part), used, "used", cause)
                taken[part] = [(lot.expires or date.max, quantity) for lot, quantity in lots]
            cause = Cause(Because(InStore.ASSEMBLED, made.kits, wanted))
            dates = dates_of(bill, taken, made.kits)
            for until, kits in dates:
                ledger.receive(key, kits, None if until == date.max else until, "assembled", cause)
            await ledger.fill({key})
            return replace(made, expires=dates[0][0], document_id=ledger.document)
        return made
