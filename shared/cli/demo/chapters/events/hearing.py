"""A hearing abroad, with the topics of the advocacy case: more people want to come than there are seats."""

from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.events.guests import accept_offers, ask, guest, hold, times
from shared.cli.demo.chapters.events.helpers import done
from shared.cli.demo.chapters.intake.people import case_of
from shared.cli.demo.steps import Steps

PLANNED, ANNOUNCED, ASKED, GIVEN_UP, USED, HEARING, TOLD = 100, 101, 105, 110, 111, 139, 140
"""Days after the first one."""
SEATS = 6
MINUTES = 120
PARTIES = (
    ("Example Aoi", "Example Ren", "Example Saki"),
    ("Example Hugo",),
    ("Example Lena",),
    ("Example Piet",),
    ("Example Nora",),
    ("Example Omar",),
)
MEMBERS = frozenset({"Example Aoi", "Example Ren"})
LEAVES = 1
"""Of the parties, the one that gives its seat up."""
ZONE, OFFSET = "Europe/Brussels", "+01:00"
LANGUAGES = ("ko", "zh")
"""Into English."""


class Hearing(Steps):
    """The hearing of a stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {
            PLANNED: self._plan,
            ANNOUNCED: self._announce,
            ASKED: self._ask,
            GIVEN_UP: self._give_up,
            USED: self._use,
            TOLD: self._hold,
        }

    async def _hearing(self) -> str:
        """Its id; planned once."""
        case = await self.services.get("intake", f"/cases/{await case_of(self)}")
        languages = [
            {"source": each, "target": "en", "level": "cefr:c1", "mode": "consecutive"} for each in LANGUAGES
        ]
        body: dict[str, Any] = {
            "kind": "hearing",
            "safety": "open",
            "seats": SEATS,
            "venue": {"title": "Hearing of an example committee", "place": "An example building, Brussels"},
            "languages": languages,
            "topics": sorted(case["topics"]),
            "papers_due_on": self.day(HEARING - 10).isoformat(),
            **times(self.day(HEARING), ZONE, OFFSET),
        }
        return str((await self.post("events", "/gatherings", "hearing", body))["gathering_id"])

    async def _plan(self) -> None:
        await self._hearing()

    async def _announce(self) -> None:
        await self.post("events", f"/gatherings/{await self._hearing()}/announce", "hearing/announce", None)

    async def _parties(self) -> list[str]:
        parties = [[guest(each, member=each in MEMBERS) for each in party] for party in PARTIES]
        return await ask(self, await self._hearing(), "hearing", parties)

    async def _ask(self) -> None:
        await self._parties()

    async def _give_up(self) -> None:
        party = (await self._parties())[LEAVES]
        path = f"/gatherings/{await self._hearing()}/parties/{party}/give-up"
        await self.post("events", path, "hearing/give-up", {})

    async def _use(self) -> None:
        await accept_offers(self, await self._hearing(), "hearing")

    async def _hold(self) -> None:
        hearing = await self._hearing()
        await hold(self, hearing, "hearing")
        for need in await self.all_of("events", "/needs", gathering_id=hearing):
            await done(self, need, MINUTES)
