"""What a gathering is about changes: its languages, its topics, who may come. Helpers follow (`following.py`)."""

from dataclasses import dataclass, replace
from uuid import UUID

from services.events.domain.gatherings import OVER, Gathering, Language, Safety, languages_refused, not_now
from services.events.ledger import tell
from services.events.repository import gatherings, speakers
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing


@dataclass(frozen=True)
class Changes:
    """What is to be different from the plan of the version that was `seen`, and why; None stays."""

    seen: int
    note: str
    languages: tuple[Language, ...] | None = None
    topics: frozenset[str] | None = None
    safety: Safety | None = None

    def of(self, before: Gathering) -> Gathering:
        """The gathering with these changes."""
        return replace(
            before,
            plan_version=before.plan_version + 1,
            languages=before.languages if self.languages is None else self.languages,
            topics=before.topics if self.topics is None else self.topics,
            safety=self.safety or before.safety,
        )


async def change(unit: Unit, gathering_id: UUID, to: Changes) -> Gathering | Refused:
    """Other languages, topics, or another safety class. Whoever has a seat or place keeps it, also where only who is
    invited may ask from now on. Who helps in a language that is not wanted any more is freed, and for one that is
    wanted now somebody is asked.
    """
    before = (await gatherings.lock(unit.session, [gathering_id])).get(gathering_id)
    if before is None:
        return missing("such gathering")
    if before.status in OVER:
        return not_now(before, "what it was about stays")
    if before.plan_version != to.seen:
        return conflict(
            "Somebody else has changed this gathering meanwhile. Look at it again, then change it."
        )
    after = to.of(before)
    new = after.topics - before.topics
    if refused := languages_refused(after.languages) or await _not_told(unit, gathering_id, new):
        return refused
    gatherings.add_step(unit, before, "changed", to.note)
    return tell(unit, after)


async def _not_told(unit: Unit, gathering_id: UUID, topics: frozenset[str]) -> Refused | None:
    """Why these topics are not added: somebody who speaks there agreed before that they are not told. Slots are given
    under the gathering's lock, so none is given meanwhile.
    """
    forbidden = await speakers.not_told_at(unit.session, gathering_id)
    if not (both := topics & forbidden):
        return None
    return conflict(
        f"A speaker at this gathering does not tell of {', '.join(sorted(both))}. Agree with the speaker first: take "
        "the slot back, change the topics, and give the slot anew; or leave the topic out."
    )
