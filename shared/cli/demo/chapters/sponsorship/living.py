"""What happens at school and in lessons from the first day to the last."""

from datetime import date

from shared.cli.demo.chapter import Chapter, Stage
from shared.cli.demo.chapters.sponsorship.children import Children
from shared.cli.demo.chapters.sponsorship.figures import schooling_of
from shared.cli.demo.chapters.sponsorship.letters import Letters
from shared.cli.demo.chapters.sponsorship.results import Schooling
from shared.cli.demo.chapters.sponsorship.school import School
from shared.cli.demo.chapters.sponsorship.settling import Settling


class Sponsorship(Chapter):
    """Children and learners through the story."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._settling = Settling(stage)
        self._parts = (Children(stage), School(stage), Letters(stage), self._settling)

    async def people_act(self, day: date) -> bool:
        return any([await each.goes_on(day) for each in self._parts])

    async def gather(self) -> Schooling:
        return await schooling_of(self._settling)
