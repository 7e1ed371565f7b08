"""What PayPal says, and whether it was PayPal who said it. No database, and no other address than PayPal's.

`signature.verify` is the way in for a webhook, `postback.ask` for an IPN. What they let through is read by
`notices.read` and `ipn.read` into the same values, those of `said`; the transaction list becomes `transactions.Row`.
"""
