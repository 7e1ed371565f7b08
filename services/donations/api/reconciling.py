"""PayPal's transaction list is compared with the books, and what was found is listed."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from http import HTTPStatus
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, model_validator
from sqlalchemy import RowMapping

from services.donations.api.findings import advice
from services.donations.api.models import LOOKING, TREASURER, MoneySettings
from services.donations.commands.matching import Match
from services.donations.commands.reconciling import ours, reconcile
from services.donations.domain.money import DIGITS, written
from services.donations.outside import PayPal
from services.donations.paypal import activity
from services.donations.paypal.activity import Activity, NoActivity
from services.donations.paypal.fetching import Unreached
from services.donations.paypal.transaction_search import MOST_DAYS, Page
from services.donations.paypal.transactions import Kept, Kind
from services.donations.queries import notices as lists
from services.donations.settings import Settings
from shared.messaging.unit import Units
from shared.principals import Principal
from shared.web.csv_files import CSV, csv_file
from shared.web.models import Body, Day
from shared.web.problems import Problem, invalid
from shared.web.sheets import SHEET_FORM
from shared.web.uploads import file_of, form_of
from shared.web.work import Asking, OpenUnits, Reading

router = APIRouter(prefix="/reconciliations", tags=["paypal"])
DayFirst = Annotated[
    bool | None,
    Query(description="whether 3/4/2006 is in April; needed if no date of the file shows it"),
]
WORDS = {
    "text": "This is no list of PayPal's: it is no CSV file in UTF-8. Download it again as CSV, or save "
    "it as CSV UTF-8 (comma delimited); a file that programs call Unicode is UTF-16.",
    "day_first": "No date of this list shows whether days or months come first. Say day_first=true or false.",
}
MOST = timedelta(days=MOST_DAYS)
HEADINGS = ("reference", "kind", "status", "day", "currency", "amount", "differs in", "ours", "PayPal's")
NOT_LISTED = "PayPal gives no list now. Ask again later."


class Unread(BaseModel):
    """A row that could not be read: its number, the headings being row 1, and the column that is to blame."""

    row: int
    part: str


class Others(BaseModel):
    """What rows that are not the group's gifts come to; nothing else of them is kept."""

    kind: str
    currency: str
    rows: int
    minor: int


class Reconciled(BaseModel):
    """How the rows of a list were found. What was missing is booked now."""

    matched: int = 0
    missing: int = 0
    different: int = 0
    unknown: int = 0
    waiting: int = 0
    failed: int = Field(default=0, description="nothing of them is booked; the findings say why")
    unread: list[Unread] = Field(default=[], max_length=1000)
    others: list[Others] = []

    @classmethod
    def of(cls, found: Counter[str], listed: Activity | Page, kept: Kept) -> Self:
        return cls(
            **{each.value: found[each.value] for each in Match},
            unread=[Unread(row=each.row, part=each.part) for each in listed.faults[:1000]],
            others=[
                Others(kind=each.kind.value, currency=each.currency, rows=each.rows, minor=each.minor)
                for each in kept.rest
            ],
        )


# No Idempotency-Key: each row is booked once by PayPal's id of the money, so a list may be sent as often as one likes.
@router.post("", dependencies=[TREASURER], openapi_extra=SHEET_FORM)
async def compare(
    request: Request,
    units: OpenUnits,
    settings: MoneySettings,
    actor: Asking,
    day_first: DayFirst = None,
) -> Reconciled:
    """Compare PayPal's activity download (CSV) with what is booked; what is missing is booked, once.

    A day is compared once it has been over for a day, since PayPal lists late. Send a list again whenever you like.
    """
    form = await form_of(request)
    try:
        listed = await asyncio.to_thread(activity.read, await file_of(form).read(), day_first=day_first)
    finally:
        await form.close()
    if isinstance(listed, NoActivity):
        words = WORDS.get(listed.part, "This is no list of PayPal's: a column is missing.")
        raise invalid(words, [("file", f"{listed.part} is missing or cannot be read")])
    return await _compared(units, settings, actor, listed)


async def _compared(
    units: Units, settings: Settings, actor: Principal, listed: Activity | Page
) -> Reconciled:
    kept = await ours(units, listed.rows, settings.receivers)
    found = await reconcile(units, actor, settings.zone, kept.rows)
    return Reconciled.of(Counter(match.value for _, match in found), listed, kept)


class Days(Body):
    """From the first day to the last one, both whole."""

    first: Day
    last: Day

    @model_validator(mode="after")
    def _not_too_many(self) -> Self:
        if not timedelta() <= self.last - self.first < MOST:
            raise ValueError(f"PayPal lists at most {MOST.days} days at a time")
        return self


def fetching(paypal: PayPal) -> APIRouter:
    """The route that asks PayPal for its list."""
    made = APIRouter(prefix="/reconciliations", tags=["paypal"])

    # No Idempotency-Key, as above.
    @made.post("/fetch", dependencies=[TREASURER])
    async def fetch(days: Days, units: OpenUnits, settings: MoneySettings, actor: Asking) -> Reconciled:
        """Ask PayPal for its list of some days, at most 31, and compare it. It names no receiver: payments of known
        subscriptions are ours, and those with a mark of ours; the others are counted, and the CSV file has them.
        """
        start = datetime.combine(days.first, time(), settings.zone)
        end = datetime.combine(days.last + timedelta(days=1), time(), settings.zone)
        listed = await paypal.listed(start, end - timedelta(seconds=1))
        if isinstance(listed, Unreached):
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, NOT_LISTED, [("paypal", listed.code)])
        return await _compared(units, settings, actor, listed)

    return made


class DifferenceOut(BaseModel):
    """One thing in which a row differs from the books, as people write it."""

    what: str = Field(description="amount, currency, fee, day, state, reference, left; more may come")
    ours: str
    theirs: str = Field(description="what PayPal says")


class FindingOut(BaseModel):
    """A row of the list, and how it was found when it was compared last."""

    reference: str = Field(description="PayPal's id of it")
    kind: str
    status: Match
    currency: str
    minor: int = Field(description="in minor units; below 0 for what went out")
    refers_to: str | None
    happened_on: date
    on_day: date = Field(description="when it was compared last")
    reason: str = Field(
        description="why comparing it failed: the kind of the error, and where in the code; of one that is unknown, "
        "why it was not booked by itself"
    )
    differs: list[DifferenceOut] = Field(description="in what it is different; empty for any other status")
    advice: str = Field(description="what to do, of one that is unknown")

    @classmethod
    def of(cls, row: RowMapping) -> Self:
        names = ("kind", "status", "currency", "refers_to", "happened_on", "on_day", "reason", "differs")
        same = {name: row[name] for name in names}
        words = advice(Kind(row["kind"]), Match(row["status"]), row["amount"])
        return cls(**same, reference=row["transaction_id"], minor=row["amount"], advice=words)


@router.get("/findings", dependencies=[LOOKING])
async def findings(session: Reading, status: Match | None = None) -> list[FindingOut]:
    """Rows that did not match when they were compared last, or those of one status; the newest 500."""
    return [FindingOut.of(row) for row in await lists.findings(session, status)]


@router.get("/findings.csv", dependencies=[LOOKING], response_class=Response, responses=CSV)
async def findings_as_csv(session: Reading, status: Match | None = None) -> Response:
    """The same as CSV in UTF-8, a line for each thing in which a row differs."""
    found = await lists.findings(session, status)
    return csv_file("findings", HEADINGS, (line for row in found for line in _lines(row)))


def _lines(row: RowMapping) -> Iterator[list[Any]]:
    money = written(row["amount"], row["currency"]) if row["currency"] in DIGITS else row["amount"]
    names = ("transaction_id", "kind", "status", "happened_on", "currency")
    for each in row["differs"] or [{}]:
        yield [
            *(row[name] for name in names),
            money,
            *(each.get(name, "") for name in ("what", "ours", "theirs")),
        ]
