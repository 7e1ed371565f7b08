"""A seminar: a fieldworker and somebody who fled speak. Another one who fled withdraws, and that slot is flagged."""

from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.events.guests import ask, contact, guest, hold, times
from shared.cli.demo.chapters.intake.people import adults
from shared.cli.demo.steps import Steps

AGREED, TRAINING, TRAINED, ANNOUNCED, SLOTS, ASKED, WITHDRAWN, SEMINAR, TOLD = (
    145, 155, 156, 160, 161, 170, 185, 192, 193,
)  # fmt: skip
"""Days after the first one."""
ZONE, OFFSET = "Asia/Tokyo", "+09:00"
USES = ("voice",)
SCOPES = ("speaking", *USES)
THEMES = ("daily_life", "school")
FIELDWORKER = contact("Example Kai")
SPEAK, WITHDRAWS = 0, 1
"""Of the adults who agree to speak: who does, and who no longer does."""
GUESTS = (("Example Emi", True), ("Example Jun", False), ("Example Tomo", False), ("Example Rika", False))


class Seminar(Steps):
    """The seminar of a stage, and the speakers' training before it."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {
            AGREED: self._agree,
            TRAINED: self._train,
            ANNOUNCED: self._announce,
            SLOTS: self._give_slots,
            ASKED: self._ask,
            WITHDRAWN: self._withdraw,
            TOLD: self._hold,
        }

    # Asked for again under its key, each of these is what it was the first time.

    async def _training(self) -> str:
        return await self._planned("speakers_training", "Training of speakers", TRAINING, "invited")

    async def _seminar(self) -> str:
        return await self._planned("seminar", "An example seminar", SEMINAR, "open")

    async def _planned(self, kind: str, title: str, number: int, safety: str) -> str:
        body = {
            "kind": kind,
            "safety": safety,
            "seats": 20,
            "venue": {"title": title, "place": "An example hall, Tokyo"},
            "topics": ["school"],
            **times(self.day(number), ZONE, OFFSET, (14, 16)),
        }
        return str((await self.post("events", "/gatherings", kind, body))["gathering_id"])

    async def _fled(self) -> list[dict[str, Any]]:
        """Two adults of two households."""
        return await adults(self, 2)

    async def _consent(self, member: dict[str, Any]) -> str:
        body = {
            "purpose": "public_speaking",
            "scopes": sorted(SCOPES),
            "until": self.day(SEMINAR + 100).isoformat(),
            "explained_by": "caseworker-1",
            "language": "ko",
            "edition": "speaking-1",
        }
        path = f"/households/{member['household_id']}/members/{member['member_id']}/consents"
        return str((await self.post("intake", path, f"speaks/{member['member_id']}", body))["consent_id"])

    async def _speakers(self) -> list[str]:
        """The fieldworker, then those who fled."""
        who: list[dict[str, Any]] = [{"fieldworker": FIELDWORKER}]
        who += [{name: each[name] for name in ("member_id", "household_id")} for each in await self._fled()]
        return [await self._speaker(number, each) for number, each in enumerate(who)]

    async def _speaker(self, number: int, who: dict[str, Any]) -> str:
        body = {"adult": True, "topics": list(THEMES), "languages": ["ko"], **who}
        return str((await self.post("events", "/speakers", f"speaker/{number}", body))["speaker_id"])

    async def _slots(self) -> list[str]:
        seminar, found = await self._seminar(), []
        for number, speaker in enumerate(await self._speakers()):
            body = {
                "speaker_id": speaker,
                "gathering_id": seminar,
                "uses": list(USES),
                "allowed": list(THEMES),
            }
            found.append(str((await self.post("events", "/slots", f"slot/{number}", body))["slot_id"]))
        return found

    # Steps

    async def _agree(self) -> None:
        """Those who fled agree at intake, the fieldworker at events; the training is announced."""
        for member in await self._fled():
            await self._consent(member)
        fieldworker = await self._speaker(0, {"fieldworker": FIELDWORKER})
        await self.post(
            "events", f"/speakers/{fieldworker}/consent", "fieldworker", {"scopes": sorted(SCOPES)}
        )
        await self.post("events", f"/gatherings/{await self._training()}/announce", "training/announce", None)

    async def _train(self) -> None:
        await hold(self, await self._training(), "training")
        for number, speaker in enumerate(await self._speakers()):
            body = {"on": self.day(TRAINING).isoformat()}
            await self.post("events", f"/speakers/{speaker}/trained", f"trained/{number}", body)

    async def _announce(self) -> None:
        await self.post("events", f"/gatherings/{await self._seminar()}/announce", "seminar/announce", None)

    async def _give_slots(self) -> None:
        await self._slots()

    async def _ask(self) -> None:
        parties = [[guest(name, member=member)] for name, member in GUESTS]
        await ask(self, await self._seminar(), "seminar", parties)

    async def _withdraw(self) -> None:
        for member in (await self._fled())[WITHDRAWS:]:
            path = f"/households/{member['household_id']}/members/{member['member_id']}/consents"
            await self.post("intake", f"{path}/{await self._consent(member)}/withdraw", "withdraws", None)

    async def _hold(self) -> None:
        """The talks were held, but for the one that was flagged."""
        await hold(self, await self._seminar(), "seminar")
        for number, slot in enumerate((await self._slots())[: WITHDRAWS + 1]):
            await self.post("events", f"/slots/{slot}/given", f"given/{number}", None)
