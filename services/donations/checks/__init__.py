"""The invariants of the money, for `./relief doctor`: each a query that gives how many were counted and how many of
them break the rule. The database's constraints and triggers say some of them too; these find one that was switched off.
"""

from services.donations.checks.invariants import CHECKS, check
from services.donations.checks.kept import KEPT

__all__ = ["CHECKS", "KEPT", "check"]
