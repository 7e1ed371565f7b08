"""Gatherings, and what the other services were told of them."""

from shared.contracts.events import GatheringChanged
from shared.service.said import newest_said

_SAID = newest_said("gathering", GatheringChanged)
_VENUES = """
    SELECT count(*), count(*) FILTER (WHERE venue.gathering_id IS NULL)
    FROM gathering LEFT JOIN venue ON venue.gathering_id = gathering.id
"""
_DAYS = """
    SELECT count(*), count(*) FILTER (WHERE starts_on <> CAST(starts_at AT TIME ZONE zone AS date)) FROM gathering
"""
CHECKS = {
    "the newest state of each gathering was said": _SAID,
    "every gathering has a venue": _VENUES,
    "each gathering's day is that of its own zone": _DAYS,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
