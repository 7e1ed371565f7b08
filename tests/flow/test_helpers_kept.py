"""Any sequence of asking, agreeing, declining, pausing, leaving and coming back keeps the rules of helpers."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.events.commands import volunteers
from services.events.domain.helping import VolunteerState
from services.events.domain.languages import Skill
from services.events.queries import helping as queries
from shared.contracts.sponsorship import HelperAsked, LanguageWanted
from tests.support.helpdesk import Helpdesk
from tests.support.properties import tried_with
from tests.support.settlers import asked

DAY = date(2007, 3, 1)
NEEDS, PEOPLE = 3, 3
HOME = UUID(int=77)
TEACHER = (Skill("ja", level="native"), Skill("ko", level="b1"))
WANTED = (LanguageWanted(language="ja", level="native"), LanguageWanted(language="ko", level="a2"))
PICK = st.integers(0, 20)
STATES = {
    "pause": (VolunteerState.PAUSED,),
    "wake": (VolunteerState.ACTIVE,),
    "leave": (VolunteerState.LEFT,),
    "return": (VolunteerState.CHECKED, VolunteerState.ACTIVE),
}
STEPS = st.one_of(
    st.tuples(st.just("ask"), st.tuples(st.integers(1, NEEDS), st.integers(1, 3))),
    st.tuples(st.just("withdraw"), st.integers(1, NEEDS)),
    st.tuples(st.sampled_from(["accept", "decline", "done"]), PICK),
    st.tuples(st.sampled_from(sorted(STATES)), PICK),
    st.tuples(st.sampled_from(["lose_check", "check", "check_for_days"]), PICK),
    st.tuples(st.just("day"), st.integers(1, 10)),
)


_CHECK_IS_OVER = """
    SELECT assignment.id FROM assignment JOIN volunteer_check USING (volunteer_id)
    WHERE state IN ('offered', 'accepted') AND what = 'safeguarding' AND until < :today
"""


class Story:
    """A desk with volunteers, the versions of needs, and the day."""

    def __init__(self, desk: Helpdesk, people: list[UUID]) -> None:
        self.desk, self.people, self.today = desk, people, DAY
        self._versions: dict[int, int] = {}

    async def take(self, what: str, which: Any) -> None:
        """One step, and all that follows from it by itself."""
        if what in ("ask", "withdraw"):
            number, people = which if what == "ask" else (which, 1)
            await self._says(number, people, "withdrawn" if what == "withdraw" else "changed")
        elif what in ("accept", "decline", "done"):
            await self._answers(what, which)
        elif what == "day":
            self.today += timedelta(days=which)
            await self.desk.turn(self.today)
        else:
            await self._changes(self.people[which % len(self.people)], what)
        await self.desk.works()

    async def _says(self, number: int, people: int, status: str) -> None:
        version = self._versions.get(number, 0) + 1
        if version == 1 and status == "withdrawn":
            return
        self._versions[number] = version
        if number == NEEDS:
            # This one is open-ended.
            wishes = {"lessons"} if status == "withdrawn" else {"helper"}
            request = {
                "request_id": UUID(int=number),
                "household_id": HOME,
                "wishes": wishes,
                "languages": {"ko"},
            }
            await self.desk.hears(asked(version=version, on=DAY, **request))
            return
        days: Any = {"starts_on": DAY, "ends_on": DAY + timedelta(days=90)}
        fact = HelperAsked(
            need_id=UUID(int=number),
            version=version,
            task="teach",
            languages=WANTED,
            region="tokyo",
            people=people,
            status="asked" if version == 1 else status,
            on=self.today,
            **days,
        )
        await self.desk.hears(fact)

    async def _answers(self, what: str, which: int) -> None:
        query = "SELECT id FROM assignment WHERE state IN ('offered', 'accepted') ORDER BY id"
        if not (ids := [row["id"] for row in await self.desk.rows(query)]):
            return
        command: Any = getattr(volunteers, what)
        key, rules = ids[which % len(ids)], self.desk.settings.helping
        more = {"minutes": 60} if what == "done" else {}
        await self.desk.do(lambda unit: command(unit, rules, key, **more))

    async def _changes(self, who: UUID, what: str) -> None:
        rules = self.desk.settings.helping
        if what in STATES:
            for state in STATES[what]:
                await self.desk.do(lambda unit, to=state: volunteers.step(unit, rules, who, to))  # type: ignore[misc]
            return
        until = {"check": None, "check_for_days": self.today + timedelta(days=4)}.get(
            what, self.today - timedelta(days=1)
        )
        await self.desk.do(lambda unit: volunteers.check(unit, rules, who, "safeguarding", until))

    async def kept(self) -> None:
        """Nobody fits who is not asked, nobody has a task whose check is over, an appeal is open just where somebody
        is missing all the same.
        """
        assert await self.desk.breaches() == set()
        assert await self.desk.rows(_CHECK_IS_OVER, today=self.today) == []
        rows = await self.desk.rows("SELECT need_id FROM helper_appeal WHERE closed_on IS NULL")
        missing = set()
        for number in self._versions:
            async with self.desk.units.read() as session:
                found = await queries.candidates(session, self.desk.settings.helping, UUID(int=number))
            assert found is None or found.proposal.asked == ()
            missing |= {UUID(int=number)} if found and found.proposal.missing else set()
        assert {row["need_id"] for row in rows} == missing


def test_any_sequence_keeps_the_rules_of_helpers(desk_url: str) -> None:
    @tried_with(12)
    @given(st.lists(STEPS, min_size=4, max_size=14))
    def sequence(steps: list[tuple[str, Any]]) -> None:
        async def live() -> None:
            async with Helpdesk.open(desk_url, DAY) as desk:
                story = Story(desk, [await desk.volunteer(*TEACHER) for _ in range(PEOPLE)])
                for what, which in steps:
                    await story.take(what, which)
                    await story.kept()

        asyncio.run(live())

    sequence()
