"""Letters: what was passed on was checked, answered and agreed to, and none is kept for too long."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.sponsorship import correspondence
from shared.messaging.day import today_of
from shared.service.parts import Count

_ANSWERED = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM finding WHERE finding.letter_id = letter.id AND finding.answer = ''))
    FROM letter WHERE state = 'delivered'
"""
_BY_OTHERS = """
    SELECT count(*), count(*) FILTER (WHERE checked_by = '' OR checked_by = ANY(maskers) OR NOT EXISTS (
        SELECT FROM letter_check WHERE letter_check.letter_id = letter.id
        AND letter_check.actor = letter.checked_by AND letter_check.doubts = '{}'))
    FROM letter WHERE state IN ('checked', 'delivered')
"""
_WORDS = """
    SELECT count(*), count(*) FILTER (WHERE (letter_text.letter_id IS NULL) <> (letter.forgotten_on IS NOT NULL)
        OR (letter.forgotten_on IS NULL AND letter_text.masked IS NULL
            AND letter.state NOT IN ('received', 'returned')))
    FROM letter LEFT JOIN letter_text ON letter_text.letter_id = letter.id
"""
_AGREED = """
    SELECT count(*), count(*) FILTER (WHERE ended_on > agreed_until) FROM letter WHERE state = 'delivered'
"""
_TRANSLATED = """
    SELECT count(*), count(*) FILTER (WHERE need.open
        AND (letter.state = 'delivered' AND need.found = 0 OR letter.state = 'returned' AND need.status <> 'done'))
    FROM helper_need need JOIN letter ON letter.id = need.letter_id
"""
_INCIDENTS = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
            SELECT FROM incident_end WHERE incident_id = incident.id AND state = 'corrected')
        <> EXISTS (SELECT FROM incident later WHERE later.replaces = incident.id))
    FROM incident
"""
# Of one day it is not known what was first.
_STOPPED = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM incident WHERE incident.donor_id = letter.donor_id AND incident.on_day < letter.ended_on
        AND NOT EXISTS (
            SELECT FROM incident_end WHERE incident_id = incident.id AND incident_end.on_day <= letter.ended_on)))
    FROM letter WHERE state = 'delivered'
"""
_NO_PICTURES = """
    SELECT count(*), count(*) FILTER (WHERE letter.forgotten_on IS NOT NULL)
    FROM photo JOIN letter ON letter.id = photo.letter_id
"""
CHECKS = {
    "no letter was passed on with a finding that nobody answered": _ANSWERED,
    "each letter was checked by another person than who masked it": _BY_OTHERS,
    "no letter was passed on after its consent had ended": _AGREED,
    "each letter has its words, unless it was forgotten": _WORDS,
    "of an incident and those that correct it one counts": _INCIDENTS,
    "no letter was passed on while an incident of its sponsor was open": _STOPPED,
    "no picture is kept of a letter that was forgotten": _NO_PICTURES,
    "no translator is looked for when the letter is over": _TRANSLATED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""


async def kept(session: AsyncSession, days: int) -> Count:
    """Those that are due today are forgotten soon after the day has begun."""
    before = await today_of(session) - timedelta(days + 1)
    return Count("no letter is kept longer than it may be", *await correspondence.overdue(session, before))
