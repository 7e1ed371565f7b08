"""Certificates are issued once, under a number that is taken once, and printed as often as somebody wants."""

import asyncio
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.domain.attendance import attended
from services.sponsorship.domain.certificates import Certificate
from services.sponsorship.domain.lessons import Place
from services.sponsorship.ledger import LessonBook
from services.sponsorship.printing import certificates as printing
from services.sponsorship.printing.certificates import Issuer
from services.sponsorship.repository import certificates, lessons
from shared.contracts.sponsorship import LessonStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, missing
from shared.printing.press import Unprintable

NOBODY_ISSUES = conflict(
    "The settings do not say who issues certificates. Set RELIEF_ORGANISATION_NAME, like "
    '{"ja": "...", "en": "..."} with one language at least, and start sponsorship anew.'
)


async def issue(
    unit: Unit, late_days: int, percent: int, issuer: Issuer, place_id: UUID
) -> Certificate | Refused:
    """The certificate of a place whose learner has finished; the one that was issued, if one was.

    Refused if too little was attended, or if it could not be printed: then no number is taken.
    """
    # Its lock makes the numbers one after another, and the place stand still.
    async with LessonBook.open(unit, late_days):
        if before := await certificates.of_place(unit.session, place_id):
            return before
        place = await lessons.place(unit.session, place_id)
        if place is None:
            return missing("such place in lessons")
        issued = await _earned(unit, percent, place)
        if isinstance(issued, Refused):
            return issued
        if refused := await _unprintable(issuer, issued):
            return refused
        certificates.add(unit, issued)
        return issued


async def _earned(unit: Unit, percent: int, place: Place) -> Certificate | Refused:
    course = await lessons.course(unit.session, place.course_id) if place.course_id else None
    if place.state is not LessonStatus.FINISHED or course is None:
        return conflict("A certificate is for who has finished. This learner has not.")
    held = (await lessons.held(unit.session, [course["id"]]))[course["id"]]
    came = attended(place.id, place.starts_on or date.max, held)
    if not came.certified(percent):
        return conflict(
            f"This learner attended {came.minutes:,} of {came.held:,} minutes. A certificate takes {percent} %."
        )
    year = unit.today.year
    return Certificate(
        id=uuid7(),
        place_id=place.id,
        year=year,
        number=await certificates.last_number(unit.session, year) + 1,
        course=course["code"],
        level=course["level"],
        starts_on=place.starts_on or course["starts_on"],
        ends_on=course["ends_on"],
        minutes=came.minutes,
        held=came.held,
        issued_on=unit.today,
    )


async def _unprintable(issuer: Issuer, issued: Certificate) -> Refused | None:
    if not issuer.names:
        return NOBODY_ISSUES
    words = printing.certificate(issued, issuer.names)
    lost = await asyncio.to_thread(issuer.press.lacking, words)
    return _not_printed(lost) if lost else None


def _not_printed(lost: Unprintable) -> Refused:
    return conflict(f"This certificate cannot be printed. {lost.words}")


async def printed(issuer: Issuer, issued: Certificate) -> bytes | Refused:
    """A certificate as PDF, of the day on which it was issued: the same words give the same bytes each time."""
    if not issuer.names:
        return NOBODY_ISSUES
    words = printing.certificate(issued, issuer.names)
    pdf = await asyncio.to_thread(issuer.press.printed, printing.CERTIFICATE, words, issued.issued_on)
    return _not_printed(pdf) if isinstance(pdf, Unprintable) else pdf
