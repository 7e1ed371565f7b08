"""Grants, appeals and purchases."""

_ASIDE = """
    SELECT count(*), count(*) FILTER (WHERE kept.set_aside <> coalesce(sums.set_aside, 0))
    FROM fund_balance kept LEFT JOIN (
        SELECT fund, currency, sum(set_aside) AS set_aside FROM "grant" GROUP BY 1, 2) sums USING (fund, currency)
"""
_PAID = """
    SELECT count(*), count(*) FILTER (WHERE "grant".paid <> coalesce(sums.amount, 0)
        OR "grant".paid <> coalesce(payouts.amount, 0))
    FROM "grant"
    LEFT JOIN (
        SELECT entry.document_id, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'grants' GROUP BY 1) sums ON sums.document_id = "grant".id
    LEFT JOIN (SELECT grant_id, sum(amount) AS amount FROM payout GROUP BY 1) payouts
        ON payouts.grant_id = "grant".id
    WHERE version > 0
"""
# While a reminder to serve is under way, those who wait are served in a moment.
_IDLE = """
    SELECT count(*), count(*) FILTER (WHERE balance - held > set_aside
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'serve') AND EXISTS (
            SELECT FROM "grant" waits WHERE waits.fund = fund_balance.fund AND waits.currency = fund_balance.currency
            AND waits.ended = '' AND waits.wanted > waits.set_aside + waits.paid))
    FROM fund_balance
"""
_OVER = """
    SELECT count(*), count(*) FILTER (WHERE "grant".ended = '' AND household.version > "grant".household_version)
    FROM "grant" JOIN household ON household.id = "grant".household_id
"""
_CASES_OVER = """
    SELECT count(*), count(*) FILTER (WHERE "grant".ended = '' AND advocacy_case.version > "grant".case_version)
    FROM "grant" JOIN advocacy_case ON advocacy_case.id = "grant".case_id
"""
# What is paid for a child's school is asked for by sponsorship, for a member alone.
_OWNED = """
    SELECT count(*), count(*) FILTER (WHERE owners > 1 OR owners = 0 AND kind <> 'school')
    FROM (SELECT kind, num_nonnulls(household_id, case_id) AS owners FROM "grant" WHERE version > 0) grants
"""
_SAID = """
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> "grant".said)
    FROM "grant" LEFT JOIN (
        SELECT subject, max(CAST(CAST(data AS json) ->> 'version' AS integer)) AS version
        FROM journal WHERE contract = 'donations.grant_changed.v1' GROUP BY 1) said ON said.subject = "grant".id
"""
_RAISED = """
    SELECT count(*), count(*) FILTER (WHERE appeal.raised <> coalesce(sums.net, 0)) FROM appeal
    LEFT JOIN (SELECT appeal_id, currency, purpose, sum(net) AS net FROM payment GROUP BY 1, 2, 3) sums
    ON sums.appeal_id = appeal.id AND sums.currency = appeal.currency AND sums.purpose = appeal.fund
"""
_APPEALS = """
    SELECT count(*), count(*) FILTER (WHERE goes_on > 1 OR wrong > 0) FROM (
        SELECT count(*) FILTER (WHERE status IN ('open', 'funded')) AS goes_on,
               count(*) FILTER (WHERE status = 'open' AND raised >= target
                   OR status = 'funded' AND raised < target) AS wrong
        FROM appeal GROUP BY item) items
"""
_SPENT = """
    SELECT count(*), count(*) FILTER (WHERE purchase.spent <> coalesce(sums.amount, 0)
        OR purchase.owed <> CASE WHEN status IN ('ordered', 'arrived_part', 'arrived') THEN cost
            WHEN status IN ('proposed', 'cancelled') THEN 0 ELSE owed END)
    FROM purchase LEFT JOIN (
        SELECT entry.document_id, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'purchases' GROUP BY 1) sums ON sums.document_id = purchase.id WHERE version > 0
"""
# While a reminder to serve is under way, what is owed is paid in a moment.
_OWING = """
    SELECT count(*), count(*) FILTER (WHERE balance - held > set_aside
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'serve') AND EXISTS (
            SELECT FROM purchase WHERE purchase.fund = fund_balance.fund AND purchase.currency = fund_balance.currency
            AND owed > spent))
    FROM fund_balance
"""
_ORDERED = """
    SELECT count(*), count(*) FILTER (WHERE (status = 'ordered') <> EXISTS (
        SELECT FROM purchase WHERE appeal_id = appeal.id AND purchase.status IN ('ordered', 'arrived_part')))
    FROM appeal WHERE status NOT IN ('met', 'closed_short', 'withdrawn')
"""
CHECKS = {
    "what is set aside for grants is what the funds have set aside": _ASIDE,
    "what was paid of a grant is what the ledger paid for it": _PAID,
    "no money is free that a grant waits for": _IDLE,
    "no grant of a closed household goes on": _OVER,
    "no grant of a closed case goes on": _CASES_OVER,
    "each grant is for one household or one case": _OWNED,
    "the newest state of each grant was said": _SAID,
    "what an appeal raised is what its payments brought": _RAISED,
    "an item has one appeal at a time, funded or not as its money says": _APPEALS,
    "what was spent on a purchase is what the ledger has for it": _SPENT,
    "no money is free that is owed for a purchase": _OWING,
    "an appeal is ordered while its purchase is under way": _ORDERED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
