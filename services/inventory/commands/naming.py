"""What a command names must be there, and be named once."""

from collections import Counter
from collections.abc import Iterable, Sequence

from services.inventory.domain.items import Catalogue
from services.inventory.domain.stock import Depot
from shared.outcomes import Refused, invalid


def unknown(
    catalogue: Catalogue,
    stores: Iterable[Depot],
    depots: Sequence[str],
    items: Sequence[str],
    *,
    coming: bool = False,
) -> Refused | None:
    """Refused for a depot or an item that is not in the catalogue, for an item named more than once, and of goods that
    are `coming` in for one that is retired.
    """
    known = {depot.code for depot in stores}
    errors = [("depot", f"there is no depot {code}") for code in depots if code not in known]
    errors += [("item", f"there is no item {code}") for code in items if catalogue.get(code) is None]
    twice = [code for code, times in Counter(items).items() if times > 1]
    errors += [("item", f"{code} is named more than once") for code in twice]
    retired = [code for code in items if coming and (item := catalogue.get(code)) and item.retired]
    errors += [("item", f"{code} is retired: nothing more of it comes in") for code in retired]
    if not errors:
        return None
    return invalid("Something named here is not in the catalogue, or named twice.", *errors)
