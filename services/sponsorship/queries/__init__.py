"""What is shown: reads only. No lock is taken and no day is held.

The API, the plan and the checks share these. A list is asked for one row more than a page holds.
"""

from services.sponsorship.queries.figures import actuals, observe

__all__ = ["actuals", "observe"]
