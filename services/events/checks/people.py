"""Speakers, and helpers: what they agreed to holds, and what is kept of them is what the rows count."""

from shared.contracts.events import HelpChanged, SpeakingChanged
from shared.service.said import newest_said

_CONSENT = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM consent WHERE (consent.member_id = speaker.member_id OR consent.id = speaker.id)
            AND agreed AND (until IS NULL OR until >= day.processed) AND 'speaking' = ANY (scopes)))
    FROM slot JOIN speaker ON speaker.id = slot.speaker_id, day WHERE status = 'planned'
"""
_THERE = """
    SELECT count(*), count(*) FILTER (WHERE left_on IS NOT NULL OR household.version > household.reopened)
    FROM slot JOIN speaker ON speaker.id = slot.speaker_id
    LEFT JOIN household ON household.id = speaker.household_id WHERE status = 'planned'
"""
_USED = """
    SELECT count(*), count(*) FILTER (WHERE NOT recording.uses <@ ARRAY(
        SELECT scope FROM consent, unnest(scopes) scope
        WHERE (consent.member_id = speaker.member_id OR consent.id = speaker.id)
            AND agreed AND (until IS NULL OR until >= day.processed)))
    FROM recording JOIN slot ON slot.id = slot_id JOIN speaker ON speaker.id = slot.speaker_id, day
    WHERE recording.state = 'kept'
"""
_OF_AGE = """
    SELECT count(*), count(*) FILTER (WHERE NOT adult OR
        EXISTS (SELECT FROM consent WHERE consent.member_id = speaker.member_id AND consent.of_age = false)
        AND (EXISTS (SELECT FROM slot WHERE speaker_id = speaker.id AND status = 'planned')
            OR EXISTS (SELECT FROM slot JOIN recording ON slot_id = slot.id
                       WHERE speaker_id = speaker.id AND state = 'kept')))
    FROM speaker
"""
_ACTIVE = """
    SELECT count(*), count(*) FILTER (WHERE volunteer.state <> 'active')
    FROM assignment JOIN volunteer ON volunteer.id = volunteer_id WHERE assignment.state IN ('offered', 'accepted')
"""
# While a timer to look at helpers is under way, those who were asked are freed in a moment.
_ASKED = """
    SELECT count(*), count(*) FILTER (WHERE volunteer.no_contact
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'settle_helpers' AND parked_at IS NULL))
    FROM assignment JOIN volunteer ON volunteer.id = volunteer_id WHERE assignment.state = 'offered'
"""
# A person may ask them all the same, and says so.
_DECLINED = """
    SELECT count(*), count(*) FILTER (WHERE NOT 'declined' = ANY (asked.despite) AND EXISTS (
        SELECT FROM assignment before WHERE before.need_id = asked.need_id
            AND before.volunteer_id = asked.volunteer_id AND before.reason = 'for_good'))
    FROM assignment asked WHERE asked.state = 'offered'
"""
_OVER = """
    SELECT count(*), count(*) FILTER (WHERE need.ended <> '')
    FROM assignment JOIN need ON need.id = need_id WHERE assignment.state IN ('offered', 'accepted')
"""
_CLOSED = """
    SELECT count(*), count(*) FILTER (WHERE need.ended = '' AND need.source <> '' AND
        household.version > coalesce(need.household_version, household.reopened))
    FROM need JOIN household ON household.id = need.household_id
"""
_TOTALS = """
    SELECT count(*), count(*) FILTER (WHERE (volunteer.open, served, volunteer.minutes) <>
        (coalesce(counted.open, 0), coalesce(done, 0), coalesce(counted.minutes, 0)))
    FROM volunteer LEFT JOIN (
        SELECT volunteer_id, count(*) FILTER (WHERE state IN ('offered', 'accepted')) AS open,
            count(*) FILTER (WHERE state = 'done') AS done, sum(minutes) AS minutes
        FROM assignment GROUP BY 1) counted ON counted.volunteer_id = volunteer.id
"""
_FOUND = """
    SELECT count(*), count(*) FILTER (WHERE found <> coalesce(had, 0)) FROM need LEFT JOIN (
        SELECT need_id, count(*) AS had FROM assignment WHERE state IN ('accepted', 'done') GROUP BY 1
    ) counted ON need_id = need.id WHERE said > 0
"""
_APPEALS = """
    SELECT count(*), count(*) FILTER (WHERE need.ended <> '' OR need.found >= need.wanted)
    FROM helper_appeal JOIN need ON need.id = need_id WHERE closed_on IS NULL
"""
CHECKS = {
    "no slot stands without its consent": _CONSENT,
    "no slot stands of somebody who left or is helped no longer": _THERE,
    "nothing is kept of a talk that may not be used": _USED,
    "no minor speaks in public": _OF_AGE,
    "nobody who is not active has a task": _ACTIVE,
    "nobody is asked who is never written to": _ASKED,
    "nobody is asked for what they declined for good": _DECLINED,
    "nobody has a task that is over": _OVER,
    "no helper is wanted for a closed household": _CLOSED,
    "tasks and hours of each volunteer are those of the rows": _TOTALS,
    "who was found for each need has it": _FOUND,
    "each appeal for helpers is for somebody who is missing": _APPEALS,
    "the newest state of each slot was said": newest_said("slot", SpeakingChanged),
    "the newest state of each need for helpers was said": newest_said("need", HelpChanged, "said"),
}
"""By what is counted: each query gives how many there are and how many break the rule."""
