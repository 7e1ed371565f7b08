"""Gatherings, and what the other services were told of them."""

_SAID = """
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> gathering.version)
    FROM gathering LEFT JOIN (
        SELECT subject, max(CAST(CAST(data AS json) ->> 'version' AS integer)) AS version
        FROM journal WHERE contract = 'events.gathering_changed.v1' GROUP BY 1) said ON said.subject = gathering.id
"""
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
