"""Ask the services for what has been recorded, and put it together for the report."""

from collections.abc import AsyncIterator, Sequence

from shared.cli.client import Services
from shared.cli.demo.chapter import Chapter, Stage
from shared.cli.demo.results import Area, Found
from shared.contracts import SERVICES


async def gather(stage: Stage, chapters: Sequence[Chapter]) -> Found:
    """All that the report shows, as recorded by the services."""
    return Found(
        chapters=[await each.gather() for each in chapters],
        areas=[area async for area in _areas(stage.services)],
        settle_seconds=await _settle_seconds(chapters),
        parked=await _parked(stage.services),
    )


async def _areas(services: Services) -> AsyncIterator[Area]:
    targets = [target for service in SERVICES for target in await services.get(service, "/plan")]
    for each in sorted(targets, key=lambda target: target["area"]):
        yield Area(
            number=each["area"],
            measure=each["measure"],
            words=each["words"],
            unit=each["unit"],
            target=each["target"],
            actual=each["actual"],
        )


async def _parked(services: Services) -> int:
    states = [await services.get(name, "/status") for name in SERVICES]
    return sum(sum(state["parked"].values()) + sum(state["timers_parked"].values()) for state in states)


async def _settle_seconds(chapters: Sequence[Chapter]) -> float:
    """From the last registration to the last reservation on its day, by the clocks of the services."""
    registrations = [await each.last_registration() for each in chapters]
    last = max((each for each in registrations if each), default=None)
    if last is None:
        return 0.0
    registered, day = last
    answers = [await each.last_reservation(day) for each in chapters]
    answered = max((each for each in answers if each), default=registered)
    return max(0.0, (answered - registered).total_seconds())
