"""Appeals and the purchases for which they are."""

_RAISED = """
    SELECT count(*), count(*) FILTER (WHERE appeal.raised <> coalesce(sums.net, 0)
        OR appeal.held <> coalesce(sums.held, 0)) FROM appeal
    LEFT JOIN (
        SELECT appeal_id, currency, purpose, sum(net) AS net, sum(held) AS held FROM (
            SELECT appeal_id, currency, purpose, net, held FROM payment
            UNION ALL SELECT appeal_id, into_currency, fund, got, 0 FROM conversion WHERE NOT undone) brought
        WHERE appeal_id IS NOT NULL GROUP BY 1, 2, 3) sums
    ON sums.appeal_id = appeal.id AND sums.currency = appeal.currency AND sums.purpose = appeal.fund
"""
_BOUGHT = """
    SELECT count(*), count(*) FILTER (WHERE appeal.spent <> coalesce(sums.spent, 0)) FROM appeal
    LEFT JOIN (SELECT appeal_id, currency, fund, sum(spent) AS spent FROM purchase GROUP BY 1, 2, 3) sums
    ON sums.appeal_id = appeal.id AND sums.currency = appeal.currency AND sums.fund = appeal.fund
"""
# While a reminder to serve is under way, what is due is set aside in a moment.
_KEPT = """
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM timer WHERE name = 'serve' AND parked_at IS NULL)
        AND (set_aside > due OR set_aside < due AND free > 0))
    FROM (SELECT appeal.set_aside, balance - fund_balance.held - fund_balance.set_aside AS free,
                 CASE WHEN status IN ('open', 'funded', 'ordered')
                 THEN greatest(0, least(raised - appeal.held, target) - spent) ELSE 0 END AS due
          FROM appeal JOIN fund_balance USING (fund, currency)) appeals
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
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'serve' AND parked_at IS NULL) AND EXISTS (
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
    "what an appeal raised is what its payments and conversions brought": _RAISED,
    "what an appeal has spent is what its purchases cost": _BOUGHT,
    "what came for an appeal is set aside for it, up to its target, until it is over": _KEPT,
    "an item has one appeal at a time, funded or not as its money says": _APPEALS,
    "what was spent on a purchase is what the ledger has for it": _SPENT,
    "no money is free that is owed for a purchase": _OWING,
    "an appeal is ordered while its purchase is under way": _ORDERED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
