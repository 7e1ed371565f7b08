"""What a treasurer does about a row of PayPal's list that was not booked by itself."""

from services.donations.commands.matching import Match
from services.donations.paypal.transactions import Kind

_FEE = (
    "PayPal took this for its work. Book it under this reference: POST /charges, with the fund that bears it."
)
_FEE_BACK = "PayPal gave a fee back. Book it under this reference: POST /charges, with `back`."
_CONVERSION = (
    "PayPal changed money into another currency; the list has a row for each of the two. Book both together: POST "
    "/conversions, with the reference that both rows refer to, or else that of one of them."
)
_TRANSFER = "Book it under this reference: POST /transfers, once you have seen the bank's statement too."
_NOT_KNOWN = "The money that it is about is not known here. Look it up at PayPal by its reference."
_UNKNOWN = {Kind.CONVERSION: _CONVERSION, Kind.WITHDRAWAL: _TRANSFER, Kind.DEPOSIT: _TRANSFER}


def advice(kind: Kind, status: Match, minor: int) -> str:
    """Plain words for a row that was found unknown; empty for another one. `minor` is below 0 for what went out."""
    if status is not Match.UNKNOWN:
        return ""
    if kind is Kind.FEE:
        return _FEE if minor < 0 else _FEE_BACK
    return _UNKNOWN.get(kind, _NOT_KNOWN)
