"""What is shown: reads only. No lock is taken and no day is held, so looking never waits for the turn of a day."""

from services.events.queries.figures import actuals, put_off

__all__ = ["actuals", "put_off"]
