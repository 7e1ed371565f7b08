"""The invariants of the register, for `./relief doctor`, and each household as it compares it with inventory's."""

from collections.abc import AsyncIterator
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import identities
from services.intake.domain.consents import ADULT_BANDS
from services.intake.repository import HELPED, PRESENT, key_of
from services.intake.repository.guardians import GIVEN, IS_ALONE, IS_UNGUARDED
from services.intake.settings import Settings
from services.intake.tables import CASE_PERSON, HOUSEHOLD, MEMBER, READING, TIMELINE
from shared.contracts.intake import ConsentChanged, SettlementAsked
from shared.database.tables import journal
from shared.messaging.day import today_of
from shared.service.parts import Check, Count, Standing, Standings
from shared.service.said import newest_said


def check(_: Settings) -> Check:
    """Intake's own invariants."""
    return _check


def standings(_: Settings) -> Standings:
    """Every household in the order of registration, streamed."""
    return _standings


async def _check(session: AsyncSession) -> list[Count]:
    households = await _count(session, select(func.count()).select_from(HOUSEHOLD))
    members = await _count(session, select(func.count()).select_from(MEMBER))
    empty = select(func.count()).select_from(HOUSEHOLD)
    someone = select(MEMBER.c.id).where(MEMBER.c.household_id == HOUSEHOLD.c.id, PRESENT)
    codes = select(func.count() - func.count(func.distinct(HOUSEHOLD.c.code))).select_from(HOUSEHOLD)
    readings = select(func.count()).select_from(READING)
    entries = select(func.count()).select_from(TIMELINE)
    helped = select(func.count()).select_from(MEMBER.join(HOUSEHOLD)).where(PRESENT, HELPED)
    refs = await _refs_that_fold_to_one(session)
    people = await _count(session, select(func.count()).select_from(CASE_PERSON))
    grown = await identities.count_grown(session, await today_of(session))
    return [
        Count(
            "every household has a member", households, await _count(session, empty.where(~someone.exists()))
        ),
        Count("every member has an identity", members, await identities.members_without(session)),
        Count("everybody who is helped has the age band of today", await _count(session, helped), grown),
        Count("no code is used twice", households, await _count(session, codes)),
        Count("nobody is twice in one household", members, await identities.count_alike(session)),
        Count(
            "nobody is present in two households", members, await identities.count_in_two_households(session)
        ),
        Count("no two register references are one", households, refs),
        Count("every version was said", households, await _count(session, _unsaid())),
        Count("times that names were shown", await _count(session, readings), 0),
        Count("timeline entries", await _count(session, entries), 0),
        Count("every person of a case has a name", people, await identities.people_without_name(session)),
        *[Count(name, *(await session.execute(text(query))).one()) for name, query in _BY_NAME.items()],
    ]


_VISITS = """
    SELECT count(*), count(*) FILTER (WHERE visits_planned <> planned OR visits_done <> done OR status <> CASE
        WHEN closed_on IS NOT NULL THEN 'closed' WHEN planned > 0 THEN 'visit_planned'
        WHEN done > 0 THEN 'visited' ELSE 'open' END)
    FROM (SELECT advocacy_case.*, count(*) FILTER (WHERE state = 'planned') AS planned,
                 count(*) FILTER (WHERE state = 'done') AS done
          FROM advocacy_case LEFT JOIN case_visit ON case_visit.case_id = advocacy_case.id
          GROUP BY advocacy_case.id) cases
"""
_IMPRISONED = """
    SELECT count(*), count(*) FILTER (WHERE 1 <> (
        SELECT count(*) FROM case_person WHERE case_id = advocacy_case.id AND role = 'imprisoned'))
    FROM advocacy_case
"""
# An old journal is forgotten.
_SAID = """
    SELECT count(*), count(*) FILTER (WHERE opened_at >= (SELECT min(said_at) FROM journal)
        AND version <> (SELECT count(*) FROM journal WHERE subject = advocacy_case.id))
    FROM advocacy_case
"""
_ASKED = """
    SELECT count(*), count(*) FILTER (WHERE num_nonnulls(household.id, advocacy_case.id) <> 1
        OR num_nonnulls(grant_request.household_id, grant_request.case_id) <> 1)
    FROM grant_request LEFT JOIN household ON household.id = household_id
    LEFT JOIN advocacy_case ON advocacy_case.id = case_id
"""
_CONSENTS_SAID = newest_said("consent", ConsentChanged)
_CONSENTS_OF = """
    SELECT count(*), count(*) FILTER (WHERE consent.household_id <> member.household_id)
    FROM consent JOIN member ON member.id = consent.member_id
"""
_OF_AGE = f"""
    SELECT count(*), count(*) FILTER (WHERE agreed AND age_band NOT IN {ADULT_BANDS})
    FROM consent JOIN member ON member.id = member_id WHERE purpose = 'public_speaking'
"""  # noqa: S608, all parts are ours
_CONSENTS_KEPT = """
    SELECT count(*), count(*) FILTER (WHERE last.agreed IS DISTINCT FROM consent.agreed
        OR last.scopes IS DISTINCT FROM consent.scopes OR last.until IS DISTINCT FROM consent.until)
    FROM consent LEFT JOIN LATERAL (
        SELECT * FROM consent_step WHERE consent_id = consent.id ORDER BY id DESC LIMIT 1) last ON true
"""
_GUARDED = f"""
    SELECT count(*), count(*) FILTER (WHERE {IS_UNGUARDED})
    FROM consent JOIN LATERAL ({GIVEN}) given ON given.guardian_id IS NOT NULL WHERE consent.agreed
"""  # noqa: S608, all parts are ours
_ALONE = f"""
    SELECT count(*), count(*) FILTER (WHERE {IS_ALONE})
    FROM consent JOIN LATERAL ({GIVEN}) given ON true WHERE consent.agreed
"""  # noqa: S608, the same
_SETTLEMENTS_SAID = newest_said("settlement_request", SettlementAsked)
_SETTLEMENTS_PAID = """
    SELECT count(*), count(*) FILTER (WHERE ended_on IS NULL AND
        (settlement_request.withdrawn_on IS NULL AND 'grant' = ANY(wishes))
        <> (grant_request.id IS NOT NULL AND grant_request.withdrawn_on IS NULL))
    FROM settlement_request LEFT JOIN grant_request USING (id)
"""
_SETTLEMENTS_OVER = """
    SELECT count(*), count(*) FILTER (WHERE household.status = 'closed'
        AND settlement_request.withdrawn_on IS NULL AND ended_on IS NULL)
    FROM settlement_request JOIN household ON household.id = household_id
"""
_SETTLEMENTS_OF = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM unnest(member_ids) AS named WHERE NOT EXISTS (
            SELECT FROM member WHERE member.id = named::uuid AND left_on IS NULL
            AND member.household_id = settlement_request.household_id)))
    FROM settlement_request WHERE withdrawn_on IS NULL AND ended_on IS NULL
"""
_OF_MEMBERS = {
    "the newest state of each consent was said": _CONSENTS_SAID,
    "each consent is told with the household of its member": _CONSENTS_OF,
    "each consent is what was given or withdrawn last": _CONSENTS_KEPT,
    "no minor agrees to speak in public": _OF_AGE,
    "each guardian of the household who agreed for a child lives with it": _GUARDED,
    "no minor agrees without a guardian": _ALONE,
    "the newest state of each settlement request was said": _SETTLEMENTS_SAID,
    "money is asked for a settlement as long as it is wished for": _SETTLEMENTS_PAID,
    "no settlement request of a closed household goes on": _SETTLEMENTS_OVER,
    "each open settlement request is of members who are in its household": _SETTLEMENTS_OF,
}
_OF_CASES = {
    "the visits of a case are as many as it says": _VISITS,
    "a case is of one person in prison": _IMPRISONED,
    "every version of a case was said": _SAID,
    "money is asked for one household or one case that is there": _ASKED,
}

_BY_NAME = _OF_CASES | _OF_MEMBERS


async def _standings(session: AsyncSession) -> AsyncIterator[Standing]:
    people = (
        select(MEMBER.c.household_id, func.count().label("n")).where(PRESENT).group_by(MEMBER.c.household_id)
    )
    counted = people.subquery()
    query = (
        select(HOUSEHOLD.c.id, HOUSEHOLD.c.version, HELPED, func.coalesce(counted.c.n, 0), HOUSEHOLD.c.code)
        .outerjoin(counted, counted.c.household_id == HOUSEHOLD.c.id)
        .order_by(HOUSEHOLD.c.id)
    )
    async for household_id, version, active, members, code in await session.stream(query):
        yield Standing(str(household_id), version, active, members, code)


def _unsaid() -> Any:
    """Households of which fewer facts stand in the journal than their version counts; an old journal is forgotten."""
    said = select(func.count()).where(journal.c.subject == HOUSEHOLD.c.id).scalar_subquery()
    oldest = select(func.min(journal.c.said_at)).scalar_subquery()
    return (
        select(func.count())
        .select_from(HOUSEHOLD)
        .where(HOUSEHOLD.c.registered_at >= oldest, said != HOUSEHOLD.c.version)
    )


async def _refs_that_fold_to_one(session: AsyncSession) -> int:
    """How many households have a reference that is another one's too but for capitals, width, blanks and marks.

    The references themselves are folded here: what stands beside them for that was made when they came.
    """
    seen, count = set[int](), 0
    refs = select(HOUSEHOLD.c.register_ref).where(HOUSEHOLD.c.register_ref.is_not(None))
    async for ref in await session.stream_scalars(refs):
        mark = int.from_bytes(key_of(ref)[:8])
        count += mark in seen
        seen.add(mark)
    return count


async def _count(session: AsyncSession, query: Any) -> int:
    return int((await session.execute(query)).scalar_one())
