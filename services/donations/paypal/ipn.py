"""Reads an IPN, the older way in which PayPal tells: once PayPal was asked and said that the bytes are its own.

The group's monthly gifts date from 2003, so most come by this road.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from services.donations.paypal import reading
from services.donations.paypal.amounts import Amount
from services.donations.paypal.ipn_form import Fields, date, date_if_any, fields_of, kind_of, made_id
from services.donations.paypal.reading import Malformed
from services.donations.paypal.said import (
    BackSaid,
    DisputeSaid,
    Failure,
    Head,
    OtherSaid,
    Payer,
    Said,
    SaleSaid,
    SaleState,
    SubscriptionSaid,
    SubscriptionState,
    Unreadable,
)

SALES: dict[str, SaleState] = {
    "Completed": "completed",
    "Processed": "completed",
    "Pending": "pending",
    "Denied": "denied",
    "Failed": "denied",
    "Expired": "denied",
    "Voided": "denied",
}
BACK: dict[str, Literal["refunded", "reversed", "reversal_cancelled"]] = {
    "Refunded": "refunded",
    "Partially_Refunded": "refunded",
    "Reversed": "reversed",
    "Canceled_Reversal": "reversal_cancelled",
}
STATES: dict[str, SubscriptionState] = {
    "subscr_signup": "active",
    "recurring_payment_profile_created": "active",
    "subscr_modify": "active",
    "subscr_cancel": "cancelled",
    "recurring_payment_profile_cancel": "cancelled",
    "subscr_eot": "expired",
    "recurring_payment_expired": "expired",
    "recurring_payment_suspended": "suspended",
    "recurring_payment_suspended_due_to_max_failed_payment": "suspended",
}
FAILED = frozenset(
    {
        "subscr_failed",
        "recurring_payment_skipped",
        "recurring_payment_failed",
        "recurring_payment_outstanding_payment_failed",
    }
)


DATED = {
    "subscr_signup": "subscr_date",
    "subscr_modify": "subscr_date",
    "subscr_cancel": "subscr_date",
    "recurring_payment_profile_created": "time_created",
    "new_case": "case_creation_date",
}
"""Where an IPN without a payment says when it happened. The others carry dates of older things alone, or none."""


def read(body: bytes, receivers: frozenset[str], arrived: datetime, *, sandbox: bool) -> Said | Unreadable:
    """What the IPN says. It never raises, whatever the bytes are.

    `receivers` are our mails and account ids at PayPal, in lower case: an IPN for nobody of them is not ours, however
    genuine, and the sandbox's play money is none. `arrived` is the time of an IPN that says none.
    """
    kind = None
    try:
        fields = fields_of(body)
        kind = kind_of(fields)
        _check_ours(fields, receivers, sandbox=sandbox)
        return _reader(fields)(Head("ipn", made_id(fields), kind, arrived), fields)
    except Malformed as error:
        return Unreadable(error.part, kind)


def _check_ours(fields: Fields, receivers: frozenset[str], *, sandbox: bool) -> None:
    named = {fields.get(name, "").lower() for name in ("receiver_email", "business", "receiver_id")}
    if not receivers & named:
        raise Malformed("receiver")
    if (fields.get("test_ipn") == "1") != sandbox:
        raise Malformed("test_ipn")


def _at(head: Head, fields: Fields) -> datetime:
    """When it happened, for an IPN without a payment."""
    name = DATED.get(fields.get("txn_type", ""))
    return date(fields, name) if name and fields.get(name) else head.at


def _reader(fields: Fields) -> Callable[[Head, Fields], Said]:
    """By the state of the payment, since a refund comes under the type of what it refunds; else by the type."""
    status, kind = fields.get("payment_status", ""), fields.get("txn_type", "")
    if kind in ("new_case", "adjustment"):
        return _dispute
    if status in SALES:
        return _sale
    if status in BACK:
        return _back
    return _subscription if kind in STATES or kind in FAILED else lambda head, _: OtherSaid(head)


def _sale(head: Head, fields: Fields) -> SaleSaid:
    return SaleSaid(
        head,
        reading.identity(fields, "txn_id"),
        SALES[fields["payment_status"]],
        reading.positive(_money(fields, "mc_gross"), "mc_gross"),
        date(fields, "payment_date"),
        head.at,
        slow=fields.get("payment_type") == "echeck",
        fee=reading.size_if_any(_money(fields, "mc_fee"), "mc_fee"),
        received=reading.money_if_any(_money(fields, "settle_amount", "settle_currency"), "settle_amount"),
        pending_reason=reading.code_if_any(fields, "pending_reason"),
        subscription_id=_subscription_id(fields),
        custom_id=reading.custom_if_any(fields, "custom"),
        invoice_id=reading.custom_if_any(fields, "invoice"),
        item=reading.custom_if_any(fields, "item_number"),
        payer=_payer(fields),
    )


def _back(head: Head, fields: Fields) -> BackSaid:
    what = BACK[fields["payment_status"]]
    fee = reading.size_if_any(_money(fields, "mc_fee"), "mc_fee")
    is_ours = what == "reversal_cancelled"
    return BackSaid(
        head,
        what,
        reading.identity(fields, "txn_id"),
        reading.identity_if_any(fields, "parent_txn_id"),
        reading.size(_money(fields, "mc_gross"), "mc_gross"),
        date(fields, "payment_date"),
        fee_back=None if is_ours else fee,
        fee_taken=fee if is_ours else None,
        reason=reading.code_if_any(fields, "reason_code"),
        case_id=reading.identity_if_any(fields, "case_id"),
    )


def _subscription(head: Head, fields: Fields) -> SubscriptionSaid:
    kind, subscription_id = fields["txn_type"], _subscription_id(fields)
    if subscription_id is None:
        raise Malformed("subscr_id")
    return SubscriptionSaid(
        head,
        subscription_id,
        STATES.get(kind, "active"),
        _at(head, fields),
        custom_id=reading.custom_if_any(fields, "custom"),
        monthly=_first_amount(fields, "mc_amount3", "amount_per_cycle", "amount"),
        next_at=date_if_any(fields, "next_payment_date"),
        outstanding=_first_amount(fields, "outstanding_balance"),
        failure=_failure(head, fields) if kind in FAILED else None,
        payer=_payer(fields),
    )


def _failure(head: Head, fields: Fields) -> Failure:
    return Failure(
        _first_amount(fields, "mc_gross", "amount", "mc_amount3"),
        head.at,
        reading.code_if_any(fields, "reason_code"),
        date_if_any(fields, "retry_at", "next_payment_date"),
        None,
    )


def _dispute(head: Head, fields: Fields) -> DisputeSaid:
    """An IPN says that a case was closed, and not for whom."""
    opened = fields["txn_type"] == "new_case"
    sale = reading.identity_if_any(fields, "parent_txn_id") or reading.identity_if_any(fields, "txn_id")
    return DisputeSaid(
        head,
        "created" if opened else "resolved",
        reading.identity(fields, "case_id"),
        (sale,) if sale else (),
        "open" if opened else "other",
        _at(head, fields),
        amount=_first_amount(fields, "mc_gross"),
        reason=reading.code_if_any(fields, "reason_code"),
        stage=reading.code_if_any(fields, "case_type"),
    )


def _money(fields: Fields, name: str, currency: str = "mc_currency") -> Mapping[str, Any]:
    """The amount as the other road writes it, under the same name."""
    text = fields.get(name)
    code = fields.get(currency) or fields.get("currency_code")
    return {name: {"value": text, "currency_code": code} if text else None}


def _first_amount(fields: Fields, *names: str) -> Amount | None:
    name = next((each for each in names if fields.get(each)), names[0])
    return reading.size_if_any(_money(fields, name), name)


def _subscription_id(fields: Fields) -> str | None:
    return reading.identity_if_any(fields, "subscr_id") or reading.identity_if_any(
        fields, "recurring_payment_id"
    )


def _payer(fields: Fields) -> Payer | None:
    found = Payer(
        reading.identity_if_any(fields, "payer_id"),
        reading.name_if_any(fields, "first_name"),
        reading.name_if_any(fields, "last_name"),
        reading.name_if_any(fields, "payer_business_name"),
        reading.name_if_any(fields, "payer_email"),
    )
    return found if any(vars(found).values()) else None
