"""What the other services are told of gatherings: at once when somebody decides on one, soon when its seats change."""

from services.events.domain.gatherings import Gathering, told
from services.events.repository import gatherings
from shared.messaging.unit import Unit

TELL = "tell_gatherings"
"""A timer's name: gatherings whose seats have changed are told, once for many changes."""


def tell(unit: Unit, gathering: Gathering) -> Gathering:
    """Save a locked gathering as its next version and tell the others how it stands."""
    after, fact = told(gathering, unit.today)
    gatherings.save(unit, after)
    unit.say(fact)
    return after


async def tell_untold(unit: Unit) -> None:
    """Tell of every gathering whose seats have changed since it was told of last."""
    for gathering in await gatherings.lock_untold(unit.session):
        tell(unit, gathering)
