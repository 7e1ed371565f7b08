"""Figures for the plan and for monitoring, from what is kept: never summed from all history."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.domain.advances import overdue_before
from services.donations.domain.funds import FUNDS
from services.donations.domain.money import CURRENCIES
from services.donations.queries import advances, lending, pledges
from services.donations.repository import appeals, books, letters, notices, subscriptions
from services.donations.settings import Settings
from shared.messaging.day import today_of
from shared.observability import Metrics
from shared.service.parts import Actuals, Observe, PutOff

# What was refunded after it was spent is booked against income only once it is covered; it was not raised either.
_RAISED = text("""
    SELECT 'raised_' || lower(account.currency) AS measure, -coalesce(sum(amount), 0) AS actual
    FROM account LEFT JOIN account_month ON account_month.account = account.code
    WHERE account.kind IN ('income', 'uncovered') GROUP BY account.currency
""")
# Money that is given its purpose later leaves its income where it came in: so what was raised for a purpose is what its
# payments have left, and not what its account of income says.
_RAISED_FOR = text("""
    SELECT purpose, currency, sum(gross - refunded) AS raised FROM payment
    WHERE version > 0 AND currency <> '' GROUP BY 1, 2
""")
_APPEALED = text("SELECT currency, sum(greatest(raised, 0)) FROM appeal GROUP BY 1")
_GRANTS = text("""
    SELECT kind, count(*) FILTER (WHERE paid > 0 AND (paid >= wanted OR ended = 'settled')) AS served,
           count(*) FILTER (WHERE ended = '' AND set_aside + carried + paid = 0) AS undecided
    FROM "grant" WHERE version > 0 GROUP BY 1
""")
GRANTS_PAID = {
    "protection": "protection_grants_paid",
    "resettlement": "resettlement_grants_paid",
    "return": "return_grants_paid",
    "hospital": "hospital_grants_paid",
    "family_visit": "family_visits_paid",
    "prison_support": "prison_support_paid",
    "school": "school_grants_paid",
}
"""The measure of each kind of grant: how many were paid whole, or settled after a part."""
_MONTHLY = text("""
    SELECT count(*) FILTER (WHERE status = 'active') AS gifts_active,
           count(*) FILTER (WHERE status = 'at_risk') AS gifts_at_risk,
           (SELECT count(*) FROM subscription_change
            WHERE status IN ('lapsed', 'ended') AND before IN ('active', 'at_risk')) AS gifts_lost
    FROM subscription
""")
_SHORT = text("SELECT count(*) FROM appeal WHERE status = 'closed_short'")
_WAITING = text("""
    SELECT fund, currency, sum(agreed_to - set_aside - carried - paid) FROM "grant"
    WHERE ended = '' AND agreed_to > set_aside + carried + paid GROUP BY 1, 2
""")
_REFUNDS = text("SELECT count(*) FROM refund WHERE state = 'different'")


def actuals(_: Settings) -> Actuals:
    """What was reached of the plan's measures. Currencies are never added: each has a measure of its own."""
    return reached


async def reached(session: AsyncSession) -> Mapping[str, int]:
    """The plan's measures."""
    today = await today_of(session)
    expected = {f"expected_{code.lower()}": 0 for code in CURRENCIES}
    for row in await pledges.expected(session, today):
        expected[f"expected_{row['currency'].lower()}"] = int(row["expected"])
    raised = {measure: int(actual) for measure, actual in await session.execute(_RAISED)}
    short = int(await session.scalar(_SHORT) or 0)
    monthly = (await session.execute(_MONTHLY)).mappings().one()
    return {
        **raised,
        **expected,
        **monthly,
        **await _grants(session),
        **await _raised_for(session),
        "appeals_short": short,
    }


async def _grants(session: AsyncSession) -> Mapping[str, int]:
    """Grants by their kind."""
    rows = {row["kind"]: row for row in (await session.execute(_GRANTS)).mappings()}
    served = {measure: rows[kind]["served"] if kind in rows else 0 for kind, measure in GRANTS_PAID.items()}
    undecided = rows["hospital"]["undecided"] if "hospital" in rows else 0
    return {**served, "hospital_requests_undecided": undecided}


async def _raised_for(session: AsyncSession) -> Mapping[str, int]:
    """What was raised for each fund, and for appeals, in each currency."""
    found = {f"raised_{fund}_{code.lower()}": 0 for fund in (*FUNDS, "appeals") for code in CURRENCIES}
    for fund, currency, raised in await session.execute(_RAISED_FOR):
        found[f"raised_{fund}_{currency.lower()}"] = int(raised)
    for currency, raised in await session.execute(_APPEALED):
        found[f"raised_appeals_{currency.lower()}"] = int(raised)
    return found


async def _overdue(session: AsyncSession, today: date) -> Mapping[str, int]:
    """How many loans between funds should have been paid back, by currency."""
    due = (row["currency"] for row in await lending.loans(session) if row["pay_back_on"] < today)
    return {**dict.fromkeys(CURRENCIES, 0), **Counter(due)}


def put_off(_: Settings) -> PutOff:
    """What is done in a moment without anybody asking."""

    async def waiting(session: AsyncSession) -> Mapping[str, int]:
        return {
            "IPNs that PayPal is asked about": await notices.asked(session),
            "news of monthly gifts": await subscriptions.news(session),
            "receipts that another one takes the place of": await letters.to_replace(session),
        }

    return waiting


def observe(settings: Settings) -> Callable[[Metrics], Observe]:
    """Gauges of what the funds have, what fieldworkers carry, and what somebody has to look at."""

    def gauges(metrics: Metrics) -> Observe:
        labels = ("fund", "currency")
        balance = metrics.gauge("fund_balance_minor_units", "What a fund has, in minor units", *labels)
        held = metrics.gauge("fund_held_minor_units", "What of it cannot be spent yet", *labels)
        aside = metrics.gauge("fund_set_aside_minor_units", "What of it is promised and not paid", *labels)
        raised = metrics.gauge(
            "appeal_raised_minor_units", "What came for an appeal that goes on", "appeal", "currency"
        )
        loans = metrics.gauge("loans_overdue", "Loans between funds that are to be paid back", "currency")
        missing = metrics.gauge("grants_missing_minor_units", "What grants wait for, in minor units", *labels)
        carried = metrics.gauge("advances_open_minor_units", "What fieldworkers carry", "currency")
        overdue = metrics.gauge("advances_overdue", "Advances that are open too long", "currency")
        late = metrics.gauge("pledges_overdue", "Parts of pledges that are due and not kept", "currency")
        different = metrics.gauge("refunds_different", "Refunds that do not fit their payment")

        async def observing(session: AsyncSession) -> None:
            for fund in await books.funds(session):
                balance.labels(*fund.key).set(fund.balance)
                held.labels(*fund.key).set(fund.held)
                aside.labels(*fund.key).set(fund.set_aside)
                missing.labels(*fund.key).set(0)
            for fund_code, currency, amount in await session.execute(_WAITING):
                missing.labels(fund_code, currency).set(int(amount))
            for code in CURRENCIES:
                carried.labels(code).set(0)
                overdue.labels(code).set(0)
                late.labels(code).set(0)
            today = await today_of(session)
            before = overdue_before(today, settings.advance_days)
            for row in await advances.carried(session, before):
                carried.labels(row["currency"]).set(int(row["carried"]))
                overdue.labels(row["currency"]).set(row["overdue"])
            for row in await pledges.expected(session, today):
                late.labels(row["currency"]).set(int(row["overdue"]))
            for code, many in (await _overdue(session, today)).items():
                loans.labels(code).set(many)
            raised.clear()
            for appeal in await appeals.going_on(session):
                raised.labels(appeal.code, appeal.currency).set(max(0, appeal.raised))
            different.set(await session.scalar(_REFUNDS) or 0)

        return observing

    return gauges
