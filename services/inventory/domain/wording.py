"""The words for reasons, where staff of the store read them. Texts are by code: another language is another table."""

from collections import defaultdict
from collections.abc import Mapping

from services.inventory.domain.reasons import Because, InStore
from shared.contracts.inventory import Why

TEXTS: Mapping[str, str] = {
    "": "",
    Why.OTHER: "Another reason",
    Why.ALL_DAYS: "All {of} days",
    Why.SOME_DAYS: "{number} of {of} days",
    Why.DAYS_OVER: "Over: {number} of {of} days fetched; {unmet} g unmet",
    Why.DAY_PAST: "Missing on a day now past",
    Why.SET_ASIDE: "Set aside",
    Why.FROM_AFAR: "From another region, none nearer",
    Why.LARGER: "One size up, none in the size asked for",
    Why.LARGER_FROM_AFAR: "One size up, none in the size asked for; from another region, none nearer",
    Why.BED_FOUND: "A bed",
    Why.BEDS_TOGETHER: "All {number} together",
    Why.BEDS_APART: "No shelter has {number} beds free, so the household is parted",
    Why.NO_BED: "No bed free; waits in line",
    Why.NONE_LEFT: "None on the shelf; waits in line",
    Why.NO_SIZE_LEFT: "None on the shelf, nor one size up; waits in line",
    Why.SIZE_UNKNOWN: "No clothing size known; ask the household",
    Why.NOT_IN_CATALOGUE: "Not in the catalogue yet; waits in line",
    Why.TAKEN_BACK: "{number} set aside before, no longer there; waits in line again",
    Why.HOUSEHOLD_CLOSED: "Household closed",
    Why.NOBODY_LEFT: "Nobody left in the household",
    Why.MEMBER_LEFT: "Left the household",
    Why.FEWER_PEOPLE: "Given up: fewer people to feed",
    Why.NOT_ASKED: "No longer asked for",
    Why.OTHER_SIZE: "Another size is needed now",
    Why.MOVED: "Moved to another region",
    Why.NOT_FETCHED: "Not fetched by {on}; {number} back on the shelf",
    Why.CANCELLED: "Cancelled",
    InStore.EXPIRED: "Expired on {on}",
    InStore.USED: "For {number} kits",
    InStore.ASSEMBLED: "{number} of {of} kits put together",
}
FURTHER: Mapping[str, str] = {
    "short": "; {short} g short from {on}",
    "unmet": "; {unmet} g unmet on days past",
}
"""By number: what follows a reason that has it and does not name it."""


def words_of(reason: Because) -> str:
    """A reason in words; a code that has none here is another reason."""
    text = TEXTS.get(reason.code, TEXTS[Why.OTHER])
    numbers = {name: _shown(value) for name, value in reason._asdict().items() if value is not None}
    text += "".join(more for name, more in FURTHER.items() if name in numbers and f"{{{name}}}" not in text)
    return text.format_map(defaultdict(lambda: "?", numbers))


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
