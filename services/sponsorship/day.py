"""What a new day begins with at sponsorship."""

from datetime import date

from services.sponsorship.commands.learners import end_courses
from services.sponsorship.settings import Settings
from shared.messaging.turning import OnDay
from shared.messaging.unit import Unit


def on_day(settings: Settings) -> OnDay:
    """What falls due by date."""

    async def begin(day: date, unit: Unit) -> None:
        await end_courses(unit, settings.lesson_late_days, day)

    return begin
