"""The invariants of the register, for `./relief doctor`, and what it compares with other services."""

from services.intake.checks.invariants import check, standings
from services.intake.checks.kept import KEPT

__all__ = ["KEPT", "check", "standings"]
