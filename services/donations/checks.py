"""The invariants of the money, for `./relief doctor`: each a query that gives how many were counted and how many of
them break the rule. The database's constraints and triggers say some of them too; these find one that was switched off.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.settings import Settings
from shared.service.parts import Check, Count

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
    SELECT count(*), count(*) FILTER (WHERE kept.balance <> coalesce(sums.balance, 0)
        OR kept.held <> coalesce(sums.held, 0))
    FROM fund_balance kept LEFT JOIN (
        SELECT account.fund, account.currency,
               -sum(posting.amount) FILTER (WHERE account.kind NOT IN ('held', 'uncovered')) AS balance,
               sum(posting.amount) FILTER (WHERE account.kind = 'held') AS held
        FROM posting JOIN account ON account.code = posting.account WHERE account.fund <> '' GROUP BY 1, 2
    ) sums USING (fund, currency)
"""
_BELOW = """
    SELECT count(*), count(*) FILTER (WHERE least(balance, held, set_aside, balance - held - set_aside) < 0)
    FROM fund_balance
"""
_MONTHS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(kept.amount, 0) <> coalesce(sums.amount, 0))
    FROM account_month kept FULL JOIN (
        SELECT posting.account, CAST(date_trunc('month', entry.on_day) AS date) AS month, sum(posting.amount) AS amount
        FROM posting JOIN entry ON entry.id = posting.entry_id GROUP BY 1, 2) sums USING (account, month)
"""
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
_REFUNDS = """
    SELECT count(*), count(*) FILTER (WHERE (state = 'booked') <> (refund.entry_id IS NOT NULL)
        OR (state = 'waiting' AND payment.version > 0))
    FROM refund JOIN payment ON payment.id = refund.payment_id
"""
# What a notice became is not enough: one that tells of money and was only kept is a breach too.
_NOTICES = r"""
    SELECT count(*), count(*) FILTER (WHERE notice.outcome = 'kept' OR payment.id IS NULL
        OR payment.version = 0 AND notice.outcome <> 'waiting')
    FROM notice LEFT JOIN payment
        ON payment.provider = 'paypal' AND payment.transaction_id = notice.transaction_id
    WHERE notice.outcome IN ('booked', 'unassigned') OR notice.outcome = 'waiting' AND notice.transaction_id IS NOT NULL
        OR notice.outcome = 'kept'
            AND (notice.event_type = 'PAYMENT.SALE.COMPLETED' OR notice.event_type LIKE '% completed')
"""
_LISTED = """
    SELECT count(*), count(*) FILTER (WHERE finding.status IN ('matched', 'missing')
        AND (payment.version IS NULL OR payment.version = 0))
    FROM finding LEFT JOIN payment
        ON payment.provider = finding.provider AND payment.transaction_id = finding.transaction_id
    WHERE finding.kind = 'payment' AND finding.moved
"""
_CHARGED = """
    SELECT count(*), count(*) FILTER (WHERE payment.purpose = 'unassigned' AND payment.refunded < payment.gross)
    FROM payment JOIN subscription ON subscription.id = payment.subscription
    WHERE subscription.status = 'ended' AND payment.version > 0
"""
_GIFTS_SAID = """
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> subscription.version)
    FROM subscription JOIN gift
        ON gift.provider = subscription.provider AND gift.subscription_id = subscription.reference
    LEFT JOIN (
        SELECT subject, max(CAST(CAST(data AS json) ->> 'version' AS integer)) AS version
        FROM journal WHERE contract = 'donations.monthly_gift_changed.v1' GROUP BY 1) said ON said.subject = gift.id
"""
# A day that was turned to has done its timers, unless one failed.
_WOKEN = """
    SELECT count(*), count(*) FILTER (WHERE wakes_on IS NOT NULL AND NOT EXISTS (
        SELECT FROM timer WHERE timer.key = 'wake_monthly_gift ' || subscription.id || ' ' || wakes_on))
    FROM subscription WHERE version > 0
"""
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
_CHAINS = """
    SELECT count(*), count(*) FILTER (WHERE kept.merged_into IS NOT NULL)
    FROM donor JOIN donor kept ON kept.id = donor.merged_into
"""
_CONTACTS = """
    SELECT count(*), count(*) FILTER (WHERE contact.donor_id IS NULL)
    FROM donor LEFT JOIN contact ON contact.donor_id = donor.id
"""
# A letter that says another amount than what is left of its payment is no longer true, whichever of the two is more.
_TRUE = """
    SELECT count(*), count(*) FILTER (WHERE payment.version = 0 OR said.currency <> payment.currency
        OR said.amount <> payment.gross - payment.refunded)
    FROM (SELECT payment_id, currency, amount FROM receipt WHERE state = 'issued'
          UNION ALL SELECT payment_id, currency, amount FROM statement_line
          JOIN statement ON statement.id = statement_line.statement_id WHERE statement.state = 'issued') said
    JOIN payment ON payment.id = said.payment_id
"""
_NUMBERS = """
    SELECT CAST(coalesce(sum(last), 0) AS bigint),
           count(*) FILTER (WHERE last <> coalesce(rows, 0) OR last <> coalesce(most, 0))
    FROM receipt_series LEFT JOIN (
        SELECT series, count(*) AS rows, max(number) AS most FROM receipt GROUP BY 1) given USING (series)
"""
_LETTERS = """
    SELECT count(*), count(*) FILTER (WHERE letter.digest <> sha256(letter.body)
        OR num_nonnulls(receipt.id, statement.id) <> 1)
    FROM letter LEFT JOIN receipt USING (id) LEFT JOIN statement USING (id)
"""
CHECKS = {
    "the ledger sums to zero in each currency": _CURRENCIES,
    "each entry balances": _ENTRIES,
    "what a fund has is what its postings sum to": _FUNDS,
    "no fund is below zero, nor promises more than it has": _BELOW,
    "the totals by month equal the sums of the ledger": _MONTHS,
    "each payment is booked once": _PAYMENTS,
    "what is left of a payment is what the ledger has of it": _NET,
    "each refund is booked once, or waits for a payment that has not come": _REFUNDS,
    "money of notices is booked": _NOTICES,
    "payments that PayPal lists are booked": _LISTED,
    "no monthly gift that ended here is still charged": _CHARGED,
    "the newest state of each monthly gift was said": _GIFTS_SAID,
    "each monthly gift is looked at on the day on which it lapses": _WOKEN,
    "what is set aside for grants is what the funds have set aside": _ASIDE,
    "what was paid of a grant is what the ledger paid for it": _PAID,
    "no money is free that a grant waits for": _IDLE,
    "no grant of a closed household goes on": _OVER,
    "the newest state of each grant was said": _SAID,
    "what an appeal raised is what its payments brought": _RAISED,
    "an item has one appeal at a time, funded or not as its money says": _APPEALS,
    "nobody is merged into a donor who is merged": _CHAINS,
    "every donor has contact data": _CONTACTS,
    "no valid letter says more or less than counts of its payments": _TRUE,
    "each number of a receipt has its row": _NUMBERS,
    "each letter is kept as it was issued": _LETTERS,
}


def check(_: Settings) -> Check:
    """Counts each invariant and its breaches, in the snapshot of the caller."""

    async def counted(session: AsyncSession) -> list[Count]:
        return [Count(name, *(await session.execute(text(query))).one()) for name, query in CHECKS.items()]

    return counted
