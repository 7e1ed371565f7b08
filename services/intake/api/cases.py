"""Routes for advocacy cases: open, look, plan visits, ask for money, close, reopen."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.intake import queries
from services.intake.api.answers import EntryOut
from services.intake.api.case_bodies import (
    CaseClosing,
    CaseOut,
    CaseSummary,
    JoinedOut,
    Made,
    NamesOut,
    NewCase,
    NewCaseRequest,
    NewRelative,
    NewVisit,
    TopicsChange,
    VisitCancelling,
    VisitOut,
)
from services.intake.api.grants import RequestInList, RequestOut
from services.intake.api.households import CASEWORKER
from services.intake.api.requests import Looking
from services.intake.commands import cases as commands
from services.intake.commands.grants import ask_for_case
from services.intake.commands.reading import read_names
from services.intake.domain.cases import Case, Visit
from shared.contracts.intake import AdvocacyStatus
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Role
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.roles import allows
from shared.web.work import Asking, OpenUnits, Reading, Work, accepted

router = APIRouter(prefix="/cases", tags=["advocacy cases"])
LOOKING = allows(Role.CASEWORKER, Role.EVENTS, Role.TREASURER, Role.AUDITOR)

IDENTITIES = "/{case_id}/identities"
VISIT = "/{case_id}/visits/{visit_id}"
CaseId = Annotated[UUID, Path(description="the case's id")]


def _shown(outcome: Case | Refused) -> CaseSummary | Refused:
    return outcome if isinstance(outcome, Refused) else CaseSummary.of(outcome)


def _visit(outcome: Visit | Refused) -> VisitOut | Refused:
    return outcome if isinstance(outcome, Refused) else VisitOut.of(outcome)


def _joined(case_id: UUID, outcome: UUID | Refused) -> JoinedOut | Refused:
    return outcome if isinstance(outcome, Refused) else JoinedOut(case_id=case_id, person_id=outcome)


@router.post("", status_code=201, dependencies=[CASEWORKER])
async def begin(body: NewCase, work: Work) -> CaseSummary:
    """Open a case for somebody who is in prison for having helped. Its alias is made here."""

    async def do(unit: Unit) -> CaseSummary | Refused:
        return _shown(await commands.begin(unit, [each.said() for each in body.people], body.topics))

    return await work.once(CaseSummary, do)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, status: AdvocacyStatus | None = None, after: After = None, limit: Limit = 50
) -> Page[CaseSummary]:
    """Cases in the order in which they were opened."""
    found = await queries.cases(session, status, place_of(after), limit + 1)
    return page_of(found, limit, CaseSummary.of, lambda case: case.id)


@router.get("/{case_id}", dependencies=[LOOKING])
async def show(case_id: CaseId, session: Reading) -> CaseOut:
    """One case with its people, without names, and the support that was paid."""
    case, people = accepted(await queries.case(session, case_id))
    return CaseOut.whole(case, people, await queries.support_paid(session, case_id))


@router.post("/{case_id}/people", status_code=201, dependencies=[CASEWORKER])
async def join(case_id: CaseId, body: NewRelative, work: Work) -> JoinedOut:
    """One more of the family is known."""

    async def do(unit: Unit) -> JoinedOut | Refused:
        return _joined(case_id, await commands.join(unit, case_id, body.given_name, body.family_name))

    return await work.once(JoinedOut, do)


@router.post("/{case_id}/people/{person_id}/correct", dependencies=[CASEWORKER])
async def correct(case_id: CaseId, person_id: UUID, body: NewRelative, work: Work) -> JoinedOut:
    """A name was wrong. The history tells that, and no value."""

    async def do(unit: Unit) -> JoinedOut | Refused:
        names = (body.given_name, body.family_name)
        return _joined(case_id, await commands.rename(unit, case_id, person_id, *names))

    return await work.once(JoinedOut, do)


@router.post("/{case_id}/topics", dependencies=[CASEWORKER])
async def set_topics(case_id: CaseId, body: TopicsChange, work: Work) -> CaseSummary:
    """Other topics for hearings."""

    async def do(unit: Unit) -> CaseSummary | Refused:
        return _shown(await commands.set_topics(unit, case_id, body.topics))

    return await work.once(CaseSummary, do)


@router.post("/{case_id}/visits", status_code=201, dependencies=[CASEWORKER])
async def plan_visit(case_id: CaseId, body: NewVisit, work: Work) -> VisitOut:
    """Plan a visit of the family. Money for it is a request of its own."""

    async def do(unit: Unit) -> VisitOut | Refused:
        return _visit(await commands.plan_visit(unit, case_id, body.planned_for))

    return await work.once(VisitOut, do)


@router.get("/{case_id}/visits", dependencies=[LOOKING])
async def visits(case_id: CaseId, session: Reading, after: After = None, limit: Limit = 50) -> Page[VisitOut]:
    """The visits of a case in the order in which they were planned."""
    found = accepted(await queries.visits(session, case_id, place_of(after), limit + 1))
    return page_of(found, limit, VisitOut.of, lambda visit: visit.id)


@router.post(f"{VISIT}/done", dependencies=[CASEWORKER])
async def visit_made(case_id: CaseId, visit_id: UUID, work: Work, body: Made | None = None) -> VisitOut:
    """A planned visit was made. Without a body, today."""

    async def do(unit: Unit) -> VisitOut | Refused:
        on = body.done_on if body else None
        return _visit(await commands.visit_made(unit, case_id, visit_id, on))

    return await work.once(VisitOut, do)


@router.post(f"{VISIT}/cancel", dependencies=[CASEWORKER])
async def cancel_visit(case_id: CaseId, visit_id: UUID, body: VisitCancelling, work: Work) -> VisitOut:
    """A planned visit is not made. A request for money stays as it is until it is withdrawn."""

    async def do(unit: Unit) -> VisitOut | Refused:
        return _visit(await commands.cancel_visit(unit, case_id, visit_id, body.reason))

    return await work.once(VisitOut, do)


@router.post("/{case_id}/close", dependencies=[CASEWORKER])
async def close(case_id: CaseId, body: CaseClosing, work: Work) -> CaseSummary:
    """Nothing is done for the case any more: planned visits are cancelled, and grants that are not paid end."""

    async def do(unit: Unit) -> CaseSummary | Refused:
        return _shown(await commands.close(unit, case_id, body.reason.value))

    return await work.once(CaseSummary, do)


@router.post("/{case_id}/reopen", dependencies=[CASEWORKER])
async def reopen(case_id: CaseId, work: Work) -> CaseSummary:
    """A closed case goes on. Visits are planned and money is asked for anew."""

    async def do(unit: Unit) -> CaseSummary | Refused:
        return _shown(await commands.reopen(unit, case_id))

    return await work.once(CaseSummary, do)


@router.get("/{case_id}/history", dependencies=[LOOKING])
async def history(
    case_id: CaseId, session: Reading, after: After = None, limit: Limit = 50
) -> Page[EntryOut]:
    """What became of the case here, and what donations said of its grants, the newest first."""
    found = accepted(await queries.history(session, case_id, place_of(after), limit + 1))
    return page_of(found, limit, lambda row: EntryOut.of(row[1]), lambda row: row[0])


@router.post("/{case_id}/grants", status_code=201, tags=["grants"], dependencies=[CASEWORKER])
async def ask(case_id: CaseId, body: NewCaseRequest, work: Work) -> RequestOut:
    """Ask for money for a visit or for support; donations sets it aside or says what is missing: see the history."""

    async def do(unit: Unit) -> RequestOut | Refused:
        outcome = await ask_for_case(unit, case_id, body.wanted())
        return outcome if isinstance(outcome, Refused) else RequestOut.of(outcome)

    return await work.once(RequestOut, do)


@router.get("/{case_id}/grants", tags=["grants"], dependencies=[LOOKING])
async def grants(case_id: CaseId, session: Reading) -> list[RequestInList]:
    """All money that was asked for a case, the oldest request first, and what became of it."""
    accepted(await queries.case(session, case_id))
    return [RequestInList.in_list(row) for row in await queries.grant_requests(session, case_id)]


@router.post(IDENTITIES, dependencies=[CASEWORKER])
async def show_names(case_id: CaseId, looking: Looking, units: OpenUnits, reader: Asking) -> NamesOut:
    """The names of those of a case; a reason is needed, and who reads them is kept."""
    async with units.open(actor=reader) as unit:
        found = accepted(await read_names(unit, case_id, f"/cases{IDENTITIES}"))
    return NamesOut.of(case_id, found)
