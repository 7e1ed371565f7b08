"""Reads the body of a webhook, once its signature is found good."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

from services.donations.paypal import reading
from services.donations.paypal.amounts import Amount
from services.donations.paypal.reading import Malformed
from services.donations.paypal.said import (
    BackSaid,
    DisputeSaid,
    Failure,
    Head,
    OtherSaid,
    Outcome,
    Payer,
    Said,
    SaleSaid,
    SaleState,
    SubscriptionSaid,
    SubscriptionState,
    Unreadable,
)

Fields = Mapping[str, Any]
STATES: dict[str, SubscriptionState] = {
    "APPROVAL_PENDING": "pending",
    "APPROVED": "pending",
    "ACTIVE": "active",
    "SUSPENDED": "suspended",
    "CANCELLED": "cancelled",
    "EXPIRED": "expired",
}
OUTCOMES: dict[str, Outcome] = {
    "resolved_seller_favour": "won",
    "canceled_by_buyer": "won",
    "denied": "won",
    "resolved_buyer_favour": "lost",
    "accepted": "lost",
}
"""The others (a payout by PayPal, none) do not say who keeps the money: the treasurer looks."""
HOLDS: dict[str | None, Literal["held", "released"]] = {"held": "held", "released": "released"}
_LINKS = {
    "sale": re.compile(r"https://[a-z0-9.-]+/v1/payments/sale/([A-Z0-9]{1,64})", re.ASCII),
    "up": re.compile(r"https://[a-z0-9.-]+/v2/payments/captures/([A-Z0-9]{1,64})", re.ASCII),
}
"""How a refund names what it refunds, in the older and in the newer API."""


def read(body: bytes) -> Said | Unreadable:
    """What the notice says. It never raises, whatever the bytes are."""
    kind = notice_id = None
    try:
        notice = reading.json_of(body)
        notice_id = reading.identity(notice, "id")
        kind = reading.code(notice, "event_type").upper()
        head = Head("webhook", notice_id, kind, reading.time(notice, "create_time"))
        reader = _READERS.get(head.kind)
        return reader(head, reading.inner(notice, "resource")) if reader else OtherSaid(head)
    except Malformed as error:
        return Unreadable(error.part, kind, notice_id)


def _subscription(head: Head, resource: Fields) -> SubscriptionSaid:
    billing = reading.inner(resource, "billing_info")
    last = reading.inner(billing, "last_payment")
    return SubscriptionSaid(
        head,
        reading.identity(resource, "id"),
        STATES.get(str(resource.get("status")), "other"),
        reading.time_if_any(resource, "status_update_time")
        or reading.time_if_any(resource, "update_time")
        or head.at,
        custom_id=reading.custom_if_any(resource, "custom_id"),
        plan_id=reading.identity_if_any(resource, "plan_id"),
        monthly=_monthly(resource),
        last_paid=reading.money_if_any(last, "amount"),
        last_paid_at=reading.time_if_any(last, "time"),
        next_at=reading.time_if_any(billing, "next_billing_time"),
        outstanding=reading.money_if_any(billing, "outstanding_balance"),
        payer=_payer(reading.inner(resource, "subscriber")),
        failure=_failure(head, billing) if head.kind.endswith(".PAYMENT.FAILED") else None,
    )


def _monthly(resource: Fields) -> Amount | None:
    """The price of the regular cycle; PayPal sends it where this subscription has its own."""
    for cycle in reading.listed(reading.inner(resource, "plan"), "billing_cycles"):
        if cycle.get("tenure_type") == "REGULAR":
            return reading.money_if_any(reading.inner(cycle, "pricing_scheme"), "fixed_price")
    return None


def _failure(head: Head, billing: Fields) -> Failure:
    last = reading.inner(billing, "last_failed_payment")
    return Failure(
        reading.money_if_any(last, "amount"),
        reading.time_if_any(last, "time") or head.at,
        reading.code_if_any(last, "reason_code"),
        reading.time_if_any(last, "next_payment_retry_time"),
        reading.count_if_any(billing, "failed_payments_count"),
    )


def _payer(subscriber: Fields) -> Payer | None:
    name = reading.inner(subscriber, "name")
    found = Payer(
        reading.identity_if_any(subscriber, "payer_id"),
        reading.name_if_any(name, "given_name"),
        reading.name_if_any(name, "surname"),
        None,
        reading.name_if_any(subscriber, "email_address"),
    )
    return found if any((found.payer_id, found.given_name, found.surname, found.mail)) else None


def _sale(state: SaleState) -> Callable[[Head, Fields], SaleSaid]:
    def reader(head: Head, resource: Fields) -> SaleSaid:
        return SaleSaid(
            head,
            reading.identity(resource, "id"),
            state,
            reading.positive(resource, "amount"),
            reading.time_if_any(resource, "create_time") or head.at,
            reading.time_if_any(resource, "update_time") or head.at,
            slow=resource.get("payment_mode") == "ECHECK",
            fee=reading.size_if_any(resource, "transaction_fee"),
            received=reading.money_if_any(resource, "receivable_amount"),
            hold=HOLDS.get(reading.code_if_any(resource, "payment_hold_status")),
            hold_reason=_hold_reason(resource),
            pending_reason=reading.code_if_any(resource, "reason_code") if state == "pending" else None,
            subscription_id=reading.identity_if_any(resource, "billing_agreement_id"),
            custom_id=reading.custom_if_any(resource, "custom"),
            invoice_id=reading.custom_if_any(resource, "invoice_number"),
            payer=_payer(reading.inner(resource, "payer")),
        )

    return reader


def _capture(state: SaleState) -> Callable[[Head, Fields], SaleSaid]:
    """A payment of PayPal's newer API, for a gift that is given once."""

    def reader(head: Head, resource: Fields) -> SaleSaid:
        parts = reading.inner(resource, "seller_receivable_breakdown")
        return SaleSaid(
            head,
            reading.identity(resource, "id"),
            state,
            reading.positive(resource, "amount"),
            reading.time_if_any(resource, "create_time") or head.at,
            reading.time_if_any(resource, "update_time") or head.at,
            fee=reading.size_if_any(parts, "paypal_fee"),
            received=reading.money_if_any(parts, "receivable_amount"),
            custom_id=reading.custom_if_any(resource, "custom_id"),
            invoice_id=reading.custom_if_any(resource, "invoice_id"),
            payer=_payer(reading.inner(resource, "payer")),
        )

    return reader


def _hold_reason(resource: Fields) -> str | None:
    """The first reason; PayPal lists objects and, in older answers, plain codes."""
    found = resource.get("payment_hold_reasons")
    first = found[0] if isinstance(found, list) and found else None
    fields = first if isinstance(first, dict) else {"payment_hold_reason": first}
    return reading.code_if_any(fields, "payment_hold_reason")


def _refund(head: Head, resource: Fields) -> BackSaid:
    """The resource is the refund; the sale is named beside it, or linked, or not at all."""
    parts = reading.inner(resource, "seller_payable_breakdown")
    return BackSaid(
        head,
        "refunded",
        reading.identity(resource, "id"),
        reading.identity_if_any(resource, "sale_id") or _linked(resource, "sale", "up"),
        reading.size(resource, "amount"),
        reading.time_if_any(resource, "create_time") or head.at,
        fee_back=reading.size_if_any(resource, "refund_from_transaction_fee")
        or reading.size_if_any(parts, "paypal_fee"),
        reason=reading.code_if_any(resource, "reason_code"),
    )


def _reversal(head: Head, resource: Fields) -> BackSaid:
    """The resource is the sale itself, unless it names a sale beside its own id, or is linked to a capture."""
    own = reading.identity(resource, "id")
    sale = reading.identity_if_any(resource, "sale_id") or _linked(resource, "up")
    return BackSaid(
        head,
        "reversed",
        own if sale and sale != own else None,
        sale or own,
        reading.size(resource, "amount"),
        reading.time_if_any(resource, "update_time") or head.at,
        reason=reading.code_if_any(resource, "reason_code"),
    )


def _linked(resource: Fields, *names: str) -> str | None:
    links = ((each.get("rel"), str(each.get("href"))) for each in reading.listed(resource, "links"))
    found = (_LINKS[rel].fullmatch(link) for rel, link in links if rel in names)
    return next((each[1] for each in found if each), None)


def _dispute(what: Literal["created", "updated", "resolved"]) -> Callable[[Head, Fields], DisputeSaid]:
    def reader(head: Head, resource: Fields) -> DisputeSaid:
        ended = reading.inner(resource, "dispute_outcome")
        code = reading.code_if_any(ended, "outcome_code")
        sales = (
            reading.identity_if_any(each, "seller_transaction_id")
            for each in reading.listed(resource, "disputed_transactions")
        )
        return DisputeSaid(
            head,
            what,
            reading.identity(resource, "dispute_id"),
            tuple(each for each in sales if each),
            OUTCOMES.get(code or "", "other") if what == "resolved" else "open",
            reading.time_if_any(resource, "update_time") or head.at,
            outcome_code=code,
            amount=reading.money_if_any(resource, "dispute_amount"),
            refunded=reading.money_if_any(ended, "amount_refunded"),
            reason=reading.code_if_any(resource, "reason"),
            stage=reading.code_if_any(resource, "dispute_life_cycle_stage"),
        )

    return reader


_READERS: dict[str, Callable[[Head, Fields], Said]] = {
    **{
        f"BILLING.SUBSCRIPTION.{what}": _subscription
        for what in ("CREATED", "ACTIVATED", "UPDATED", "SUSPENDED", "CANCELLED", "EXPIRED", "PAYMENT.FAILED")
    },
    "PAYMENT.SALE.COMPLETED": _sale("completed"),
    "PAYMENT.SALE.PENDING": _sale("pending"),
    "PAYMENT.SALE.DENIED": _sale("denied"),
    "PAYMENT.SALE.REFUNDED": _refund,
    "PAYMENT.SALE.REVERSED": _reversal,
    "PAYMENT.CAPTURE.COMPLETED": _capture("completed"),
    "PAYMENT.CAPTURE.PENDING": _capture("pending"),
    "PAYMENT.CAPTURE.DENIED": _capture("denied"),
    "PAYMENT.CAPTURE.REFUNDED": _refund,
    "PAYMENT.CAPTURE.REVERSED": _reversal,
    "CUSTOMER.DISPUTE.CREATED": _dispute("created"),
    "CUSTOMER.DISPUTE.UPDATED": _dispute("updated"),
    "CUSTOMER.DISPUTE.RESOLVED": _dispute("resolved"),
}
