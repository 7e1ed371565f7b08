"""What the education fund is asked for, for children at school."""

from shared.contracts.sponsorship import SchoolPaymentDue
from shared.service.said import newest_said

_OVER = "('paid', 'refused', 'settled', 'cancelled')"
# S608: the codes are ours.
_ONCE = f"""
    SELECT count(*), count(*) FILTER (WHERE asked > (fee - fee * covered / 10000))
    FROM (SELECT term.fee, month.covered, sum(payment.amount) AS asked
        FROM school_payment payment JOIN school_month month ON month.id = payment.month_id
        JOIN school_term term ON term.id = month.term_id
        WHERE NOT payment.withdrawn AND payment.status NOT IN {_OVER}
        GROUP BY month.id, term.id) months
"""  # noqa: S608
_HELPED = f"""
    SELECT count(*), count(*) FILTER (WHERE child.status = 'left' OR child.household_id <> payment.household_id)
    FROM school_payment payment JOIN child ON child.id = payment.child_id
    WHERE NOT payment.withdrawn AND payment.status NOT IN {_OVER}
"""  # noqa: S608
_ASKED = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
        SELECT FROM school_payment WHERE school_payment.month_id = month.id))
    FROM school_month month JOIN school_term term ON term.id = month.term_id
    JOIN child ON child.id = month.child_id, day
    WHERE month.due_on < day.processed AND month.due_on BETWEEN child.waiting_since AND term.ends_on
    AND child.status <> 'left'
    AND term.fee > term.fee * month.covered / 10000
"""
# S608: the codes are ours.
_TOO_EARLY = f"""
    SELECT count(*), count(*) FILTER (WHERE month.due_on < child.waiting_since
        AND NOT payment.withdrawn AND payment.status NOT IN {_OVER})
    FROM school_payment payment JOIN school_month month ON month.id = payment.month_id
    JOIN child ON child.id = payment.child_id
"""  # noqa: S608
_REPORTS = """
    SELECT count(*), count(*) FILTER (WHERE last <> 1) FROM (
        SELECT count(*) FILTER (WHERE NOT EXISTS (SELECT FROM report_card later WHERE later.replaces = card.id)) AS last
        FROM report_card card GROUP BY term_id) terms
"""
_SAID = newest_said("school_payment", SchoolPaymentDue, "said")
CHECKS = {
    "no more is asked for a month of school than gifts leave of its fee": _ONCE,
    "school is asked for only where a child is helped now": _HELPED,
    "each month of school that is due is covered or was asked for": _ASKED,
    "no month of school before the child was listed is asked for": _TOO_EARLY,
    "of each term's report cards one counts": _REPORTS,
    "the newest state of each school payment was said": _SAID,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
