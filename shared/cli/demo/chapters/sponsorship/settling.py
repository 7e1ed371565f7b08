"""A couple asks to settle in Japan: money, lessons in Japanese, and somebody who speaks Korean."""

from datetime import date, timedelta
from typing import Any

from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations.paying import Payee, Paying
from shared.cli.demo.chapters.intake.people import couples, members

ASKED, PLANNED, TESTED, PAID = 141, 142, 150, 170
"""Days after the first one."""
BEGINS = 159
"""The course begins on this day, or the Monday after."""
TERM_DAYS, WEEKDAYS, MINUTES = 60, (0, 3), 120
COST = 45_000
"""Yen; below what a treasurer has to agree to."""
PLACES = 6


class Settling(Paying):
    """The last of the couples, if the register has one. Money is paid where gifts come."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.steps = {ASKED: self._ask, PLANNED: self._plan, TESTED: self._test, PAID: self._pay_out}
        self.first_lesson = _monday(self.day(BEGINS))
        self.last_lesson = self.first_lesson + timedelta(days=TERM_DAYS - 1)

    async def goes_on(self, day: date) -> bool:
        held = self.first_lesson <= day <= self.last_lesson and await self._hold_lesson(day)
        return await super().goes_on(day) or held

    async def _couple(self) -> str | None:
        found = await couples(self)
        return str(found[-1]["household_id"]) if found else None

    async def _asked(self, household: str) -> str:
        body = {
            "region": "tokyo",
            "wishes": ["grant", "helper", "lessons"],
            "languages": ["ko"],
            "money": {"amount": COST, "currency": "JPY"},
        }
        path = f"/households/{household}/settlements"
        return str((await self.post("intake", path, "settlement", body))["request_id"])

    async def _ask(self) -> None:
        if household := await self._couple():
            await self._asked(household)

    async def _courses(self) -> list[str]:
        body = {
            "code": "japanese_a1_2007",
            "level": "a1",
            "places": PLACES,
            "first_day": self.first_lesson.isoformat(),
            "terms": 1,
            "term_days": TERM_DAYS,
            "weekdays": list(WEEKDAYS),
            "minutes": MINUTES,
            "online": True,
        }
        return list((await self.post("sponsorship", "/courses", "course", body))["course_ids"])

    async def _plan(self) -> None:
        if await self._couple():
            await self._courses()

    async def _test(self) -> None:
        for each in await self._learners():
            path = f"/learners/{each['member_id']}/test"
            await self.post("sponsorship", path, f"test/{each['member_id']}", {"level": "a1", "version": 0})

    async def _learners(self) -> list[dict[str, Any]]:
        household = await self._couple()
        return await members(self, household) if household else []

    async def _hold_lesson(self, day: date) -> bool:
        """The lesson of a day is held, and all who have a place come."""
        if not await self._couple():
            return False
        held = False
        for course in await self._courses():
            lessons = await self.services.get("sponsorship", f"/courses/{course}/lessons")
            places = await self.all_of("sponsorship", "/learners", course_id=course)
            came = [
                {"member_id": each["member_id"], "minutes": MINUTES}
                for each in places
                if each["status"] == "placed"
            ]
            for lesson in lessons:
                if lesson["on_day"] == day.isoformat():
                    path = f"/courses/lessons/{lesson['lesson_id']}/attendance"
                    await self.post("sponsorship", path, f"lesson/{day}", {"attended": came, "version": 0})
                    held = True
        return held

    async def _pay_out(self) -> None:
        """The grant bears the id of the request."""
        household = await self._couple()
        if household and self.stage.gifts:
            grant = await self._asked(household)
            await self.pay(grant, COST, Payee("household", "JP"), "resettlement", "JPY", place="bank")


def _monday(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)
