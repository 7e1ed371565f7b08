"""What the others are told of goods that came in. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.inventory.domain.items import Catalogue, Kind
from shared.contracts.inventory import BED, CameLine, GoodsReceived


@dataclass(frozen=True)
class Came:
    """What came in under a receipt, by item in base units, and was not undone since."""

    receipt_id: UUID
    version: int
    received_on: date
    quantities: Mapping[str, int]


def fact_of(came: Came, catalogue: Catalogue, on: date) -> GoodsReceived:
    """What the others are told. A bed's item may name its shelter, so all beds are called alike, and so is an item
    that is not in the catalogue: it may be one.
    """
    told = Counter[tuple[str, str]]()
    for code, quantity in came.quantities.items():
        item = catalogue.get(code)
        bed = item is None or item.kind is Kind.BED
        told[BED if bed else code, item.unit if item else ""] += quantity
    return GoodsReceived(
        receipt_id=came.receipt_id,
        version=came.version,
        lines=tuple(
            CameLine(item=item, quantity=many, unit=unit) for (item, unit), many in sorted(told.items())
        ),
        received_on=came.received_on,
        on=on,
    )
