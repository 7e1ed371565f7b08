"""What is shown: reads only. No lock is taken and no day is held, so looking never waits for the turn of a day.

In a session of `units.read()` all statements see one moment. What a unit asks too, and must be of one moment, is one
statement (`outlook.py`).

The API, the metrics, the plan and the pages share these. A list is asked for one row more than a page holds.
"""

from services.inventory.queries.figures import actuals, observe, put_off

__all__ = ["actuals", "observe", "put_off"]
