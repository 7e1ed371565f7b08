"""The bodies of PayPal's webhooks, as PayPal writes them: amounts as text, and many fields that nobody needs."""

import itertools
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

API = "https://api.sandbox.paypal.com"
_numbers = itertools.count(1)

SUBSCRIPTION, SALE, REFUND, DISPUTE = "I-BW452GLLEP1G", "80F85758S3080410K", "6TM52411CL064551D", "PP-D-4012"
SUBSCRIPTION_STATES = {
    "CREATED": "APPROVAL_PENDING",
    "ACTIVATED": "ACTIVE",
    "UPDATED": "ACTIVE",
    "SUSPENDED": "SUSPENDED",
    "CANCELLED": "CANCELLED",
    "EXPIRED": "EXPIRED",
    "PAYMENT.FAILED": "ACTIVE",
}
OUTCOMES = (
    "RESOLVED_BUYER_FAVOUR",
    "RESOLVED_SELLER_FAVOUR",
    "RESOLVED_WITH_PAYOUT",
    "CANCELED_BY_BUYER",
    "ACCEPTED",
    "DENIED",
    "NONE",
)
DONOR = {
    "email_address": "hanako.yamada@donor.example",
    "payer_id": "2J6QB8YJQSJRJ",
    "name": {"given_name": "Hanako", "surname": "Yamada"},
    "shipping_address": {
        "name": {"full_name": "Hanako Yamada"},
        "address": {"address_line_1": "1-2-3 Kanda", "admin_area_1": "TOKYO", "postal_code": "1010041"},
    },
}


def written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_bytes(notice: Mapping[str, Any]) -> bytes:
    """As PayPal sends it: without white space, other letters written out."""
    return json.dumps(notice, separators=(",", ":"), ensure_ascii=False).encode()


def notice(kind: str, resource_type: str, resource: Mapping[str, Any], at: datetime) -> dict[str, Any]:
    """What stands around every resource; each call has an id of its own."""
    number = next(_numbers)
    event = f"WH-{number:017X}-{number * 7919:017X}"
    link = f"{API}/v1/notifications/webhooks-events/{event}"
    return {
        "id": event,
        "event_version": "1.0",
        "create_time": f"{written(at)[:-1]}.{number % 1000:03}Z",
        "resource_type": resource_type,
        "event_type": kind,
        "summary": kind.replace(".", " ").lower(),
        "resource": dict(resource),
        "links": [
            {"href": link, "rel": "self", "method": "GET"},
            {"href": f"{link}/resend", "rel": "resend", "method": "POST"},
        ],
    }


def subscription(
    what: str, at: datetime, subscription_id: str = SUBSCRIPTION, **changed: Any
) -> dict[str, Any]:
    """BILLING.SUBSCRIPTION.`what`; `changed` are fields of the resource, None takes one away."""
    resource = {
        "id": subscription_id,
        "plan_id": "P-5ML4271244454362WXNWU5NQ",
        "status": SUBSCRIPTION_STATES[what],
        "status_update_time": written(at),
        "start_time": written(at),
        "quantity": "1",
        "custom_id": "gift-2",
        "subscriber": DONOR,
        "create_time": written(at),
        "update_time": written(at),
        "billing_info": {
            "outstanding_balance": {"currency_code": "USD", "value": "0.00"},
            "cycle_executions": [
                {"tenure_type": "REGULAR", "sequence": 1, "cycles_completed": 1, "total_cycles": 0}
            ],
            "last_payment": {"amount": {"currency_code": "USD", "value": "30.00"}, "time": written(at)},
            "next_billing_time": "2006-12-05T10:00:00Z",
            "failed_payments_count": 0,
        },
        "plan_overridden": False,
        "links": [
            {"href": f"{API}/v1/billing/subscriptions/{subscription_id}", "rel": "self", "method": "GET"}
        ],
    }
    return notice(f"BILLING.SUBSCRIPTION.{what}", "subscription", _with(resource, changed), at)


def payment_failed(
    at: datetime, subscription_id: str = SUBSCRIPTION, *, count: int = 1, retry_at: datetime | None = None
) -> dict[str, Any]:
    """BILLING.SUBSCRIPTION.PAYMENT.FAILED; after the last try PayPal names no further one."""
    return subscription(
        "PAYMENT.FAILED",
        at,
        subscription_id,
        billing_info={
            "outstanding_balance": {"currency_code": "USD", "value": f"{30 * count}.00"},
            "failed_payments_count": count,
            "last_failed_payment": {
                "amount": {"currency_code": "USD", "value": "30.00"},
                "time": written(at),
                "reason_code": "PAYMENT_DENIED",
                "next_payment_retry_time": written(retry_at) if retry_at else None,
            },
        },
    )


def sale(
    what: str,
    at: datetime,
    sale_id: str = SALE,
    *,
    money: tuple[str, str] = ("30.00", "USD"),
    fee: str | None = "1.17",
    subscription_id: str | None = SUBSCRIPTION,
    **changed: Any,
) -> dict[str, Any]:
    """PAYMENT.SALE.COMPLETED, PENDING, DENIED or REVERSED: in all of them the resource is the sale."""
    total, currency = money
    link = f"{API}/v1/payments/sale/{sale_id}"
    resource = {
        "id": sale_id,
        "state": {"COMPLETED": "completed", "REVERSED": "completed"}.get(what, what.lower()),
        "amount": {"total": total, "currency": currency, "details": {"subtotal": total}},
        "payment_mode": "ECHECK" if what == "PENDING" else "INSTANT_TRANSFER",
        "protection_eligibility": "ELIGIBLE",
        "transaction_fee": None if fee is None else {"value": fee, "currency": currency},
        "billing_agreement_id": subscription_id,
        "custom": "gift-2",
        "invoice_number": "",
        "create_time": written(at),
        "update_time": written(at),
        "links": [
            {"href": link, "rel": "self", "method": "GET"},
            {"href": f"{link}/refund", "rel": "refund", "method": "POST"},
        ],
    }
    return notice(f"PAYMENT.SALE.{what}", "sale", _with(resource, changed), at)


def held(at: datetime, sale_id: str = SALE, status: str = "HELD", **changed: Any) -> dict[str, Any]:
    """A sale that PayPal holds, or RELEASED: the second comes as COMPLETED for the same sale once more."""
    hold: dict[str, Any] = {
        "payment_hold_status": status,
        "payment_hold_reasons": [{"payment_hold_reason": "PAYMENT_HOLD"}],
    }
    return sale("COMPLETED", at, sale_id, **hold, **changed)


CAPTURE = "2GG279541U471931P"


def capture(
    what: str,
    at: datetime,
    capture_id: str = CAPTURE,
    *,
    money: tuple[str, str] = ("30.00", "USD"),
    **changed: Any,
) -> dict[str, Any]:
    """PAYMENT.CAPTURE.`what`: a payment of the newer API, of a gift that is given once."""
    value, currency = money
    link = f"{API}/v2/payments/captures/{capture_id}"
    resource = {
        "id": capture_id,
        "status": what,
        "amount": {"value": value, "currency_code": currency},
        "final_capture": True,
        "seller_receivable_breakdown": {
            "gross_amount": {"value": value, "currency_code": currency},
            "paypal_fee": {"value": "1.17", "currency_code": currency},
        },
        "custom_id": "gift-2",
        "create_time": written(at),
        "update_time": written(at),
        "links": [{"href": link, "rel": "self", "method": "GET"}],
    }
    return notice(f"PAYMENT.CAPTURE.{what}", "capture", _with(resource, changed), at)


def capture_back(
    what: str,
    at: datetime,
    back_id: str,
    capture_id: str = CAPTURE,
    *,
    money: tuple[str, str] = ("30.00", "USD"),
) -> dict[str, Any]:
    """PAYMENT.CAPTURE.REFUNDED or REVERSED: the resource is a refund, which is linked to its capture."""
    value, currency = money
    resource = {
        "id": back_id,
        "status": "COMPLETED",
        "amount": {"value": value, "currency_code": currency},
        "seller_payable_breakdown": {"paypal_fee": {"value": "0.00", "currency_code": currency}},
        "create_time": written(at),
        "update_time": written(at),
        "links": [
            {"href": f"{API}/v2/payments/refunds/{back_id}", "rel": "self", "method": "GET"},
            {"href": f"{API}/v2/payments/captures/{capture_id}", "rel": "up", "method": "GET"},
        ],
    }
    return notice(f"PAYMENT.CAPTURE.{what}", "refund", resource, at)


def refund(
    at: datetime,
    refund_id: str = REFUND,
    sale_id: str | None = SALE,
    *,
    money: tuple[str, str] = ("30.00", "USD"),
    fee_back: str | None = None,
    linked: bool = True,
    **changed: Any,
) -> dict[str, Any]:
    """PAYMENT.SALE.REFUNDED. Refunds made on PayPal's own site have been seen without `sale_id`; `linked` ones have a
    link to the sale even so.
    """
    total, currency = money
    links = [{"href": f"{API}/v1/payments/refund/{refund_id}", "rel": "self", "method": "GET"}]
    if linked:
        links.append({"href": f"{API}/v1/payments/sale/{sale_id or SALE}", "rel": "sale", "method": "GET"})
    resource = {
        "id": refund_id,
        "state": "completed",
        "amount": {"total": f"-{total}", "currency": currency},
        "refund_to_payer": {"value": total, "currency": currency},
        "refund_from_transaction_fee": None
        if fee_back is None
        else {"value": fee_back, "currency": currency},
        "sale_id": sale_id,
        "create_time": written(at),
        "update_time": written(at),
        "links": links,
    }
    return notice("PAYMENT.SALE.REFUNDED", "refund", _with(resource, changed), at)


def dispute(
    what: str, at: datetime, dispute_id: str = DISPUTE, *, outcome: str | None = None, **changed: Any
) -> dict[str, Any]:
    """CUSTOMER.DISPUTE.CREATED, UPDATED or RESOLVED, the last with one of OUTCOMES."""
    money = {"currency_code": "USD", "value": "30.00"}
    resource = {
        "dispute_id": dispute_id,
        "create_time": written(at),
        "update_time": written(at),
        "disputed_transactions": [
            {
                "buyer_transaction_id": "3BC38643YC807283D",
                "seller_transaction_id": changed.pop("sale_id", SALE),
                "transaction_status": "REVERSED",
                "gross_amount": money,
                "buyer": {"name": "Hanako Yamada"},
                "seller": {
                    "email": "gifts@group.example",
                    "merchant_id": "EBBY4SSXDWKAM",
                    "name": "The group",
                },
                "items": [],
                "seller_protection_eligible": True,
            }
        ],
        "reason": "UNAUTHORISED",
        "status": "RESOLVED" if what == "RESOLVED" else "UNDER_REVIEW",
        "dispute_amount": money,
        "dispute_outcome": None if outcome is None else {"outcome_code": outcome, "amount_refunded": money},
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL",
        "messages": [
            {"posted_by": "BUYER", "time_posted": written(at), "content": "I do not know this charge."}
        ],
        "links": [{"href": f"{API}/v1/customer/disputes/{dispute_id}", "rel": "self", "method": "GET"}],
    }
    return notice(f"CUSTOMER.DISPUTE.{what}", "dispute", _with(resource, changed), at)


def _with(resource: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    """The resource with changed fields; PayPal leaves out what has no value, but for the time of a further try."""
    return {name: value for name, value in {**resource, **changed}.items() if value is not None}
