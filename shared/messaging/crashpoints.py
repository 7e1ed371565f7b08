"""Places at which a process ends itself as `kill -9` would, for `./relief faults`; off unless RELIEF_CRASH_AT is set.

    RELIEF_CRASH_AT=before_commit       the first time this point is reached
    RELIEF_CRASH_AT=after_publish:5     the fifth time

Each point stands behind `if crashpoints.ARMED:`, so that it costs one look at a constant while it is off.
"""

import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass

SETTING = "RELIEF_CRASH_AT"

AFTER_RECEIVE = "after_receive"
"""A message is in hand, and nothing has been done about it."""
BEFORE_COMMIT = "before_commit"
"""A unit has written all of its rows, and is not committed."""
AFTER_COMMIT = "after_commit"
"""A unit is committed; its messages are not acknowledged, its request is not answered."""
AFTER_CLAIM = "after_claim"
"""The relay holds an outbox row, and has published nothing of it."""
AFTER_PUBLISH = "after_publish"
"""The broker has confirmed all that an outbox row holds, and the row is still there."""
TIMER_DONE = "timer_done"
"""A timer's work is done, and not committed."""

POINTS = (AFTER_RECEIVE, BEFORE_COMMIT, AFTER_COMMIT, AFTER_CLAIM, AFTER_PUBLISH, TIMER_DONE)


@dataclass
class Crash:
    """Which point ends the process, and how often it may be passed before."""

    point: str
    left: int

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Crash | None":
        """The crash that the environment asks for; ValueError if there is no such point or count."""
        wanted = environment.get(SETTING)
        if not wanted:
            return None
        point, _, count = wanted.partition(":")
        if point not in POINTS or not (count or "1").isdecimal() or count == "0":
            raise ValueError(f"{SETTING} is POINT or POINT:COUNT with one of {', '.join(POINTS)}")
        return cls(point, int(count or "1"))

    def due(self, point: str) -> bool:
        """Count a passing of this point; True when it is the one at which to end."""
        if point != self.point:
            return False
        self.left -= 1
        return self.left == 0


ARMED = Crash.read(os.environ)


def reached(point: str) -> None:
    """End the process if this point is the one asked for and has been passed often enough."""
    if ARMED is not None and ARMED.due(point):
        os.kill(os.getpid(), signal.SIGKILL)
