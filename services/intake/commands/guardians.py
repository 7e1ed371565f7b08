"""What was agreed to ends when no guardian stands for it: guardian and child do not live together any more, or a member
who agreed turns out to be a minor.
"""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.domain import consents as rules
from services.intake.domain.guardians import Renewal, ended_words
from services.intake.domain.timeline import Entry
from shared.contracts.intake import ConsentChanged
from shared.messaging.unit import Unit


async def follow(unit: Unit, households: Collection[UUID] | None = None) -> None:
    """End what guardians agreed to who are no adults of their child's household now, and what minors agreed to alone.

    It looks at these households, or at all.

    Called after whatever changes who lives in a household or how old somebody is; the households are locked. It looks
    at what is written, so it does not matter by which way somebody left.
    """
    found = await repository.unguarded(unit.session, households)
    ended = [(rules.withdrawn(each, None, unit.today), why) for each, why in found]
    repository.save_consents(unit.writes, [after for after, _ in ended])
    purposes = defaultdict[tuple[UUID, Renewal], set[str]](set)
    for after, why in ended:
        unit.say(rules.state_of(after, unit.today))
        purposes[after.household_id, why].add(after.purpose)
        kept = {"consent_id": after.id, "agreed": False, "scopes": [], "ended": why.value}
        who = {"id": uuid7(), "at": unit.now, "on": unit.today, "actor": unit.actor.id}
        repository.add_step(unit.writes, kept | who)
    lines = [
        Entry(key, unit.now, unit.today, ConsentChanged.wire, unit.actor.id, ended_words(why, which))
        for (key, why), which in purposes.items()
    ]
    repository.add_entries(unit.writes, lines)
