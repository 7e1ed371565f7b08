"""The key of notices is changed: what the older key sealed is sealed anew, so that the older one can be taken away."""

from dataclasses import dataclass

from services.donations import contacts
from shared.messaging.unit import Unit
from shared.security.sealing import Seal

AT_ONCE = 500
"""So many notices are sealed anew in one unit."""


@dataclass(frozen=True)
class SealedAnew:
    """How many notices were sealed with the newer key, and how many still need the older one."""

    sealed: int
    left: int


async def seal_anew(unit: Unit, seal: Seal, most: int = AT_ONCE) -> SealedAnew:
    """Seal some of the notices anew that the older key sealed; to be repeated until none is left."""
    return SealedAnew(*await contacts.seal_notices_anew(unit.session, seal, most))
