"""The words for the reasons that other services give, where caseworkers read them: on a household's timeline.

Texts are by code, so another language is another table.
"""

from collections import defaultdict
from collections.abc import Mapping

from shared.contracts.inventory import Reason, Why

WHY: Mapping[str, str] = {
    Why.OTHER: "",
    Why.ALL_DAYS: "all {of} days",
    Why.SOME_DAYS: "{number} of {of} days",
    Why.DAYS_OVER: "{number} of {of} days were fetched",
    Why.DAY_PAST: "missing on a day now past",
    Why.SET_ASIDE: "",
    Why.FROM_AFAR: "from another region, none nearer",
    Why.LARGER: "one size up, none in the size asked for",
    Why.LARGER_FROM_AFAR: "one size up, none in the size asked for; from another region, none nearer",
    Why.BED_FOUND: "",
    Why.BEDS_TOGETHER: "all {number} together",
    Why.BEDS_APART: "no shelter has {number} beds free, so the household is parted",
    Why.NO_BED: "no bed is free; waits in line",
    Why.NONE_LEFT: "none there; waits in line",
    Why.NO_SIZE_LEFT: "none there, nor one size up; waits in line",
    Why.SIZE_UNKNOWN: "no clothing size known; ask the household",
    Why.NOT_IN_CATALOGUE: "not in the catalogue yet; waits in line",
    Why.TAKEN_BACK: "{number} were set aside and are no longer there; waits in line again",
    Why.HOUSEHOLD_CLOSED: "household closed",
    Why.NOBODY_LEFT: "nobody left in the household",
    Why.MEMBER_LEFT: "left the household",
    Why.FEWER_PEOPLE: "fewer people to feed",
    Why.NOT_ASKED: "no longer asked for",
    Why.OTHER_SIZE: "another size is needed now",
    Why.MOVED: "moved to another region",
    Why.NOT_FETCHED: "not fetched by {on}",
    Why.CANCELLED: "cancelled",
}
FURTHER: Mapping[str, str] = {"short": "{short} g short from {on}", "unmet": "{unmet} g unmet on days past"}
"""By number: what is added to a reason that has it."""


def why_words(reason: Reason) -> str:
    """A reason in words; none for one that goes without saying, or that intake does not know."""
    numbers = {name: _shown(value) for name, value in reason if value is not None}
    texts = [WHY.get(reason.code, ""), *(more for name, more in FURTHER.items() if name in numbers)]
    return "; ".join(texts).strip("; ").format_map(defaultdict(lambda: "?", numbers))


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
