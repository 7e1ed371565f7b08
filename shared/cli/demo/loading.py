"""What stands before the first household: the first day, the plan's targets, and what each chapter loads.

All of it is sent under fixed keys, so sending it again changes nothing.
"""

from collections.abc import Sequence

from shared.cli import Trouble, typed
from shared.cli.demo.chapter import Chapter, Stage, key
from shared.cli.operate.clock import days_of, turn
from shared.contracts import SERVICES


async def stand_on(stage: Stage, chapters: Sequence[Chapter]) -> None:
    """Turn every service to the first day, unless the plan was started here before, and set the stage's today.

    Trouble if the days here are past the first one and the plan was never loaded.
    """
    today = max((await days_of(stage.services)).values())
    if today > stage.first and not any([await each.started() for each in chapters]):
        raise Trouble(
            f"The days of this stack stand at {today}, past {stage.first}, and {stage.plan.title} was not started on "
            f"it.\nStart anew with {typed('down --erase')}, which removes all data, or on a later day with --from."
        )
    stage.today = max(today, stage.first)
    await turn(stage.services, stage.today)


async def load(stage: Stage, chapters: Sequence[Chapter]) -> None:
    """The targets of each service, then what each chapter has."""
    for service in SERVICES:
        if targets := stage.plan.targets_of(service):
            body = {"targets": [each.model_dump(mode="json", exclude={"service"}) for each in targets]}
            await stage.services.post(service, "/plan", body, key(stage.plan, "targets", body))
    for each in chapters:
        await each.load()
