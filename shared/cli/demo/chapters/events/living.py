"""What happens at gatherings from the first day to the last."""

from datetime import date

from shared.cli.demo.chapter import Chapter, Stage
from shared.cli.demo.chapters.events.figures import voices_of
from shared.cli.demo.chapters.events.hearing import Hearing
from shared.cli.demo.chapters.events.helpers import Helpers
from shared.cli.demo.chapters.events.results import Voices
from shared.cli.demo.chapters.events.seminar import Seminar


class Events(Chapter):
    """Volunteers, guests and speakers through the story."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self._helpers = Helpers(stage)
        self._parts = (Hearing(stage), Seminar(stage), self._helpers)

    async def people_act(self, day: date) -> bool:
        return any([await each.goes_on(day) for each in self._parts])

    async def gather(self) -> Voices:
        return await voices_of(self._helpers)
