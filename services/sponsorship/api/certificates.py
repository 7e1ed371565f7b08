"""Certificates: issued, listed, and printed with a blank line where the learner's name is written by hand."""

from datetime import date
from typing import Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from services.sponsorship.api.models import LOOKING, SPONSORSHIP, SponsorshipSettings
from services.sponsorship.commands import certificates as commands
from services.sponsorship.domain.certificates import Certificate
from services.sponsorship.repository import certificates
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.papers import PdfResponse, pdf
from shared.web.work import Reading, Work, accepted

router = APIRouter(tags=["lessons"])


class CertificateOut(BaseModel):
    """A certificate as it was issued."""

    certificate_id: UUID
    place_id: UUID
    number: str = Field(description="one after another in each year", examples=["2006-17"])
    course: str
    level: str
    starts_on: date
    ends_on: date
    minutes_attended: int
    minutes_held: int
    issued_on: date

    @classmethod
    def of(cls, one: Certificate) -> Self:
        return cls(
            certificate_id=one.id,
            number=one.words,
            minutes_attended=one.minutes,
            minutes_held=one.held,
            **{name: getattr(one, name) for name in _SAME},
        )


_SAME = ("place_id", "course", "level", "starts_on", "ends_on", "issued_on")


@router.post("/learners/places/{place_id}/certificate", dependencies=[SPONSORSHIP])
async def issue(place_id: UUID, work: Work, settings: SponsorshipSettings) -> CertificateOut:
    """The certificate of a learner who has finished and attended enough: the one that was issued, if one was."""

    async def do(unit: Unit) -> CertificateOut | Refused:
        done = await commands.issue(
            unit,
            settings.lesson_late_days,
            settings.lesson_certificate_percent,
            settings.issuer,
            place_id,
        )
        return shown(done, CertificateOut.of)

    return await work.once(CertificateOut, do)


@router.get("/certificates", dependencies=[LOOKING])
async def find(session: Reading, after: After = None, limit: Limit = 100) -> Page[CertificateOut]:
    """Certificates in the order in which they were issued."""
    found = await certificates.listed(session, limit + 1, place_of(after))
    return page_of(
        found,
        limit,
        lambda row: CertificateOut.of(certificates.certificate_in(row)),
        lambda row: row["id"],
    )


@router.get("/certificates/{certificate_id}/pdf", dependencies=[LOOKING], response_class=PdfResponse)
async def show(certificate_id: UUID, session: Reading, settings: SponsorshipSettings) -> PdfResponse:
    """The certificate to be printed. It names nobody: the name is written on its line by hand."""
    found = accepted(await certificates.find(session, certificate_id) or missing("such certificate"))
    return pdf(accepted(await commands.printed(settings.issuer, found)), f"certificate-{found.words}")
