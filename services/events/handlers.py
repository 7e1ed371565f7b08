"""What events does when another service says something."""

from collections.abc import Sequence
from typing import Any

from services.events.repository import cases, guests, members
from services.events.settings import Settings
from services.events.tables import CASE, MEMBER
from shared.contracts.donations import MembershipChanged
from shared.contracts.intake import AdvocacyChanged
from shared.messaging.consumer import Hears
from shared.messaging.states import newest
from shared.messaging.unit import Unit


async def on_membership_changed(facts: Sequence[MembershipChanged], unit: Unit) -> None:
    """Keep who is a member; the guests whom donations calls so are members, or no longer. What was held stays."""
    news = await newest(unit, MEMBER, facts)
    members.save(unit, news.facts)
    for guest in await guests.of_persons(unit.session, news.facts):
        guests.change(unit, guest["id"], {"member": news.facts[guest["person_id"]].member})


async def on_advocacy_changed(facts: Sequence[AdvocacyChanged], unit: Unit) -> None:
    """Keep which topics the cases of advocacy offer for hearings."""
    news = await newest(unit, CASE, facts)
    cases.save(unit, news.facts)


def hears(_: Settings) -> tuple[Hears[Any], ...]:
    """What this service consumes, and how."""
    return (Hears(MembershipChanged, on_membership_changed), Hears(AdvocacyChanged, on_advocacy_changed))
