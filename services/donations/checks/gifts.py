"""Payments and what was told of them, monthly gifts, pledges."""

from services.donations.domain.monthly import LAST
from shared.contracts.donations import MonthlyGiftChanged
from shared.service.said import last_said

# A payment has one entry of its gift that nobody undid; one that was undone whole has none.
_PAYMENTS = """
    SELECT count(*), count(*) FILTER (WHERE gifts <> CASE WHEN undone THEN 0 ELSE 1 END) FROM (
        SELECT payment.id, payment.provider <> 'paypal' AND payment.refunded = payment.gross AS undone,
               (SELECT count(*) FROM entry WHERE entry.document_id = payment.id AND entry.kind = 'gift'
                AND NOT EXISTS (SELECT FROM entry other WHERE other.reverses = entry.id)) AS gifts
        FROM payment WHERE version > 0) booked
"""
_NET = """
    SELECT count(*), count(*) FILTER (WHERE payment.net <> coalesce(sums.balance, 0)
        OR payment.held <> coalesce(sums.held, 0))
    FROM payment LEFT JOIN (
        SELECT entry.document_id, account.fund,
               -sum(posting.amount) FILTER (WHERE account.kind NOT IN ('held', 'uncovered')) AS balance,
               sum(posting.amount) FILTER (WHERE account.kind = 'held') AS held
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.fund <> '' GROUP BY 1, 2
    ) sums ON sums.document_id = payment.id AND sums.fund = payment.purpose WHERE payment.version > 0
"""
# A fee that was not told with the payment has an entry of its own. What the fund had spent before a fee was told, or
# before something went back, stands on the account of what is to be covered. A slip goes back whole or not at all.
_AMOUNTS = """
    SELECT count(*), count(*) FILTER (WHERE payment.gross <> coalesce(sums.came, 0)
        OR coalesce(payment.fee, 0) <> sums.fee AND (sums.fee <> 0 OR payment.fee NOT IN (
            SELECT sum(posting.amount) FROM entry JOIN posting ON posting.entry_id = entry.id
            JOIN account ON account.code = posting.account WHERE entry.document_id = payment.id AND entry.kind = 'fee'
                AND account.kind IN ('fees', 'uncovered') GROUP BY entry.id))
        OR payment.refunded <> CASE WHEN payment.provider = 'paypal' THEN coalesce(sums.back, 0)
            WHEN EXISTS (SELECT FROM entry WHERE entry.reverses = payment.entry_id) THEN payment.gross ELSE 0 END)
    FROM payment LEFT JOIN (
        SELECT paid.id, -sum(posting.amount) FILTER (WHERE mine AND account.kind = 'income') AS came,
               coalesce(sum(posting.amount) FILTER (WHERE mine AND account.kind = 'fees'), 0) AS fee,
               sum(posting.amount) FILTER (WHERE entry.kind IN ('refund', 'restored')
                   AND account.kind IN ('income', 'uncovered')) AS back
        FROM payment paid JOIN entry ON entry.document_id = paid.id
        CROSS JOIN LATERAL (SELECT entry.id = paid.entry_id AND entry.kind = 'gift' AS mine) of_it
        JOIN posting ON posting.entry_id = entry.id
        JOIN account ON account.code = posting.account AND account.currency = paid.currency GROUP BY 1
    ) sums ON sums.id = payment.id WHERE payment.version > 0
"""
# Of a reversal no more is booked than a lost dispute has not taken before.
_REFUNDS = """
    SELECT count(*), count(*) FILTER (WHERE (state = 'booked') <> (refund.entry_id IS NOT NULL AND state <> 'returned')
        OR (state = 'waiting' AND payment.version > 0)
        OR refund.entry_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM entry JOIN posting ON posting.entry_id = entry.id
            JOIN account ON account.code = posting.account AND account.currency = refund.currency
            WHERE entry.id = refund.entry_id AND entry.kind = 'refund' AND entry.document_id = payment.id
                AND account.kind IN ('income', 'uncovered')
            HAVING sum(posting.amount) = refund.amount OR refund.refund_id LIKE 'reversal %'
                AND sum(posting.amount) <= refund.amount))
    FROM refund JOIN payment ON payment.id = refund.payment_id
"""
_OF_A_PAYMENT = """(notice.event_type IN ('PAYMENT.SALE.COMPLETED', 'PAYMENT.CAPTURE.COMPLETED')
        OR notice.event_type LIKE '% completed' OR notice.event_type LIKE '% processed')"""
"""What tells that money came: a webhook, or an IPN."""
# What a notice became is not enough: one that tells of money and was only kept is a breach too. So is one of money that
# went back, where that money is not booked: a refund under its own id, a reversal under the one of its payment.
_NOTICES = rf"""
    SELECT count(*), count(*) FILTER (WHERE notice.outcome = 'kept' OR payment.id IS NULL
        OR payment.version = 0 AND notice.outcome <> 'waiting'
        OR notice.outcome = 'booked' AND (notice.event_type ~* 'reversed$'
            OR notice.event_type ~* 'refunded$' AND notice.refund_id IS NOT NULL) AND NOT EXISTS (
            SELECT FROM refund WHERE refund.payment_id = payment.id AND refund.state IN ('booked', 'same', 'returned')
            AND refund.refund_id = CASE WHEN notice.event_type ~* 'refunded$' THEN notice.refund_id
                ELSE 'reversal ' || payment.transaction_id END))
    FROM notice LEFT JOIN payment
        ON payment.provider = 'paypal' AND payment.transaction_id = notice.transaction_id
    WHERE notice.outcome IN ('booked', 'unassigned') OR notice.outcome = 'waiting' AND notice.transaction_id IS NOT NULL
        OR notice.outcome = 'kept' AND {_OF_A_PAYMENT}
"""  # noqa: S608, nothing in it comes from outside
_TOLD = f"""
    SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
            SELECT FROM notice WHERE notice.transaction_id = payment.transaction_id
            AND notice.outcome IN ('booked', 'unassigned') AND {_OF_A_PAYMENT})
        AND NOT EXISTS (
            SELECT FROM finding WHERE finding.provider = payment.provider
            AND finding.transaction_id = payment.transaction_id AND finding.kind = 'payment'))
    FROM payment WHERE payment.provider = 'paypal' AND payment.version > 0
"""  # noqa: S608, nothing in it comes from outside
_LISTED = """
    SELECT count(*), count(*) FILTER (WHERE finding.status IN ('matched', 'missing')
        AND (payment.version IS NULL OR payment.version = 0))
    FROM finding LEFT JOIN payment
        ON payment.provider = finding.provider AND payment.transaction_id = finding.transaction_id
    WHERE finding.kind = 'payment' AND finding.moved
"""
# PayPal charges each month: what was charged after the end stays to be looked at for two months, whatever the treasurer
# gave it for, and longer while nobody has.
_CHARGED = f"""
    SELECT count(*), count(*) FILTER (WHERE payment.refunded < payment.gross AND (payment.purpose = 'unassigned'
        OR payment.happened_on > day.processed - 62 AND payment.happened_on > {LAST.days} + (
            SELECT min(told.on_day) FROM subscription_told told
            WHERE told.subscription = subscription.id AND told.what IN ('cancelled', 'expired'))))
    FROM payment JOIN subscription ON subscription.id = payment.subscription CROSS JOIN day
    WHERE subscription.status = 'ended' AND payment.version > 0
"""  # noqa: S608, nothing in it comes from outside
_GIFTS_SAID = f"""
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> subscription.version)
    FROM subscription JOIN gift
        ON gift.provider = subscription.provider AND gift.subscription_id = subscription.reference
    LEFT JOIN ({last_said(MonthlyGiftChanged)}) said ON said.subject = gift.id
"""  # noqa: S608, the names are ours
# While there are news of a subscription, what its payments cover is looked at in a moment.
_COVERS = """
    SELECT count(covers_until), count(*) FILTER (WHERE covers_until IS NOT NULL
        AND (refunded = gross OR gift_id IS NULL OR covers_from < covered_before))
    FROM (SELECT payment.*, max(covers_until) OVER (PARTITION BY subscription ORDER BY happened_on, transaction_id
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_before
          FROM payment WHERE subscription IS NOT NULL AND version > 0 AND NOT EXISTS (
              SELECT FROM subscription_news WHERE subscription_news.subscription = payment.subscription)) paid
"""
# A day that was turned to has done its timers, unless one failed.
_WOKEN = """
    SELECT count(*), count(*) FILTER (WHERE wakes_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM timer WHERE timer.key = 'wake_monthly_gift ' || subscription.id || ' ' || wakes_on))
    FROM subscription WHERE version > 0
"""
# A refund makes a part unkept, so what was refunded is not looked at here; nor is what was corrected to less.
_PLEDGES = """
    SELECT count(*), count(*) FILTER (WHERE payment.version = 0 OR NOT in_one OR total > payment.gross
        AND NOT EXISTS (SELECT FROM entry WHERE entry.document_id = payment.id AND entry.kind = 'reversed'))
    FROM (
        SELECT part.payment_id, sum(part.amount) AS total, bool_and(part.currency = payment.currency) AS in_one
        FROM pledge_part part JOIN payment ON payment.id = part.payment_id GROUP BY 1
    ) kept JOIN payment ON payment.id = kept.payment_id
"""
_EXPECTED = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(open.parts, 0) <> coalesce(pledge_total.parts, 0)
        OR coalesce(open.amount, 0) <> coalesce(pledge_total.amount, 0))
    FROM (
        SELECT part.currency, part.due_on, count(*) AS parts, sum(part.amount) AS amount
        FROM pledge_part part JOIN pledge ON pledge.id = part.pledge_id
        LEFT JOIN payment ON payment.id = part.payment_id
        LEFT JOIN (SELECT payment_id, sum(amount) AS total FROM pledge_part GROUP BY 1) linked
            ON linked.payment_id = part.payment_id
        WHERE pledge.cancelled_on IS NULL
            AND (part.payment_id IS NULL OR payment.gross - payment.refunded < linked.total)
        GROUP BY 1, 2
    ) open FULL JOIN pledge_total ON pledge_total.currency = open.currency AND pledge_total.due_on = open.due_on
"""
_APART = """
    SELECT count(*), count(*) FILTER (WHERE payment.apart > coalesce(sums.moved, 0))
    FROM payment LEFT JOIN (
        SELECT entry.document_id, account.fund, -sum(posting.amount) AS moved
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'moved' GROUP BY 1, 2
    ) sums ON sums.document_id = payment.id AND sums.fund = payment.apart_in WHERE payment.apart > 0
"""
# A slip that is corrected is booked anew on the day of its correction.
_DATED = """
    SELECT count(*), count(*) FILTER (WHERE entry.happened_on <> payment.happened_on)
    FROM payment JOIN entry ON entry.id = payment.entry_id WHERE version > 0 AND provider = 'paypal'
"""
CHECKS = {
    "each payment is booked once": _PAYMENTS,
    "what is left of a payment is what the ledger has of it": _NET,
    "what came, went back and was kept as a fee of a payment is what the ledger has of it": _AMOUNTS,
    "each payment of PayPal's is booked under the day on which it came": _DATED,
    "each payment of PayPal's was told of by PayPal": _TOLD,
    "each refund is booked once, or waits for a payment that has not come": _REFUNDS,
    "money of notices is booked": _NOTICES,
    "payments that PayPal lists are booked": _LISTED,
    "no monthly gift that ended here is still charged": _CHARGED,
    "the newest state of each monthly gift was said": _GIFTS_SAID,
    "payments of a monthly gift cover each day once, and only while they count": _COVERS,
    "what larger payments brought beyond their months was moved where it is": _APART,
    "each monthly gift is looked at on the day on which it lapses": _WOKEN,
    "payments are as large as the pledges that they keep": _PLEDGES,
    "what is expected of pledges is what their parts say": _EXPECTED,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
