"""Who is registered, and who comes and leaves later."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from rich.console import Console

from shared.cli import Trouble
from shared.cli.demo.chapter import Chapter, Read, Results, Stage
from shared.cli.demo.chapters.intake.moving import Moving
from shared.cli.operate.own.intake import import_register
from shared.cli.operate.rows import show_bad_rows


@dataclass(frozen=True)
class Registered(Results):
    """Who was registered. `report` is that of the import."""

    households: int
    people: int
    report: Mapping[str, Any]

    @property
    def errors(self) -> int:
        return int(self.report["bad_rows"])

    def headlines(self, console: Console) -> None:
        show_bad_rows(console, self.report)
        console.print(f"\n[bold]{self.households:,} households, {self.people:,} people registered[/bold]")
        if self.errors:
            console.print(f"{self.errors:,} rows of the register could not be taken; see above.", style="red")

    def as_json(self) -> dict[str, Any]:
        return {"households": self.households, "people": self.people}


class Intake(Chapter):
    """Households are registered, and everything else follows from that."""

    registers = True

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._report: dict[str, Any] = {}
        self._moving = Moving(stage)

    async def people_come(self, read: Read) -> None:
        self._report = await import_register(self.services, self.stage.register, read)
        read(self._report["rows"], self._report["rows"])
        if self._report["bad_rows"] and not await self.households():
            show_bad_rows(Console(stderr=True), self._report)
            raise Trouble(
                f"Nobody was registered: no row of {self.stage.register} could be taken, as told above. Mend it, and "
                "say it again."
            )

    async def people_act(self, day: date) -> bool:
        return await self._moving.goes_on(day)

    async def households(self) -> int | None:
        counts = await self.services.get("intake", "/counts")
        return sum(int(n) for status, n in counts["households_by_status"].items() if status != "closed")

    async def last_registration(self) -> tuple[datetime, str] | None:
        households = [each async for each in self.services.each("intake", "/households")]
        if not households:
            return None
        last = max(households, key=lambda household: household["registered_at"])
        return datetime.fromisoformat(last["registered_at"]), last["registered_on"]

    async def gather(self) -> Registered:
        counts = await self.services.get("intake", "/counts")
        return Registered(counts["households"], counts["people"], self._report)
