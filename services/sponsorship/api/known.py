"""Whoever asks for what belongs to something is told if there is no such thing: an empty list would say there is."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Path
from sqlalchemy import Table

from services.sponsorship.queries.known import is_known
from services.sponsorship.tables import CHILD, COURSE, LETTER, SPONSOR
from shared.outcomes import missing
from shared.web.work import Reading, accepted


def _known(name: str, table: Table, what: str) -> Any:
    """For routes with an id of this name in their path: 404 unless the table has it."""

    async def look(session: Reading, key: Annotated[UUID, Path(alias=name)]) -> None:
        accepted(await is_known(session, table, key) or missing(f"such {what}"))

    return Depends(look)


KNOWN_CHILD = _known("child_id", CHILD, "child")
KNOWN_COURSE = _known("course_id", COURSE, "course")
KNOWN_LETTER = _known("letter_id", LETTER, "letter")
KNOWN_SPONSOR = _known("donor_id", SPONSOR, "sponsor")
