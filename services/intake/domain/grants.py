"""Money that is asked for a household or an advocacy case: the request, and the words in which timeline or history tell
what became of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from services.intake.domain.history import CaseEntry
from services.intake.domain.timeline import Entry, line_of, shortened
from shared.contracts.base import Money
from shared.contracts.donations import GrantChanged, GrantStatus, GrantWhy
from shared.contracts.intake import GrantAsked, GrantStep

DIGITS = {"JPY": 0, "KRW": 0, "USD": 2, "EUR": 2, "CNY": 2, "THB": 2}
"""Decimal digits of the currencies in which money is asked for."""

STATUS: Mapping[str, str] = {
    GrantStatus.UNDECIDED: "waits for a decision",
    GrantStatus.WAITING: "waits for money",
    GrantStatus.SET_ASIDE: "money is set aside",
    GrantStatus.PAID_PART: "paid in part",
    GrantStatus.PAID: "paid",
    GrantStatus.SETTLED: "paid and settled",
    GrantStatus.REFUSED: "refused",
    GrantStatus.CANCELLED: "cancelled",
}
WHY: Mapping[str, str] = {
    GrantWhy.NOTHING_LEFT: "the fund has nothing free; it is served when money comes",
    GrantWhy.UNDECIDED: "somebody still has to agree",
    GrantWhy.TAKEN_BACK: "money that was set aside is no longer there",
    GrantWhy.HOUSEHOLD_CLOSED: "household closed",
    GrantWhy.CASE_CLOSED: "case closed",
    GrantWhy.WITHDRAWN: "withdrawn",
    GrantWhy.REFUSED_BY_PERSON: "the person does not want it",
    GrantWhy.NO_CAPACITY: "cannot be given",
    GrantWhy.NO_LONGER_NEEDED: "no longer needed",
    GrantWhy.NOT_REACHED: "nobody was reached",
}
"""By code: another language is another table. Reasons without words go without saying, or intake does not know them."""


@dataclass(frozen=True)
class Request:
    """Money that is asked for a household or a case, in minor units; a request that was withdrawn says no more.

    `household_version` and `case_version` stay what they were when it was asked for, however it is changed later.
    `raised_by` are all who ever asked for more than was asked for before them, each once, the first of them first.
    """

    id: UUID
    version: int
    kind: str
    amount: int
    currency: str
    urgency: int
    asked_on: date
    asked_by: str
    household_id: UUID | None = None
    household_version: int | None = None
    case_id: UUID | None = None
    case_version: int | None = None
    member_id: UUID | None = None
    withdrawn_on: date | None = None
    raised_by: Sequence[str] = ()


def changed(request: Request, amount: int | None, urgency: int | None, by: str) -> Request:
    """The request once somebody has changed it; what is None stays. Whoever asks for more is known from then on."""
    wanted = request.amount if amount is None else amount
    raised_by = [*request.raised_by]
    if wanted > request.amount and by not in raised_by:
        raised_by.append(by)
    return replace(
        request,
        version=request.version + 1,
        amount=wanted,
        urgency=request.urgency if urgency is None else urgency,
        raised_by=raised_by,
    )


def asking_of(request: Request, on: date) -> GrantAsked:
    """What the other services are told of a request."""
    step = GrantStep.ASKED if request.version == 1 else GrantStep.CHANGED
    return GrantAsked(
        request_id=request.id,
        version=request.version,
        household_id=request.household_id,
        household_version=request.household_version,
        case_id=request.case_id,
        case_version=request.case_version,
        member_id=request.member_id,
        kind=request.kind,
        estimate=Money(amount=request.amount, currency=request.currency),
        urgency=request.urgency,
        asked_on=request.asked_on,
        asked_by=request.asked_by,
        raised_by=tuple(request.raised_by),
        status=GrantStep.WITHDRAWN if request.withdrawn_on else step,
        on=on,
    )


def asked_words(request: Request) -> str:
    """For the timeline of the household, or the history of the case."""
    done = "Withdrawn" if request.withdrawn_on else "Asked" if request.version == 1 else "Changed"
    return f"{done}: {_kind(request.kind)} grant, {_money(request.amount, request.currency)}."


def grant_words(fact: GrantChanged) -> str:
    """What became of a grant."""
    amounts = {"set aside": fact.set_aside, "paid": fact.paid, "missing": fact.missing}
    parts = [STATUS.get(fact.status, fact.status.replace("_", " "))]
    parts += [f"{_money(each.amount, each.currency)} {name}" for name, each in amounts.items() if each.amount]
    if fact.held:
        parts.append(f"{_money(fact.held.amount, fact.held.currency)} of the fund is held back still")
    if why := WHY.get(fact.reason):
        parts.append(why)
    return shortened(f"{_kind(fact.kind).capitalize()} grant: {'; '.join(parts)}.")


def grant_entry(fact: GrantChanged, at: datetime) -> Entry:
    """What donations said, as a line of the household's timeline; ValueError for a grant of no household."""
    if fact.household_id is None:
        raise ValueError("this grant is for no household")
    return Entry(household_id=fact.household_id, **line_of(fact, at, grant_words(fact)))


def case_grant_entry(fact: GrantChanged, at: datetime) -> CaseEntry:
    """What donations said, as a line of the case's history; ValueError for a grant of no case."""
    if fact.case_id is None:
        raise ValueError("this grant is for no case")
    return CaseEntry(case_id=fact.case_id, **line_of(fact, at, grant_words(fact)))


def _kind(code: str) -> str:
    return code.replace("_", " ")


def _money(minor: int, currency: str) -> str:
    digits = DIGITS.get(currency, 0)
    whole, rest = divmod(minor, 10**digits)
    return f"{currency} {whole:,}{f'.{rest:0{digits}}' if digits else ''}"
