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
               -sum(posting.amount) FILTER (WHERE account.kind NOT IN ('held', 'uncovered', 'advanced')) AS balance,
               sum(posting.amount) FILTER (WHERE account.kind IN ('held', 'advanced')) AS held
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
# While there are news of a subscription, what its payments cover is looked at in a moment.
_COVERS = """
    SELECT count(covers_until), count(*) FILTER (WHERE covers_until IS NOT NULL
        AND (refunded = gross OR gift_id IS NULL OR covers_from < covered_before))
    FROM (SELECT payment.*, max(covers_until) OVER (PARTITION BY subscription ORDER BY happened_on, transaction_id
              ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS covered_before
          FROM payment WHERE subscription IS NOT NULL AND version > 0 AND NOT EXISTS (
              SELECT FROM subscription_news WHERE subscription_news.subscription = payment.subscription)) paid
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
_CHAINS = """
    SELECT count(*), count(*) FILTER (WHERE kept.merged_into IS NOT NULL)
    FROM donor JOIN donor kept ON kept.id = donor.merged_into
"""
_CONTACTS = """
    SELECT count(*), count(*) FILTER (WHERE contact.donor_id IS NULL)
    FROM donor LEFT JOIN contact ON contact.donor_id = donor.id
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
_GOODS = """
    SELECT count(*), count(*) FILTER (WHERE coalesce(gift.value, 0) <> coalesce(sums.amount, 0))
    FROM gift_in_kind gift LEFT JOIN (
        SELECT entry.document_id, sum(posting.amount) AS amount
        FROM entry JOIN posting ON posting.entry_id = entry.id JOIN account ON account.code = posting.account
        WHERE account.kind = 'goods' GROUP BY 1) sums ON sums.document_id = gift.id
"""
# A refund makes a part unkept, so what was refunded is not looked at here.
_PLEDGES = """
    SELECT count(*), count(*) FILTER (WHERE payment.version = 0 OR NOT in_one OR total > payment.gross)
    FROM (
        SELECT part.payment_id, sum(part.amount) AS total, bool_and(part.currency = payment.currency) AS in_one
        FROM pledge_part part JOIN payment ON payment.id = part.payment_id GROUP BY 1
    ) kept JOIN payment ON payment.id = kept.payment_id
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
    "payments of a monthly gift cover each day once, and only while they count": _COVERS,
    "each monthly gift is looked at on the day on which it lapses": _WOKEN,
    "what is set aside for grants is what the funds have set aside": _ASIDE,
    "what was paid of a grant is what the ledger paid for it": _PAID,
    "no money is free that a grant waits for": _IDLE,
    "no grant of a closed household goes on": _OVER,
    "no grant of a closed case goes on": _CASES_OVER,
    "each grant is for one household or one case": _OWNED,
    "the newest state of each grant was said": _SAID,
    "what fieldworkers carry is what the ledger has": _CARRIED,
    "no more of an advance is settled than went out, and by slips": _SLIPS,
    "what goods are worth is what the ledger has": _GOODS,
    "payments are as large as the pledges that they keep": _PLEDGES,
    "what an appeal raised is what its payments brought": _RAISED,
    "an item has one appeal at a time, funded or not as its money says": _APPEALS,
    "what was spent on a purchase is what the ledger has for it": _SPENT,
    "no money is free that is owed for a purchase": _OWING,
    "an appeal is ordered while its purchase is under way": _ORDERED,
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
