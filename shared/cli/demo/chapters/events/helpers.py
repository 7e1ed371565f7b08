"""Volunteers with languages: they are checked, asked by the system for what they fit, and agree."""

from datetime import date
from typing import Any, NamedTuple

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.events.guests import contact
from shared.cli.demo.steps import Steps

COME, TRANSLATED, LEAVE_IT = 92, 130, 224
"""Days after the first one: when volunteers come, and when what was done for letters and for households that settled
is told."""
CHECKS = ("police_record", "safeguarding", "confidentiality")
OFFERED, ACCEPTED = "offered", "accepted"
SETTLEMENT, TRANSLATE = "settlement", "translate_letter"
MINUTES, LETTER_MINUTES = 600, 40
"""What the helper of the couple does in all, and what a letter takes."""


class Helper(NamedTuple):
    """An invented volunteer; all have helped elsewhere before."""

    name: str
    tasks: tuple[str, ...]
    skills: tuple[dict[str, Any], ...]
    online: bool = False


def interpreter(source: str, target: str) -> dict[str, Any]:
    return {"language": source, "into": target, "level": "cefr:c2", "modes": ["consecutive"]}


def translator(source: str, target: str) -> dict[str, Any]:
    return {"language": source, "into": target, "level": "cefr:c1"}


HELPERS = (
    Helper("Example Yuna", ("interpret", "accompany"), (interpreter("ko", "en"), interpreter("ko", "ja"))),
    Helper("Example Rui", ("interpret",), (interpreter("zh", "en"),)),
    Helper("Example Haru", (TRANSLATE,), (translator("ko", "ja"), translator("ja", "ko")), online=True),
    Helper("Example Mori", ("teach",), ({"language": "ja", "level": "cefr:c2"},), online=True),
)


class Helpers(Steps):
    """Volunteers of a stage."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {
            COME: self._come,
            TRANSLATED: self._have_translated,
            LEAVE_IT: self._have_helped,
        }

    async def goes_on(self, day: date) -> bool:
        """From the day on which there are volunteers, whoever was asked agrees on the day on which it is seen."""
        agreed = day > self.day(COME) and await self._agree()
        return await super().goes_on(day) or agreed

    async def _come(self) -> None:
        for each in HELPERS:
            body = {
                "contact": contact(each.name),
                "adult": True,
                "tasks": list(each.tasks),
                "skills": list(each.skills),
                "regions": ["tokyo"],
                "online": each.online,
                "earlier": 3,
            }
            volunteer = (await self.post("events", "/volunteers", f"helper/{each.name}", body))[
                "volunteer_id"
            ]
            for what in CHECKS:
                path = f"/volunteers/{volunteer}/checks"
                await self.post("events", path, f"check/{each.name}/{what}", {"what": what})
            for state in ("checked", "active"):
                path = f"/volunteers/{volunteer}/state"
                await self.post("events", path, f"state/{each.name}/{state}", {"state": state})

    async def _agree(self) -> bool:
        asked = [
            one["assignment_id"]
            for each in await self.all_of("events", "/needs", status=OFFERED)
            for one in each["assignments"]
            if one["state"] == OFFERED
        ]
        for each in asked:
            await self.post("events", f"/assignments/{each}/accept", f"agree/{each}", None)
        return bool(asked)

    async def _have_translated(self) -> None:
        for each in await self.all_of("events", "/needs"):
            if each["task"] == TRANSLATE:
                await done(self, each, LETTER_MINUTES)

    async def _have_helped(self) -> None:
        """The helper of those who settle is done before they leave."""
        for each in await self.all_of("events", "/needs"):
            if each["source"] == SETTLEMENT:
                await done(self, each, MINUTES)


async def done(steps: Steps, need: dict[str, Any], minutes: int) -> None:
    """All who had agreed to a need have done it, in so many minutes each. Done once more, nothing changes."""
    for each in need["assignments"]:
        if each["state"] in (ACCEPTED, "done"):
            path = f"/assignments/{each['assignment_id']}/done"
            await steps.post("events", path, f"done/{each['assignment_id']}", {"minutes": minutes})
