"""The invariants of sponsorship, for `./relief doctor`: each a query that gives how many were counted and how many of
them break the rule.
"""

from services.sponsorship.checks.invariants import CHECKS, check
from services.sponsorship.checks.kept import KEPT

__all__ = ["CHECKS", "KEPT", "check"]
