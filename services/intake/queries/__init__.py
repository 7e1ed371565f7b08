"""What is shown: reads alone, which lock nothing and wait for no turn of a day. Counts hold no person.

`register.py` has households and totals, `grants.py` money that was asked for, `cases.py` advocacy cases,
`consents.py` what members agreed to, `renewals.py` what of it is to be asked for anew, `settling.py` households that
want to settle.
"""

from services.intake.queries.cases import NO_CASE, case, cases, history, support_paid, visits
from services.intake.queries.consents import consent_steps, consents
from services.intake.queries.grants import grant_requests
from services.intake.queries.register import (
    NO_HOUSEHOLD,
    Filter,
    actuals,
    by_age_band,
    by_outcome,
    by_priority,
    by_region,
    by_status,
    household,
    households,
    imports,
    observe,
    people_ever,
    readings,
    timeline,
    with_reference,
)
from services.intake.queries.renewals import count_renewals, renewals
from services.intake.queries.settling import settlements

__all__ = [
    "NO_CASE",
    "NO_HOUSEHOLD",
    "Filter",
    "actuals",
    "by_age_band",
    "by_outcome",
    "by_priority",
    "by_region",
    "by_status",
    "case",
    "cases",
    "consent_steps",
    "consents",
    "count_renewals",
    "grant_requests",
    "history",
    "household",
    "households",
    "imports",
    "observe",
    "people_ever",
    "readings",
    "renewals",
    "settlements",
    "support_paid",
    "timeline",
    "visits",
    "with_reference",
]
