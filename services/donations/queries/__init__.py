"""What is shown: reads only. No lock is taken and no day is held, so looking never waits for the turn of a day."""

from services.donations.queries.figures import actuals, observe, put_off

__all__ = ["actuals", "observe", "put_off"]
