"""The ledger, the funds and what fieldworkers carry."""

_CURRENCIES = """
    SELECT count(*), count(*) FILTER (WHERE amount <> 0) FROM (
        SELECT account.currency, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account GROUP BY 1) sums
"""
_ENTRIES = """
    SELECT count(*), count(*) FILTER (WHERE NOT balanced) FROM (
        SELECT entry.id, coalesce(bool_and(sums.amount = 0), false) AS balanced
        FROM entry LEFT JOIN (
            SELECT posting.entry_id, account.currency, sum(posting.amount) AS amount
            FROM posting JOIN account ON account.code = posting.account GROUP BY 1, 2
        ) sums ON sums.entry_id = entry.id GROUP BY entry.id) entries
"""
_FUNDS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.balance, 0) <> coalesce(sums.balance, 0)
        OR coalesce(kept.held, 0) <> coalesce(sums.held, 0))
    FROM fund_balance kept FULL JOIN (
        SELECT account.fund, account.currency,
               -sum(posting.amount) FILTER (WHERE account.kind NOT IN ('held', 'uncovered', 'advanced')) AS balance,
               sum(posting.amount) FILTER (WHERE account.kind IN ('held', 'advanced')) AS held
        FROM posting JOIN account ON account.code = posting.account WHERE account.fund <> '' GROUP BY 1, 2
    ) sums USING (fund, currency)
"""
_BELOW = """
    SELECT count(*), count(*) FILTER (WHERE least(balance, held, set_aside, balance - held - set_aside) < 0)
    FROM fund_balance
"""
_UNCOVERED = """
    SELECT count(*), count(*) FILTER (WHERE amount < 0) FROM (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account WHERE account.kind = 'uncovered' GROUP BY 1) sums
"""
# PayPal takes what it refunds from whatever lies there, and keeps its fee: a balance with PayPal may be below zero.
_LYING = """
    SELECT count(*), count(*) FILTER (WHERE amount < 0) FROM (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account
        WHERE account.kind IN ('cash', 'bank', 'transit', 'advanced', 'goods') GROUP BY 1) sums
"""
_MONTHS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(sums.amount, 0))
    FROM account_month kept FULL JOIN (
        SELECT posting.account, CAST(date_trunc('month', entry.on_day) AS date) AS month, sum(posting.amount) AS amount
        FROM posting JOIN entry ON entry.id = posting.entry_id GROUP BY 1, 2) sums USING (account, month)
"""
_CARRIED = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(sums.amount, 0))
    FROM (
        SELECT concat_ws('.', 'advanced', fund, fieldworker, currency) AS account,
               sum(CASE WHEN undone THEN 0 ELSE amount - settled - returned END) AS amount
        FROM advance GROUP BY 1
    ) kept FULL JOIN (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account WHERE account.kind = 'advanced' GROUP BY 1
    ) sums USING (account)
"""
_SLIPS = """
    SELECT count(*), count(*) FILTER (WHERE advance.settled <> coalesce(sums.settled, 0)
        OR advance.returned <> coalesce(sums.returned, 0) OR advance.settled + advance.returned > advance.amount)
    FROM advance LEFT JOIN (
        SELECT advance_id, sum(amount) FILTER (WHERE kind = 'spent') AS settled,
               sum(amount) FILTER (WHERE kind = 'returned') AS returned
        FROM slip WHERE NOT undone GROUP BY 1) sums ON sums.advance_id = advance.id
"""
_DATED = """
    SELECT count(*), count(*) FILTER (WHERE slip.happened_on < advance.given_on)
    FROM slip JOIN advance ON advance.id = slip.advance_id WHERE NOT slip.undone
"""
_GOODS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(gift.value, 0) <> coalesce(sums.amount, 0))
    FROM gift_in_kind gift LEFT JOIN (
        SELECT entry.document_id, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'goods' GROUP BY 1) sums ON sums.document_id = gift.id
"""
_TRANSIT = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(sums.amount, 0))
    FROM (
        SELECT concat('transit.', currency) AS account,
               coalesce(sum(amount) FILTER (WHERE arrived_on IS NULL AND NOT undone), 0) AS amount
        FROM transfer GROUP BY 1
    ) kept FULL JOIN (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account WHERE account.kind = 'transit' GROUP BY 1
    ) sums USING (account)
"""
_OPENINGS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(-sums.amount, 0))
    FROM (
        SELECT concat_ws('.', 'opening', fund, currency) AS account,
               coalesce(sum(amount) FILTER (WHERE NOT undone), 0) AS amount
        FROM opening GROUP BY 1
    ) kept FULL JOIN (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account WHERE account.kind = 'opening' GROUP BY 1
    ) sums USING (account)
"""
_CONVERSIONS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(sums.amount, 0))
    FROM (
        SELECT account, sum(amount) AS amount FROM (
            SELECT concat_ws('.', 'exchange', fund, currency) AS account, amount FROM conversion WHERE NOT undone
            UNION ALL
            SELECT concat_ws('.', 'exchange', fund, into_currency), -got FROM conversion WHERE NOT undone) sides
        GROUP BY 1
    ) kept FULL JOIN (
        SELECT posting.account, sum(posting.amount) AS amount
        FROM posting JOIN account ON account.code = posting.account WHERE account.kind = 'exchange' GROUP BY 1
    ) sums USING (account)
"""
_CHARGES = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(sums.amount, 0) <> CASE WHEN undone THEN 0 WHEN back
        THEN -charge.amount ELSE charge.amount END)
    FROM charge LEFT JOIN (
        SELECT entry.document_id, account.fund, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'fees' GROUP BY 1, 2) sums ON sums.document_id = charge.id AND sums.fund = charge.fund
"""
CHECKS = {
    "the ledger sums to zero in each currency": _CURRENCIES,
    "each entry balances": _ENTRIES,
    "what a fund has is what its postings sum to": _FUNDS,
    "no fund is below zero, nor promises more than it has": _BELOW,
    "no more of a fund was covered than it lost": _UNCOVERED,
    "nowhere but at PayPal lies less than nothing": _LYING,
    "the totals by month equal the sums of the ledger": _MONTHS,
    "what fieldworkers carry is what the ledger has": _CARRIED,
    "no more of an advance is settled than went out, and by slips": _SLIPS,
    "no slip is older than its advance": _DATED,
    "what goods are worth is what the ledger has": _GOODS,
    "what is on its way between accounts is what its transfers say": _TRANSIT,
    "what funds began with is what was opened, once": _OPENINGS,
    "what places took for their work is what the ledger has of it": _CHARGES,
    "what funds changed into other currencies is what their conversions say": _CONVERSIONS,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
