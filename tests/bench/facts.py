"""Households to be registered: one member who asks for one kit, each in an envelope as intake would send it."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime

from uuid_utils.compat import uuid7

from shared.contracts.intake import AgeBand, ClothingSize, HouseholdRegistered, MemberFacts, NeedKind
from shared.messaging.envelope import Envelope, seal

FIRST_DAY = date(2006, 11, 1)
REGION = "north"
DUPLICATES = 10
"""One message in so many comes twice."""


def registrations(count: int) -> list[Envelope]:
    """Households that were just registered, the first the oldest."""
    now = datetime.now(UTC)
    return [seal(_household(place), now) for place in range(count)]


def _household(place: int) -> HouseholdRegistered:
    return HouseholdRegistered(
        household_id=uuid7(),
        version=1,
        code=f"LF-06-{place:04}",
        region=REGION,
        registered_on=FIRST_DAY,
        on=FIRST_DAY,
        members=(MemberFacts(member_id=uuid7(), age_band=AgeBand.ADULT, size=ClothingSize.ADULT_M),),
        needs=frozenset({NeedKind.KIT}),
    )


def with_duplicates(envelopes: Sequence[Envelope], rng: random.Random) -> list[Envelope]:
    """The same envelopes, one in ten a second time somewhere after the first; the last is never a duplicate."""
    sent: list[Envelope] = []
    held: list[Envelope] = []
    for each in envelopes[:-1]:
        sent.append(each)
        if rng.randrange(DUPLICATES) == 0:
            held.append(each)
        if held and rng.randrange(DUPLICATES // 2) == 0:
            sent.append(held.pop(rng.randrange(len(held))))
    return [*sent, *held, *envelopes[-1:]]
