"""What the local run writes down: with what it was started, and by which clock its data live."""

import json
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from shared.cli import Trouble
from shared.cli.files import Damaged, kept_json, write_whole
from shared.messaging.day import CLOCKS
from shared.settings import ClockMode

FIRST_DAY = date(2006, 11, 1)
ANEW = "begin anew, which removes all data: ./relief down --erase, then"


@dataclass(frozen=True)
class Settings:
    """What a run was started with; kept in a file from `up` to `down`."""

    port_base: int
    clock: ClockMode
    first_day: date | None

    @classmethod
    def read(cls, folder: Path) -> "Settings | None":
        """What the run of this folder was started with, None if it is down. Damaged if the file is not whole."""
        path = cls._file(folder)
        known = kept_json(path)
        if known is None:
            return None
        try:
            return cls(int(known["port_base"]), ClockMode(known["clock"]), _date(known["first_day"]))
        except (TypeError, KeyError, ValueError):
            raise Damaged(path) from None

    def write(self, folder: Path) -> None:
        write_whole(self._file(folder), json.dumps(asdict(self), default=str))

    @classmethod
    def forget(cls, folder: Path) -> None:
        cls._file(folder).unlink(missing_ok=True)

    @staticmethod
    def _file(folder: Path) -> Path:
        return folder / "run" / "settings.json"


@dataclass(frozen=True)
class Clock:
    """By which clock the data of a folder live since their first start; kept as long as the data."""

    mode: ClockMode
    first_day: date | None

    @classmethod
    def read(cls, folder: Path) -> "Clock | None":
        """None if there are no data yet."""
        path = cls._file(folder)
        try:
            known = kept_json(path)
            return None if known is None else cls(ClockMode(known["clock"]), _date(known["first_day"]))
        except (Damaged, TypeError, KeyError, ValueError):
            raise Trouble(
                f'The file {path} is damaged. Write into it {{"clock": "wall", "first_day": null}} or '
                '{"clock": "manual", "first_day": null}, whichever these data live by.'
            ) from None

    def write(self, folder: Path) -> None:
        write_whole(
            self._file(folder), json.dumps({"clock": self.mode, "first_day": self.first_day}, default=str)
        )

    @staticmethod
    def _file(folder: Path) -> Path:
        return folder / "clock.json"


def clock_for(folder: Path, wall_clock: bool, first_day: date | None) -> Clock:
    """The clock that the data of a folder live by, or the one that is asked for if there are none yet.

    Trouble if something else is asked for than they live by: days that were turned by hand lie elsewhere than the
    wall clock's, and no day turns back.
    """
    known = Clock.read(folder)
    if wall_clock and first_day:
        raise Trouble("The wall clock has no first day: leave out --first-day or --wall-clock.")
    if known is None:
        return Clock(ClockMode.WALL, None) if wall_clock else Clock(ClockMode.MANUAL, first_day or FIRST_DAY)
    lives = f"These data live by {CLOCKS[known.mode]} since their first start."
    if wall_clock and known.mode is ClockMode.MANUAL:
        raise Trouble(f"{lives} ./relief up goes on so. For the wall clock {ANEW} ./relief up --wall-clock")
    if first_day and known.mode is ClockMode.WALL:
        raise Trouble(
            f"{lives} ./relief up goes on so. For a first day {ANEW} ./relief up --first-day {first_day}"
        )
    if first_day and first_day != known.first_day:
        raise Trouble(
            f"These data began on {known.first_day}, and no day turns back. ./relief up goes on where they are, "
            f"./relief clock {first_day} turns the days up to a later date; to begin on another day {ANEW} "
            f"./relief up --first-day {first_day}"
        )
    return known


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
