"""IPNs as PayPal posts them: forms in the seller's charset, dates in Californian time."""

from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from tests.support.paypal.notices import SALE, SUBSCRIPTION

PACIFIC = timezone(timedelta(hours=-8))
RECEIVER, ACCOUNT = "gifts@group.example", "S8XGHLYDW9T3S"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def dated(at: datetime) -> str:
    local = at.astimezone(PACIFIC)
    return f"{local:%H:%M:%S} {MONTHS[local.month - 1]} {local.day:02}, {local.year} PST"


def ipn(charset: str = "windows-1252", **fields: Any) -> bytes:
    """A form of these fields and those that every IPN has; None takes one away."""
    every = {
        "business": RECEIVER,
        "receiver_email": RECEIVER,
        "receiver_id": ACCOUNT,
        "payer_id": "2J6QB8YJQSJRJ",
        "first_name": "Hanako",
        "last_name": "Yamada",
        "payer_email": "hanako.yamada@donor.example",
        "residence_country": "JP",
        "custom": "gift-2",
        "charset": charset,
        "notify_version": "3.9",
        "test_ipn": "1",
        "verify_sign": "AFcWxV21C7fd0v3bYYYRCpSSRl31AEFeAejFlhh0AvqwNRts6zLECRVi",
        "ipn_track_id": "baca4df432b87",
        **fields,
    }
    return urlencode(
        {name: value for name, value in every.items() if value is not None}, encoding=charset
    ).encode()


def payment(
    at: datetime,
    sale_id: str = SALE,
    *,
    status: str = "Completed",
    money: tuple[str, str] = ("30.00", "USD"),
    charset: str = "windows-1252",
    **changed: Any,
) -> bytes:
    """A monthly payment under an old button; with another status the same, denied or waiting."""
    gross, currency = money
    fields: dict[str, Any] = {
        "txn_type": "subscr_payment",
        "txn_id": sale_id,
        "subscr_id": SUBSCRIPTION,
        "payment_status": status,
        "payment_type": "instant",
        "payment_date": dated(at),
        "mc_gross": gross,
        "mc_fee": "1.17" if status == "Completed" else None,
        "mc_currency": currency,
        "item_name": "monthly gift 2",
    }
    return ipn(charset, **{**fields, **changed})


def back(
    at: datetime,
    back_id: str,
    sale_id: str | None = SALE,
    *,
    status: str = "Refunded",
    money: tuple[str, str] = ("-30.00", "USD"),
    **changed: Any,
) -> bytes:
    """A refund, a reversal, or a reversal that is cancelled."""
    gross, currency = money
    fields: dict[str, Any] = {
        "txn_id": back_id,
        "parent_txn_id": sale_id,
        "payment_status": status,
        "payment_date": dated(at),
        "mc_gross": gross,
        "mc_currency": currency,
        "reason_code": "refund",
    }
    return ipn(**{**fields, **changed})


def subscription(kind: str, at: datetime | None, **changed: Any) -> bytes:
    """A message about a subscription without money; some kinds have no date."""
    fields: dict[str, Any] = {
        "txn_type": kind,
        "subscr_id": SUBSCRIPTION,
        "subscr_date": dated(at) if at else None,
        "mc_amount3": "30.00",
        "mc_currency": "USD",
        "period3": "1 M",
        "recurring": "1",
    }
    return ipn(**{**fields, **changed})
