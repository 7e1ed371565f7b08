"""What a guardian agreed to ends when guardian and child do not live together any more."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from uuid_utils.compat import uuid7

from services.intake import repository
from services.intake.domain import consents as rules
from services.intake.domain.guardians import GUARDIAN_LEFT, ended_words
from services.intake.domain.timeline import Entry
from shared.contracts.intake import ConsentChanged
from shared.messaging.unit import Unit


async def follow(unit: Unit, households: Collection[UUID] | None = None) -> None:
    """End what guardians agreed to who are no adults of their child's household now, in these households or in all.

    Called after whatever changes who lives in a household or how old somebody is; the households are locked. It looks
    at what is written, so it does not matter by which way somebody left.
    """
    found = await repository.unguarded(unit.session, households)
    ended = [rules.withdrawn(each, None, unit.today) for each in found]
    repository.save_consents(unit.writes, ended)
    purposes = defaultdict[UUID, set[str]](set)
    for after in ended:
        unit.say(rules.state_of(after, unit.today))
        purposes[after.household_id].add(after.purpose)
        kept = {"consent_id": after.id, "agreed": False, "scopes": [], "ended": GUARDIAN_LEFT}
        who = {"id": uuid7(), "at": unit.now, "on": unit.today, "actor": unit.actor.id}
        repository.add_step(unit.writes, kept | who)
    lines = [
        Entry(key, unit.now, unit.today, ConsentChanged.wire, unit.actor.id, ended_words(which))
        for key, which in purposes.items()
    ]
    repository.add_entries(unit.writes, lines)
