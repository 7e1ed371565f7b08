"""Reads fields of what PayPal sends: each is as PayPal writes it, or `Malformed` names it."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from services.donations.paypal.amounts import Amount, amount_of

_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9_. -]{1,64}", re.ASCII)
_CUSTOM = re.compile(r"[\x21-\x7e]{1,127}", re.ASCII)
_TIME = re.compile(
    r"20\d\d-[01]\d-[0-3]\d[Tt][0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,9})?([Zz]|[+-]\d\d:?\d\d)", re.ASCII
)
_NOT_STORED = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
LONGEST_NAME = 200


class Malformed(Exception):
    """`part` is missing or is not as PayPal writes it. It leaves no function that is called from outside."""

    def __init__(self, part: str) -> None:
        super().__init__(part)
        self.part = part


class Bare(str):
    """A number with a point that stands in JSON without quotation marks, as its text. It is no amount."""

    __slots__ = ()


def json_of(body: bytes) -> Mapping[str, Any]:
    """The object that the body is. No float is made of anything."""
    try:
        said = json.loads(body.decode("utf-8"), parse_float=Bare, parse_constant=Bare)
    except (ValueError, RecursionError):
        raise Malformed("json") from None
    if not isinstance(said, dict):
        raise Malformed("json")
    return said


def inner(fields: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at the path, empty if there is none."""
    found: Any = fields
    for step in path:
        found = found.get(step) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def listed(fields: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The objects of a list."""
    found = fields.get(name)
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def identity(fields: Mapping[str, Any], name: str) -> str:
    found = identity_if_any(fields, name)
    if found is None:
        raise Malformed(name)
    return found


def identity_if_any(fields: Mapping[str, Any], name: str) -> str | None:
    """An id; one that is there and is none is malformed."""
    return _matching(fields, name, _ID)


def code(fields: Mapping[str, Any], name: str) -> str:
    found = code_if_any(fields, name)
    if found is None:
        raise Malformed(name)
    return found


def code_if_any(fields: Mapping[str, Any], name: str) -> str | None:
    """A code in lower case; one that is not written as a code is left out, since nothing hangs on it."""
    found = fields.get(name)
    return found.lower() if isinstance(found, str) and _CODE.fullmatch(found) else None


def custom_if_any(fields: Mapping[str, Any], name: str) -> str | None:
    """What we gave PayPal to know a gift by; anything else than printable ASCII is not ours."""
    found = fields.get(name)
    return found if isinstance(found, str) and _CUSTOM.fullmatch(found) else None


def name_if_any(fields: Mapping[str, Any], name: str) -> str | None:
    """What people wrote, without signs that no database takes."""
    found = fields.get(name)
    if not isinstance(found, str):
        return None
    return _NOT_STORED.sub("", found).strip()[:LONGEST_NAME] or None


def count_if_any(fields: Mapping[str, Any], name: str) -> int | None:
    found = fields.get(name)
    return found if type(found) is int and 0 <= found < 10_000 else None


def time(fields: Mapping[str, Any], name: str) -> datetime:
    found = time_if_any(fields, name)
    if found is None:
        raise Malformed(name)
    return found


def time_if_any(fields: Mapping[str, Any], name: str) -> datetime | None:
    """A time with its zone, in UTC; one without a zone is malformed."""
    text = _matching(fields, name, _TIME)
    try:
        return None if text is None else datetime.fromisoformat(text.upper()).astimezone(UTC)
    except ValueError:
        raise Malformed(name) from None


def money(fields: Mapping[str, Any], name: str) -> Amount:
    found = money_if_any(fields, name)
    if found is None:
        raise Malformed(name)
    return found


def positive(fields: Mapping[str, Any], name: str) -> Amount:
    """Money that must be there and more than nothing."""
    found = money(fields, name)
    if found.minor <= 0:
        raise Malformed(name)
    return found


def size_if_any(fields: Mapping[str, Any], name: str) -> Amount | None:
    """Money whichever way it went: PayPal writes some of it below zero, and not always."""
    found = money_if_any(fields, name)
    return None if found is None else abs(found)


def size(fields: Mapping[str, Any], name: str) -> Amount:
    found = size_if_any(fields, name)
    if found is None or not found.minor:
        raise Malformed(name)
    return found


def money_if_any(fields: Mapping[str, Any], name: str) -> Amount | None:
    """An amount as the older and the newer of PayPal's APIs write it: text, and never a bare number."""
    given = fields.get(name)
    if given is None:
        return None
    if not isinstance(given, dict):
        raise Malformed(name)
    text, currency = given.get("total", given.get("value")), given.get("currency_code", given.get("currency"))
    if type(text) is not str or type(currency) is not str:
        raise Malformed(name)
    try:
        return amount_of(text, currency)
    except ValueError as error:
        raise Malformed("currency" if str(error) == "currency" else name) from None


def _matching(fields: Mapping[str, Any], name: str, pattern: re.Pattern[str]) -> str | None:
    found = fields.get(name)
    if found is None or found == "":
        return None
    if type(found) is not str or not pattern.fullmatch(found):
        raise Malformed(name)
    return found
