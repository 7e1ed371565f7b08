"""Figures for the plan of speakers and helpers, from what is kept."""

from collections.abc import Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_TALKS = text("""
    SELECT count(*) FILTER (WHERE kind = 'fieldworker') AS talks_by_fieldworkers,
           count(*) FILTER (WHERE kind = 'defector') AS talks_by_defectors
    FROM slot JOIN speaker ON speaker.id = speaker_id WHERE status = 'given'
""")
_TRAINED = text("SELECT count(*) FROM speaker WHERE trained_on IS NOT NULL")
# A need whose people have agreed is met, also once it is done. One that ended before anybody was needed is neither.
_HELP = text("""
    SELECT count(*) FILTER (WHERE languages AND found >= wanted) AS language_needs_met,
           count(*) FILTER (WHERE languages AND ended = '' AND found < wanted) AS language_needs_unmet,
           count(*) FILTER (WHERE source = 'settlement' AND ended = '' AND found < wanted)
               AS settlement_helpers_missing,
           count(*) FILTER (WHERE source = 'settlement' AND found >= wanted) AS settlement_helpers_found
    FROM (SELECT source, ended, found, wanted, task IN ('interpret', 'translate_letter') AS languages
          FROM need WHERE said > 0) needs
""")


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures of speakers and helpers."""
    return {
        **(await session.execute(_TALKS)).mappings().one(),
        **(await session.execute(_HELP)).mappings().one(),
        "speakers_trained": int(await session.scalar(_TRAINED) or 0),
    }
