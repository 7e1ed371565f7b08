"""What the other services are told of a gathering."""

from services.events.domain.gatherings import Gathering, told
from services.events.repository import gatherings
from shared.messaging.unit import Unit


def tell(unit: Unit, gathering: Gathering) -> Gathering:
    """Save a locked gathering as its next version and tell the others how it stands."""
    after, fact = told(gathering, unit.today)
    gatherings.save(unit, after)
    unit.say(fact)
    return after
