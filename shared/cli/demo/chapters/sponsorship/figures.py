"""What sponsorship has recorded, asked for the results of its chapter."""

from collections import Counter
from typing import Any

from shared.cli.demo.chapters.intake.people import couples
from shared.cli.demo.chapters.sponsorship.results import Child, Fee, Learner, Schooling, Wish
from shared.cli.demo.steps import Steps


async def schooling_of(steps: Steps) -> Schooling:
    """All that the chapter shows, as it stands on the last day."""
    children = [Child.of(each) for each in await steps.all_of("sponsorship", "/children")]
    return Schooling(
        first=steps.stage.first,
        children=children,
        holds=dict(Counter(str(each["state"]) for each in await steps.all_of("sponsorship", "/holds"))),
        fees=[Fee.of(each) for each in await steps.all_of("sponsorship", "/school/payments")],
        letters=dict(Counter(_letter(each) for each in await steps.all_of("sponsorship", "/letters"))),
        learners=[Learner.of(each) for each in await steps.all_of("sponsorship", "/learners")],
        wishes=await _wishes(steps),
    )


def _letter(told: dict[str, Any]) -> str:
    """For whom a letter is, and what became of it."""
    return f"{told['direction']} {told['state']}"


async def _wishes(steps: Steps) -> list[Wish]:
    """What the couples asked for to settle."""
    found = []
    for household in await couples(steps):
        asked = await steps.services.get("intake", f"/households/{household['household_id']}/settlements")
        found += [Wish.of(each) for request in asked for each in request["answers"]]
    return found
