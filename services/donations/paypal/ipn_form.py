"""The form that an IPN is: its fields, its id and its dates."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote_to_bytes

from services.donations.paypal import reading
from services.donations.paypal.reading import Malformed

Fields = Mapping[str, str]
MOST_FIELDS = 300
CHARSETS = frozenset(
    {"windows-1252", "utf-8", "iso-8859-1", "us-ascii", "shift_jis", "euc-jp", "euc-kr", "gb2312", "gbk"}
)
"""Those that a seller can choose at PayPal for the languages of this group."""
_DATE = re.compile(r"(\d\d):(\d\d):(\d\d) ([A-Z][a-z]{2})\.? (\d{1,2}), (20\d\d) (P[SD]T)", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ZONES = {"PST": timezone(timedelta(hours=-8)), "PDT": timezone(timedelta(hours=-7))}
_NOT_SAID = frozenset({"verify_sign", "resend", "notify_version", "ipn_track_id"})
"""An IPN and its repeat may differ in these, and mean the same."""


def fields_of(body: bytes) -> Fields:
    """The fields, in the charset that the message itself names. Malformed if one is there twice."""
    pairs = [each.partition(b"=")[::2] for each in body.split(b"&", MOST_FIELDS)]
    raw = {_plain(name): _plain(value) for name, value in pairs}
    if len(raw) < len(pairs) or len(pairs) > MOST_FIELDS:
        raise Malformed("form")
    charset = raw.get(b"charset", b"windows-1252").decode("ascii", "replace").lower()
    if charset not in CHARSETS:
        raise Malformed("charset")
    return {name.decode("ascii", "replace"): value.decode(charset, "replace") for name, value in raw.items()}


def _plain(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def kind_of(fields: Fields) -> str:
    """`subscr_payment completed`: what sort of IPN it is, and the state of its payment."""
    parts = (reading.code_if_any(fields, name) for name in ("txn_type", "payment_status"))
    return " ".join(part for part in parts if part) or "ipn"


def made_id(fields: Fields) -> str:
    """An id made of what the IPN says, since it has none. A repeat gets the same one."""
    said = sorted(f"{name}={value}" for name, value in fields.items() if name not in _NOT_SAID)
    return f"IPN-{hashlib.sha256(chr(10).join(said).encode()).hexdigest()[:40]}"


def named(body: bytes) -> str:
    """`made_id` of these bytes; of bytes that are no form, an id of the bytes themselves."""
    try:
        return made_id(fields_of(body))
    except Malformed:
        return f"IPN-{hashlib.sha256(body).hexdigest()[:40]}"


def date(fields: Fields, name: str) -> datetime:
    """`20:12:59 Jan 13, 2009 PST`: PayPal writes Californian time wherever the seller is."""
    found = _DATE.fullmatch(fields.get(name, ""))
    if found is None or found[4] not in _MONTHS:
        raise Malformed(name)
    hour, minute, second, month, day, year, zone = found.groups()
    numbers = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second))
    try:
        return datetime(*numbers, tzinfo=_ZONES[zone]).astimezone(UTC)
    except ValueError:
        raise Malformed(name) from None


def date_if_any(fields: Fields, *names: str) -> datetime | None:
    """The first of what is to come; `N/A` and the like are no time."""
    for name in names:
        try:
            return date(fields, name)
        except Malformed:
            continue
    return None
