"""The good rows go in over the public interface; what a service refuses is found row by row."""

from collections.abc import Awaitable, Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from shared.cli.client import Refused, Services
from shared.cli.demo.pieces import NOT_OF_THE_CATALOGUE
from shared.cli.load.kinds import DeliveryRow, DepotRow, Entry, ItemRow, KitRow, OpeningRow, TargetRow
from shared.cli.load.rows import Rows, hang_together

STORE = "inventory"
MOST_AT_ONCE = 200
Body = Mapping[str, Any]
Send = Callable[[Sequence[Any]], Awaitable[None]]


@dataclass
class Known:
    """What the services have already: by each sheet the keys that are there, and the store's today."""

    today: date
    items: dict[str, Any]
    depots: dict[str, Any]
    kits: dict[tuple[str, str], Any]
    prices: set[str]
    references: dict[str, Any]
    measures: dict[str, Any]
    received: set[str] = field(default_factory=set)
    """References of opening stock that were found to have come in before."""

    @classmethod
    async def of(cls, services: Services) -> "Known":
        kits = await services.get(STORE, "/kit-parts")
        targets = [each for name in services.clients for each in await services.get(name, "/plan")]
        return cls(
            today=date.fromisoformat((await services.get(STORE, "/status"))["today"]),
            items={each["code"]: each for each in await services.get(STORE, "/items")},
            depots={each["code"]: each for each in await services.get(STORE, "/depots")},
            prices={each["item"] for each in await services.get(STORE, "/prices")},
            kits={(each["kit"], each["part"]): each for each in kits},
            references={
                each["reference"]: each async for each in services.each(STORE, "/planned-deliveries")
            },
            measures={each["measure"]: each for each in targets},
        )

    @property
    def kinds(self) -> dict[str, str]:
        """By code, what sort of item it is."""
        return {code: each["kind"] for code, each in self.items.items()}

    def has(self, name: str, row: Entry) -> bool:
        """Whether the row was taken before, perhaps with other values; of opening stock it is known only afterwards."""
        match row:
            case ItemRow() | DepotRow():
                there: Container[object] = self.items if isinstance(row, ItemRow) else self.depots
            case KitRow():
                there = self.kits
            case TargetRow():
                there = self.measures
            case DeliveryRow() | OpeningRow():
                return row.reference(name) in self.references.keys() | self.received
            case _:
                there = ()
        return row.key in there


@dataclass(frozen=True)
class Loading:
    """Sends the rows of one file; `name` marks what comes from it, so that it comes once.

    In a dry run the services do the same work and roll it back. A row that needs an item or depot which is new in this
    file cannot be asked about by itself then: a kit is sent with its new items, and of other rows what the store would
    refuse is checked here.
    """

    services: Services
    name: str
    rows: Rows
    known: Known
    dry_run: bool = False

    async def send(self) -> None:
        """All good rows, in the order in which they need each other; a row that is refused becomes a bad one."""
        await self._each(ItemRow, self._items)
        await self._each(ItemRow, self._prices, most=1)
        await self._each(DepotRow, lambda rows: self._catalogue(depots=[_plain(row) for row in rows]))
        hang_together(self.rows, set(self.known.items), set(self.known.depots), self.known.kinds)
        await self._each(KitRow, self._kits, by="kit")
        self._past()
        await self._each(OpeningRow, self._receive, most=1)
        await self._each(DeliveryRow, self._plan)
        for service in self.services.clients:
            await self._targets(service)

    async def _each(
        self, kind: type[Entry], send: Send, most: int = MOST_AT_ONCE, by: str | None = None
    ) -> None:
        """Send the rows of a kind in parts; those with the same value of `by` stay together."""
        found = self.rows.of(kind)
        groups: dict[object, list[str]] = {}
        for place, row in found.items():
            groups.setdefault(getattr(row, by) if by else place, []).append(place)
        together = list(groups.values())
        for start in range(0, len(together), most):
            await self._halved(together[start : start + most], found, send)

    async def _halved(self, groups: list[list[str]], found: Mapping[str, Any], send: Send) -> None:
        """Send them at once; if that is refused, half by half, until it is known which of them is to blame."""
        try:
            await send([found[place] for group in groups for place in group])
        except Refused as refused:
            if refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
            if len(groups) == 1:
                for place in groups[0]:
                    self.rows.refuse(place, _words(refused))
                return
            middle = len(groups) // 2
            await self._halved(groups[:middle], found, send)
            await self._halved(groups[middle:], found, send)

    async def _items(self, rows: Sequence[ItemRow]) -> None:
        """Sent again, an item that was retired since would be in use again."""
        known = self.known.items
        used = [row for row in rows if not known.get(row.code, {}).get("retired_on")]
        if used:
            await self._catalogue(items=[_plain(row, *NOT_OF_THE_CATALOGUE) for row in used])

    async def _prices(self, rows: Sequence[ItemRow]) -> None:
        """A price that is there stays: prices change with time, and the file would bring the old one back.

        In a dry run the store knows no item that is new in this file, and its price is not asked about.
        """
        for row in rows:
            known = not self.dry_run or row.code in self.known.items
            if row.priced and known and row.code not in self.known.prices:
                await self._post(STORE, "/prices", row.priced)

    async def _kits(self, rows: Sequence[KitRow]) -> None:
        parts = [_plain(row) for row in rows]
        if not self.dry_run:
            await self._catalogue(kit_parts=parts)
            return
        named = {row.kit for row in rows} | {row.part for row in rows}
        new = [
            each for each in self.rows.of(ItemRow).values() if each.code in named - self.known.items.keys()
        ]
        await self._catalogue(items=[_plain(each, *NOT_OF_THE_CATALOGUE) for each in new], kit_parts=parts)

    def _past(self) -> None:
        """Refuse what the store would: goods past their date, and what should have come already."""
        for place, row in self.rows.of(OpeningRow).items():
            if row.expires_on and row.expires_on < self.known.today:
                self.rows.refuse(
                    place, f"expires_on {row.expires_on} is past: what has expired is not taken in"
                )
        for place, row in self.rows.of(DeliveryRow).items():
            if row.due_on < self.known.today and row.reference(self.name) not in self.known.references:
                self.rows.refuse(
                    place, f"due_on {row.due_on} is past: what is to come has no day in the past"
                )

    def _can_be_asked(self, row: OpeningRow | DeliveryRow) -> bool:
        """Whether the store knows what the row names; in a dry run it has not been told of what is new."""
        known = row.item in self.known.items and row.depot in self.known.depots
        return known or not self.dry_run

    async def _catalogue(self, **parts: list[Body]) -> None:
        await self._post(STORE, "/catalogue", parts)

    async def _receive(self, rows: Sequence[OpeningRow]) -> None:
        for row in filter(self._can_be_asked, rows):
            expires = row.expires_on or self._by_shelf_life(row.item)
            line = {"item": row.item, "quantity": row.quantity, "expires_on": expires and expires.isoformat()}
            reference = row.reference(self.name)
            try:
                await self._post(
                    STORE, "/receipts", {"depot": row.depot, "reference": reference, "lines": [line]}
                )
            except Refused as refused:
                if refused.status != HTTPStatus.CONFLICT or reference not in str(refused):
                    raise
                self.known.received.add(reference)

    def _by_shelf_life(self, item: str) -> date | None:
        """From the day on which it is loaded, if the file says how long the item keeps."""
        lives = [each.shelf_life_days for each in self.rows.of(ItemRow).values() if each.code == item]
        return self.known.today + timedelta(days=lives[0]) if lives and lives[0] else None

    async def _plan(self, rows: Sequence[DeliveryRow]) -> None:
        asked = filter(self._can_be_asked, rows)
        body = [{**_plain(row, "name"), "reference": row.reference(self.name)} for row in asked]
        # What is there stays as it is, though its day may be past by now or it was changed by hand.
        body = [each for each in body if each["reference"] not in self.known.references]
        if not body:
            return
        await self._post(STORE, "/planned-deliveries", {"deliveries": body})

    async def _targets(self, service: str) -> None:
        found = {place: row for place, row in self.rows.of(TargetRow).items() if row.service == service}

        async def send(rows: Sequence[TargetRow]) -> None:
            await self._post(service, "/plan", {"targets": [_plain(row, "service") for row in rows]})

        places = [[place] for place in found]
        for start in range(0, len(places), 100):
            await self._halved(places[start : start + 100], found, send)

    async def _post(self, service: str, path: str, body: Body) -> None:
        """Under a new key each time: what a file says again after it was undone is done again."""
        await self.services.post(service, path, body, f"load/{uuid4()}", dry_run=self.dry_run)


def _plain(row: Entry, *without: str) -> Body:
    return row.model_dump(mode="json", exclude=set(without))


def _words(refused: Refused) -> str:
    """What a service said, on one line."""
    return "; ".join(line.strip() for line in str(refused).splitlines())
