"""The invariants of the store, for `./relief doctor`, and each household as the doctor compares it with intake's."""

from services.inventory.checks.invariants import CHECKS, check, standings
from services.inventory.checks.kept import KEPT

__all__ = ["CHECKS", "KEPT", "check", "standings"]
