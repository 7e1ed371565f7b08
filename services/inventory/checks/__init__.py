"""The invariants of the store, for `./relief doctor`, and each household as the doctor compares it with intake's."""

from services.inventory.checks.invariants import CHECKS, check, standings

__all__ = ["CHECKS", "check", "standings"]
