"""What a list for the door says, in Japanese and English beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from services.events.domain.gatherings import Gathering
from services.events.domain.seats import SeatRole
from shared.printing.press import Press, Words, plain, press_of

DOOR_LIST = "door_list"
_TEMPLATE = Path(__file__).parent / "door_list.typ"
_ROLES = {
    SeatRole.GUEST: "参加者 guest",
    SeatRole.STAFF: "スタッフ staff",
    SeatRole.INTERPRETER: "通訳 interpreter",
    SeatRole.SPEAKER: "講演者 speaker",
}
NO_SEAT = "（席なし no seat）"
"""Beside whoever came without one."""
_CAME = {None: "", True: "○", False: "×"}


@dataclass(frozen=True)
class AtDoor:
    """Somebody with a seat; name and phone are not shown when it is printed by Python."""

    name: str = field(repr=False)
    phone: str | None = field(repr=False)
    role: str
    came: bool | None
    seated: bool = True


def door_list_press(folders: Sequence[Path]) -> Press:
    """The press of lists for the door, in the fonts of these folders."""
    return press_of(_TEMPLATE, folders)


def door_list(gathering: Gathering, people: Sequence[AtDoor], on: date) -> Words:
    """The words of a gathering's list, printed on this day: its code and when it begins there, and nobody's place."""
    starts = gathering.times.starts_at.astimezone(ZoneInfo(gathering.times.zone))
    return {
        "code": gathering.code,
        "starts": f"開始 Begins {starts:%Y-%m-%d %H:%M} {gathering.times.zone}",
        "printed": f"印刷 Printed {on.isoformat()}",
        "people": [
            {
                "name": plain(each.name),
                "phone": plain(each.phone or ""),
                "role": _ROLES[SeatRole(each.role)] + ("" if each.seated else NO_SEAT),
                "came": _CAME[each.came],
            }
            for each in people
        ],
    }
