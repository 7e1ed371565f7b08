"""Grants, and what is set aside for them."""

from services.donations.domain.payouts import FIELD, NOBODY_PAID_IN
from shared.contracts.donations import GrantChanged
from shared.service.said import newest_said

_ASIDE = """
    SELECT count(*), count(*) FILTER (WHERE kept.set_aside <> coalesce(sums.set_aside, 0))
    FROM fund_balance kept LEFT JOIN (
        SELECT fund, currency, sum(set_aside) AS set_aside FROM (
            SELECT fund, currency, set_aside FROM "grant" UNION ALL SELECT fund, currency, set_aside FROM appeal
        ) promises GROUP BY 1, 2) sums USING (fund, currency)
"""
_PAID = """
    SELECT count(*), count(*) FILTER (WHERE "grant".paid <> coalesce(sums.amount, 0)
        OR "grant".paid <> coalesce(payouts.amount, 0))
    FROM "grant"
    LEFT JOIN (
        SELECT entry.document_id, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'grants' GROUP BY 1) sums ON sums.document_id = "grant".id
    LEFT JOIN (SELECT grant_id, sum(amount) AS amount FROM payout WHERE NOT undone GROUP BY 1) payouts
        ON payouts.grant_id = "grant".id
    WHERE version > 0
"""
# What is carried for a grant that is over is its fund's.
_CARRIED = """
    SELECT count(*), count(*) FILTER (WHERE "grant".carried <> CASE WHEN ended = '' THEN coalesce(sums.amount, 0) ELSE 0
        END) FROM "grant" LEFT JOIN (
            SELECT grant_id, sum(amount - settled - returned) AS amount FROM advance WHERE NOT undone GROUP BY 1
        ) sums ON sums.grant_id = "grant".id
"""
# While a reminder to serve is under way, those who wait are served in a moment.
_IDLE = """
    SELECT count(*), count(*) FILTER (WHERE balance - held > set_aside
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'serve' AND parked_at IS NULL) AND EXISTS (
            SELECT FROM "grant" waits WHERE waits.fund = fund_balance.fund AND waits.currency = fund_balance.currency
            AND waits.ended = '' AND waits.agreed_to > waits.set_aside + waits.carried + waits.paid))
    FROM fund_balance
"""
_AGREED = """
    SELECT count(*), count(*) FILTER (WHERE set_aside > greatest(agreed_to - paid - carried, 0) OR agreed_to > wanted)
    FROM "grant"
"""
# Who raised it may have agreed to less of it before, and whoever asked, while nobody knew that they had.
_OWN = """
    SELECT count(*), count(*) FILTER (WHERE approval.actor = "grant".asked_by AND asker_known)
    FROM approval JOIN "grant" ON "grant".id = approval.grant_id
"""
_OVER = """
    SELECT count(*), count(*) FILTER (WHERE "grant".ended = '' AND household.version > "grant".household_version)
    FROM "grant" JOIN household ON household.id = "grant".household_id
"""
_CASES_OVER = """
    SELECT count(*), count(*) FILTER (WHERE "grant".ended = '' AND advocacy_case.version > "grant".case_version)
    FROM "grant" JOIN advocacy_case ON advocacy_case.id = "grant".case_id
"""
_OWNED = """
    SELECT count(*), count(*) FILTER (WHERE owners <> 1)
    FROM (SELECT num_nonnulls(household_id, case_id) AS owners FROM "grant" WHERE version > 0) grants
"""
_WHERE_NOBODY_IS = f"""
    SELECT count(*), count(*) FILTER (WHERE country IN ({", ".join(f"'{each}'" for each in NOBODY_PAID_IN)}))
    FROM payout
"""  # noqa: S608, the codes are ours
_RECEIPTS = f"""
    SELECT count(*), count(*) FILTER (WHERE payout.receipt = '' AND payout.no_receipt = '')
    FROM payout JOIN "grant" ON "grant".id = payout.grant_id
    WHERE "grant".ended = 'settled' AND payout.amount > 0 AND NOT payout.undone AND payout.place <> '{FIELD}'
"""  # noqa: S608, the place is ours
_SAID = newest_said("grant", GrantChanged, "said")
CHECKS = {
    "what is set aside for grants and appeals is what the funds have set aside": _ASIDE,
    "what was paid of a grant is what the ledger paid for it": _PAID,
    "what fieldworkers carry for a grant is what its advances have left": _CARRIED,
    "no money is free that a grant waits for": _IDLE,
    "no money is set aside for what nobody has agreed to": _AGREED,
    "nobody agreed to a grant that they asked for": _OWN,
    "no grant was paid in a country where nobody is paid": _WHERE_NOBODY_IS,
    "what was paid of a settled grant has a receipt, or a reason why it has none": _RECEIPTS,
    "no grant of a closed household goes on": _OVER,
    "no grant of a closed case goes on": _CASES_OVER,
    "each grant is for one household or one case": _OWNED,
    "the newest state of each grant was said": _SAID,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
