"""What the store of the tests keeps."""

from typing import Any

from shared.contracts.intake import ClothingSize

PARTS = {"bandage": 3, "soap": 1}
"""What one first-aid kit is made of."""

_ITEMS = [
    {"code": "rice", "name": "Rice", "kind": "food", "unit": "g"},
    {"code": "first-aid-kit", "name": "First-aid kit", "kind": "kit", "unit": "kit"},
    {"code": "bed", "name": "Bed", "kind": "bed", "unit": "place"},
    *({"code": part, "name": part.title(), "kind": "part", "unit": "piece"} for part in PARTS),
]
_CLOTHES = [
    {
        "code": f"{season}-{size.value}",
        "name": f"{season} {size.value}",
        "kind": "clothing",
        "unit": "set",
        "season": season,
        "size": size.value,
    }
    for season in ("winter", "summer")
    for size in ClothingSize
]
_DEPOTS = [
    {"code": "depot-north", "name": "North depot", "kind": "depot", "region": "north"},
    {"code": "depot-south", "name": "South depot", "kind": "depot", "region": "south"},
    {"code": "house-north", "name": "North house", "kind": "shelter", "region": "north"},
    {"code": "house-south", "name": "South house", "kind": "shelter", "region": "south"},
]

CATALOGUE: dict[str, Any] = {
    "items": [*_ITEMS, *_CLOTHES],
    "depots": _DEPOTS,
    "kit_parts": [{"kit": "first-aid-kit", "part": part, "quantity": n} for part, n in PARTS.items()],
}


def depot_of(item: str, region: str) -> str:
    """Where the tests keep an item."""
    return f"house-{region}" if item == "bed" else f"depot-{region}"
