"""What timers do at sponsorship, and what a new day begins with."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.sponsorship.commands import school, sponsorships
from services.sponsorship.commands.forgetting import FORGET, forget_old
from services.sponsorship.commands.learners import end_courses
from services.sponsorship.ledger import LET_GO, Book
from services.sponsorship.settings import Settings
from shared.messaging.timers import OnTimer
from shared.messaging.turning import OnDay
from shared.messaging.unit import Unit


def timers(settings: Settings) -> Mapping[str, OnTimer]:
    """What is done later, by name."""

    async def let_go(payload: Mapping[str, Any], unit: Unit) -> None:
        """The end of a hold has come: the child is looked at, and is free unless the gift began before."""
        async with Book.open(unit, settings.rules) as book:
            book.touch([UUID(payload["child"])])

    async def forget(_: Mapping[str, Any], unit: Unit) -> None:
        """Letters of sponsorships that were over long ago lose their words and pictures."""
        await forget_old(unit, settings.letter_keep_days)

    async def tell_asker(payload: Mapping[str, Any], unit: Unit) -> None:
        """Who asked for a payment is told, of one that waits from before that was told."""
        await school.tell_asker(unit, settings.rules, UUID(payload["payment"]))

    return {LET_GO: let_go, FORGET: forget, school.TELL_ASKER: tell_asker}


def on_day(settings: Settings) -> OnDay:
    """What falls due by date: courses end, months of school begin, and places that were kept for a child are free; soon
    after, old letters are forgotten.
    """

    async def begin(day: date, unit: Unit) -> None:
        await end_courses(unit, settings.lesson_late_days, day)
        # Before any other work gives away the places that are free from now on.
        await sponsorships.turn(unit, settings.rules, day)
        await school.turn(unit, settings.rules, day)
        unit.remind(FORGET)

    return begin
