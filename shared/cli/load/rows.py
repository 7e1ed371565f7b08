"""Whether a row can be taken: each by itself, so that a bad one keeps no other out."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from shared.cli.load.kinds import SHEETS, DeliveryRow, DepotRow, Entry, ItemRow, KitRow, OpeningRow
from shared.plainly import reason_of


def _not_bool(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("is neither text, number nor date")  # noqa: TRY004 - pydantic tells these alone
    return value


@dataclass(frozen=True)
class Raw:
    """A row as it was read; `place` says where, like "items, row 4"."""

    sheet: str
    place: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """A row that is not taken, and why."""

    place: str
    reason: str


@dataclass
class Rows:
    """What a file holds: good rows by their place, in the order of the sheets, and the bad ones."""

    good: dict[str, Entry] = field(default_factory=dict)
    bad: list[Fault] = field(default_factory=list)
    broken_kits: set[str | None] = field(default_factory=set)
    """Kits of which a row is bad; None for one that cannot be told."""

    def of(self, kind: type[Entry]) -> dict[str, Any]:
        return {place: each for place, each in self.good.items() if isinstance(each, kind)}

    def refuse(self, place: str, reason: str) -> None:
        gone = self.good.pop(place, None)
        if isinstance(gone, KitRow):
            self.broken_kits.add(gone.kit)
        self.bad.append(Fault(place, reason))


def checked(raw: Iterable[Raw]) -> Rows:
    """Each row in its form, or why not; of two with one key the first counts."""
    rows = Rows()
    first: dict[tuple[str, object], str] = {}
    for each in raw:
        try:
            entry = SHEETS[each.sheet].model_validate(
                {name: _not_bool(value) for name, value in each.values.items()}
            )
        except (ValidationError, ValueError) as error:
            rows.bad.append(Fault(each.place, _reasons(error)))
            if each.sheet == KitRow.sheet:
                rows.broken_kits.add(str(each.values["kit"]) if each.values.get("kit") else None)
            continue
        before = first.setdefault((each.sheet, entry.key), each.place)
        if before != each.place:
            rows.bad.append(Fault(each.place, f"is the same as {before}"))
        else:
            rows.good[each.place] = entry
    return rows


def _one_set_each(rows: Rows) -> None:
    """Of two items that would be clothing of one season and size the first counts."""
    first: dict[tuple[str, str], str] = {}
    for place, row in rows.of(ItemRow).items():
        if row.season and row.size and (before := first.setdefault((row.season, row.size), place)) != place:
            rows.refuse(
                place, f"is clothing of the same season and size as {before}: one season and size, one item"
            )


def hang_together(
    rows: Rows, items: set[str], depots: set[str], kinds: Mapping[str, str] | None = None
) -> None:
    """Refuse what names something that is neither in the file nor in the store (`items`, `depots`).

    `kinds` are those of the store's items: a kit is made of parts, and of nothing else.

    A kit is taken whole or not at all: with a part left out it would be put together without it, and without any part
    households would wait for it in vain.
    """
    _one_set_each(rows)
    _nothing_unknown(rows, items, depots)
    _kits_of_parts(rows, kinds or {})
    whole_kits(rows)
    for place, row in rows.of(ItemRow).items():
        if row.kind == "kit" and row.code not in items and _is_broken(rows, row.code):
            rows.refuse(place, "a row of what it is made of is bad: mend that row first")
    _nothing_unknown(rows, items, depots)


def _kits_of_parts(rows: Rows, kinds: Mapping[str, str]) -> None:
    known = {**kinds, **{each.code: each.kind for each in rows.of(ItemRow).values()}}
    for place, row in rows.of(KitRow).items():
        for code, kind in ((row.kit, "kit"), (row.part, "part")):
            if known.get(code, kind) != kind and place in rows.good:
                rows.refuse(
                    place,
                    f"{code} is {known[code]}, not a {kind}: a kit is made of parts, and of nothing else",
                )


def _nothing_unknown(rows: Rows, items: set[str], depots: set[str]) -> None:
    items = items | {each.code for each in rows.of(ItemRow).values()}
    depots = depots | {each.code for each in rows.of(DepotRow).values()}
    for place, row in list(rows.good.items()):
        for what, code, known in _named(row, items, depots):
            if code not in known and place in rows.good:
                rows.refuse(place, f"there is no {what} {code} in the file or the store")


def whole_kits(rows: Rows) -> None:
    """Refuse the other parts of a kit of which a row is bad; of every kit if that row does not tell which it is."""
    for place, row in rows.of(KitRow).items():
        if _is_broken(rows, row.kit):
            rows.refuse(
                place, "another row of this kit is bad, and a kit is taken whole: mend that row first"
            )


def _is_broken(rows: Rows, kit: str) -> bool:
    return kit in rows.broken_kits or None in rows.broken_kits


def _named(row: Entry, items: set[str], depots: set[str]) -> Iterator[tuple[str, str, set[str]]]:
    match row:
        case KitRow():
            yield "item", row.kit, items
            yield "item", row.part, items
        case OpeningRow() | DeliveryRow():
            yield "depot", row.depot, depots
            yield "item", row.item, items


def _reasons(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error)
    return "; ".join(_reason(each) for each in error.errors(include_url=False, include_input=False))


def _reason(each: Any) -> str:
    place = ".".join(str(part) for part in each["loc"])
    return f"{place} {reason_of(each)}".strip()
