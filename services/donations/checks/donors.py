"""Donors and the letters that they got."""

from shared.contracts.donations import DonorLinked, MembershipChanged
from shared.service.said import last_said

_CHAINS = """
    SELECT count(*), count(*) FILTER (WHERE kept.merged_into IS NOT NULL)
    FROM donor JOIN donor kept ON kept.id = donor.merged_into
"""
_CONTACTS = """
    SELECT count(*), count(*) FILTER (WHERE contact.donor_id IS NULL)
    FROM donor LEFT JOIN contact ON contact.donor_id = donor.id
"""
# A letter that says another day, or another amount than what is left of its payment, is no longer true, whichever of
# the two is more.
_TRUE = """
    SELECT count(*), count(*) FILTER (WHERE payment.version = 0 OR said.currency <> payment.currency
        OR said.amount <> payment.gross - payment.refunded OR said.received_on <> payment.happened_on)
    FROM (SELECT payment_id, currency, amount, received_on FROM receipt WHERE state = 'issued'
          UNION ALL SELECT payment_id, currency, amount, received_on FROM statement_line
          JOIN statement ON statement.id = statement_line.statement_id WHERE statement.state = 'issued') said
    JOIN payment ON payment.id = said.payment_id
"""
_TOLD_ONCE = """
    SELECT count(*), count(*) FILTER (WHERE statements > 1) FROM (
        SELECT payment_id, count(*) AS statements
        FROM statement_line JOIN statement ON statement.id = statement_line.statement_id
        WHERE statement.state = 'issued' GROUP BY 1) told
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
# While a timer to tell of them is under way, those of whom nobody was told yet are told of in a moment.
_TOLD = """
    SELECT count(*), count(*) FILTER (WHERE said.version IS NOT NULL AND said.version <> donor.{said}
        OR donor.{said} = 0 AND ({told})
        AND NOT EXISTS (SELECT FROM timer WHERE name = 'tell_donors' AND parked_at IS NULL))
    FROM donor LEFT JOIN ({last}) said ON said.subject = donor.id
"""
_MEMBERS_SAID = _TOLD.format(
    said="membership_said",
    told="kind = 'person' AND (member OR may_write)",
    last=last_said(MembershipChanged),
)
_LINKS_SAID = _TOLD.format(said="link_said", told="merged_into IS NOT NULL", last=last_said(DonorLinked))
CHECKS = {
    "nobody is merged into a donor who is merged": _CHAINS,
    "every donor has contact data": _CONTACTS,
    "whether a person is a member was said": _MEMBERS_SAID,
    "which donors are one was said": _LINKS_SAID,
    "no valid letter says another amount or day than its payments": _TRUE,
    "no payment stands in two valid statements": _TOLD_ONCE,
    "each number of a receipt has its row": _NUMBERS,
    "each letter is kept as it was issued": _LETTERS,
}
"""By what is counted: each query gives how many there are and how many break the rule."""
