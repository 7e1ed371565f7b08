"""The invariants of sponsorship, for `./relief doctor`: each a query that gives how many were counted and how many of
them break the rule.
"""

from services.sponsorship.checks.invariants import CHECKS, check

__all__ = ["CHECKS", "check"]
