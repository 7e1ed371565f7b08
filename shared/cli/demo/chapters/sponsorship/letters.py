"""A child and its sponsor write to each other: a volunteer translates each letter, and three people see to it."""

from collections import Counter
from typing import Any

from shared.cli.demo.chapter import Stage, key
from shared.cli.demo.steps import Steps

CAME, PASSED_ON, ANSWERED, ANSWER_PASSED_ON = 100, 107, 117, 124
"""Days after the first one: when the child's letter comes and goes on, and then its sponsor's."""
DUE = 20
"""The translation is of use for so many days."""
VETTED = {"version": 0, "restricted": False, "declined": False}
FROM_CHILD = ("ko", "ja", "새를 그리는 것을 좋아해요.", "鳥の絵を描くのが好きです。")
FROM_SPONSOR = ("ja", "ko", "絵をありがとう。大切にします。", "그림 고마워요. 소중히 간직할게요.")
"""Each in which language, into which, and its words in both."""
QUESTIONS = (
    *("full_name", "address", "phone", "mail", "account", "school", "town", "route", "date"),
    *("photo_with_place", "politics_or_religion", "meeting", "money"),
)
MASKS, CHECKS, PASSES_ON = "officer-1", "officer-2", "officer-3"


class Letters(Steps):
    """What a sponsor with letters and one of its children write, where gifts come."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {
            CAME: self._comes,
            PASSED_ON: self._passed_on,
            ANSWERED: self._answered,
            ANSWER_PASSED_ON: self._answer_passed_on,
        }

    async def _comes(self) -> None:
        for child, donor in (await self._write_to_each_other())[:1]:
            day = self.day(CAME).isoformat()
            vetted = {**VETTED, "declared_on": day, "code_on": day}
            await self.post("sponsorship", f"/sponsors/{donor}/vetting", "vetting", vetted)
            await self._write("to_sponsor", child, donor, CAME)

    async def _passed_on(self) -> None:
        await self._pass_on("to_sponsor", FROM_CHILD[3])

    async def _answered(self) -> None:
        for each in await self._letters("to_sponsor"):
            await self._write("to_child", each["child_id"], each["donor_id"], ANSWERED)

    async def _answer_passed_on(self) -> None:
        await self._pass_on("to_child", FROM_SPONSOR[3])

    async def _write_to_each_other(self) -> list[tuple[str, str]]:
        """Children and the donors who sponsor them and want letters, those with most children first."""
        sponsored = await self.all_of("sponsorship", "/children", status="sponsored")
        found = []
        for sponsor in await self.all_of("sponsorship", "/sponsors"):
            donor = sponsor["donor_id"]
            for child in sponsored:
                path = f"/sponsors/{donor}/children/{child['child_id']}/writing"
                if (await self.services.get("sponsorship", path))["why_not"] == "not_declared":
                    found.append((str(child["child_id"]), str(donor)))
        many = Counter(donor for _, donor in found)
        return sorted(found, key=lambda each: -many[each[1]])

    async def _write(self, direction: str, child: str, donor: str, day: int) -> None:
        """A letter comes in, and somebody is asked for who translates it."""
        language, into, words, _ = FROM_CHILD if direction == "to_sponsor" else FROM_SPONSOR
        body = {
            "direction": direction,
            "child_id": child,
            "donor_id": donor,
            "language": language,
            "received_on": self.day(day).isoformat(),
            "text": words,
        }
        letter = (await self.post("sponsorship", "/letters", f"letter/{direction}", body))["letter_id"]
        wanted = {"into": into, "due_on": self.day(day + DUE).isoformat()}
        path = f"/letters/{letter}/translator"
        await self.post("sponsorship", path, f"translator/{direction}", wanted)

    async def _pass_on(self, direction: str, translated: str) -> None:
        """Its translation is checked by another person and passed on by a third one."""
        answers = {"answers": dict.fromkeys(QUESTIONS, "none")}
        for each in await self._letters(direction):
            path = f"/letters/{each['letter_id']}"
            await self._do(f"{path}/mask", {"text": translated, "version": 0}, MASKS)
            await self._do(f"{path}/check", {**answers, "version": 1}, CHECKS)
            await self._do(f"{path}/deliver", None, PASSES_ON)

    async def _do(self, path: str, body: Any, who: str) -> None:
        await self.services.post("sponsorship", path, body, key(self.stage.plan, path, body), who=who)

    async def _letters(self, direction: str) -> list[dict[str, Any]]:
        return [
            each for each in await self.all_of("sponsorship", "/letters") if each["direction"] == direction
        ]
