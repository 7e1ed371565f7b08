"""Yearly statements: issuing and listing them. No answer holds a name."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.donations.api.letters import InLanguage, LetterOut
from services.donations.api.models import LOOKING, TREASURER, AmountOut, MoneySettings
from services.donations.commands import statements as commands
from services.donations.domain.letters import LetterState
from services.donations.queries import letters as queries
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(tags=["letters"])
Year = Annotated[int, Field(ge=1990, le=2100)]


class ForYear(InLanguage):
    """A calendar year, as donors' taxes go by it."""

    year: Year


class StatementKept(BaseModel):
    """A statement of a year, with a sum for each currency: currencies are never added."""

    statement_id: UUID
    donor_id: UUID
    year: int
    sums: list[AmountOut]

    @classmethod
    def of(cls, statement: commands.Statement) -> Self:
        sums: dict[str, int] = {}
        for each in statement.lines:
            sums[each.money.currency] = sums.get(each.money.currency, 0) + each.money.minor
        return cls(
            statement_id=statement.id,
            donor_id=statement.donor_id,
            year=statement.year,
            sums=_sums(sums),
        )


def _sums(sums: dict[str, int] | None) -> list[AmountOut]:
    return [AmountOut.of(int(minor), currency) for currency, minor in sorted((sums or {}).items())]


@router.post("/donors/{donor_id}/statements", status_code=201, dependencies=[TREASURER])
async def issue_statement(
    donor_id: UUID, body: ForYear, work: Work, settings: MoneySettings
) -> StatementKept:
    """What a donor gave in a calendar year that is over. While nothing is different, it is the one that there is."""

    async def do(unit: Unit) -> StatementKept | Refused:
        done = await commands.issue_statement(unit, settings.office, donor_id, body.year, body.language)
        return shown(done, StatementKept.of)

    return await work.once(StatementKept, do)


class StatementOut(LetterOut):
    """A statement in a list."""

    statement_id: UUID
    year: int
    sums: list[AmountOut]

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        return cls(**cls.shared_by(row), statement_id=row["id"], year=row["year"], sums=_sums(row["sums"]))


@router.get("/statements", dependencies=[LOOKING])
async def statements(
    session: Reading,
    year: Annotated[Year | None, Query()] = None,
    state: LetterState | None = None,
    donor_id: UUID | None = None,
    after: After = None,
    limit: Limit = 100,
) -> Page[StatementOut]:
    """All yearly statements in the order in which they were issued."""
    which = queries.LetterFilter(donor_id, state and state.value)
    found = await queries.statements(session, which, limit + 1, place_of(after), year)
    return page_of(found, limit, StatementOut.of, lambda row: row["id"])
