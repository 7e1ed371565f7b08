"""How long words and pictures of letters are kept: for some time after these two are sponsor and child no more."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# A letter that nobody passed on or returned is listed as late instead; while an incident of the child is open, what was
# written may be needed.
_OVERDUE = """
    letter.forgotten_on IS NULL AND letter.ended_on < :before
    AND NOT EXISTS (
        SELECT FROM sponsorship JOIN gift ON gift.id = sponsorship.gift_id
        LEFT JOIN sponsor giver ON giver.id = gift.donor_id LEFT JOIN sponsor writer ON writer.id = letter.donor_id
        WHERE sponsorship.child_id = letter.child_id
        AND coalesce(giver.kept_id, gift.donor_id) = coalesce(writer.kept_id, letter.donor_id)
        AND (sponsorship.ends_on IS NULL OR sponsorship.ends_on >= :before))
    AND NOT EXISTS (
        SELECT FROM incident WHERE incident.child_id = letter.child_id
        AND NOT EXISTS (SELECT FROM incident_end WHERE incident_id = incident.id))
"""
# S608: the condition is ours.
_SOME = text(f"""
    UPDATE letter SET forgotten_on = :today WHERE id IN (
        SELECT id FROM letter WHERE {_OVERDUE} ORDER BY id LIMIT :most FOR UPDATE SKIP LOCKED)
    RETURNING id
""")  # noqa: S608
_COUNT = text(f"SELECT count(*), count(*) FILTER (WHERE {_OVERDUE}) FROM letter")  # noqa: S608
_GONE = [
    text("DELETE FROM finding WHERE letter_id = ANY(:ids)"),
    text("DELETE FROM photo WHERE letter_id = ANY(:ids)"),
    text("DELETE FROM letter_text WHERE letter_id = ANY(:ids)"),
]


async def forget(session: AsyncSession, before: date, today: date, most: int) -> int:
    """Remove words, pictures and findings of letters that were over, as the sponsorship was, before a day, at most so
    many; their rows stay. Gives how many they were.
    """
    ids = list(await session.scalars(_SOME, {"before": before, "today": today, "most": most}))
    for each in _GONE if ids else ():
        await session.execute(each, {"ids": ids})
    return len(ids)


async def overdue(session: AsyncSession, before: date) -> tuple[int, int]:
    """How many letters there are, and how many of them should have been forgotten if those before this day are."""
    counted, late = (await session.execute(_COUNT, {"before": before})).one()
    return int(counted), int(late)
