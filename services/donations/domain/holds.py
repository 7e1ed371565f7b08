"""Why PayPal holds a payment, in plain words."""

_SOME_DAYS = "PayPal holds this payment for some days, as it does with new payers, and lets it go by itself."
_REVIEW = (
    "PayPal reviews this payment, which may take weeks. Open it on PayPal's pages and answer what is asked there. A "
    "text that names a place under sanctions sets off such a review: call gifts `monthly gift 2` or the like."
)
_OTHER = "PayPal holds this payment. Open it on PayPal's pages: they say why, and what is to be done."


def hold_words(reason: str) -> str:
    """What a treasurer is told of a payment that is held for this reason, a code of PayPal's; empty if it is not said.

    PayPal has the word review in all its codes of that kind, and adds some now and then.
    """
    if "review" in reason:
        return _REVIEW
    return _SOME_DAYS if reason in ("payment_hold", "shipping_risk_hold") else _OTHER
