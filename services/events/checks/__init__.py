"""The invariants of events, for `./relief doctor`: each a query that gives how many were counted and how many of them
break the rule. The database's constraints say some of them too; these find one that was switched off.
"""

from services.events.checks.invariants import CHECKS, check
from services.events.checks.kept import KEPT

__all__ = ["CHECKS", "KEPT", "check"]
