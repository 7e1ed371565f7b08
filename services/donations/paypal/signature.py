"""Whether PayPal sent a webhook: decided on the raw bytes, before anything is read from them.

PayPal signs `transmission id | time | webhook id | CRC32 of the body`. The webhook id is ours, from the settings: a
notice that PayPal signed for another shop does not verify. A CRC32 is no digest: who has seen one good transmission can
make another body of the same CRC32. So a transmission id stands for one body, and whoever keeps notices must take a
second body under a known transmission id for a forgery; that is why `Verified` names it.
"""

import base64
import binascii
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from services.donations.paypal.certificates import Certificates, Untrusted
from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import Unreached

ALGORITHM = "SHA256withRSA"
SIMULATOR = "WEBHOOK_ID"
"""PayPal's webhook simulator signs with this word in the place of a webhook's id."""
_WEBHOOK_ID = re.compile(r"[A-Za-z0-9]{1,50}", re.ASCII)
_TRANSMISSION_ID = re.compile(r"[A-Za-z0-9-]{1,50}", re.ASCII)
_TIME = re.compile(r"(20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d)(?:\.\d{1,9})?Z", re.ASCII)
_NAMES = {
    "paypal-transmission-id": "id",
    "paypal-transmission-time": "time",
    "paypal-transmission-sig": "signature",
    "paypal-cert-url": "certificate",
    "paypal-auth-algo": "algorithm",
}


class Why(StrEnum):
    """Why a notice is taken for a forgery."""

    TOO_LARGE = "too_large"
    HEADERS = "headers"
    ALGORITHM = "algorithm"
    TIME = "time"
    TOO_OLD = "too_old"
    AHEAD = "ahead"
    ADDRESS = "address"
    CERTIFICATE = "certificate"
    SIGNATURE = "signature"
    SIMULATOR = "simulator"


@dataclass(frozen=True)
class Verified:
    """PayPal sent it, under this transmission id, at this time."""

    transmission_id: str
    sent_at: datetime


@dataclass(frozen=True)
class Forged:
    """It is not to be believed, now or later."""

    why: Why


@dataclass(frozen=True)
class CannotTell:
    """The certificate could not be had; PayPal comes again. `code` is that of `Unreached`."""

    code: str


@dataclass(frozen=True)
class Rules:
    """What a notice must meet. PayPal repeats one for three days, and may sign it once for all repeats."""

    webhook_id: str
    oldest: timedelta = timedelta(days=4)
    most_ahead: timedelta = timedelta(minutes=5)
    most_bytes: int = 1024 * 1024

    def __post_init__(self) -> None:
        if self.webhook_id == SIMULATOR:
            raise ValueError("is the webhook id of PayPal's simulator, which anybody can use")
        if not _WEBHOOK_ID.fullmatch(self.webhook_id):
            raise ValueError("is no webhook id of PayPal's")


@dataclass(frozen=True)
class Transmission:
    """What the headers of a notice say, as they say it; `sent_at` is `time` read."""

    id: str
    time: str
    signature: str
    certificate: str
    algorithm: str
    sent_at: datetime

    def message(self, webhook_id: str, body: bytes) -> bytes:
        """What PayPal signs."""
        return f"{self.id}|{self.time}|{webhook_id}|{zlib.crc32(body)}".encode("ascii")


async def verify(
    headers: Iterable[tuple[str, str]],
    body: bytes,
    rules: Rules,
    certificates: Certificates,
    now: datetime,
) -> Verified | Forged | CannotTell:
    """Whether PayPal sent this body under these headers; `now` is the wall clock's, with its zone.

    Nothing is fetched for a notice that is refused by its headers, its time or the address it names.
    """
    sent = claimed(headers, body, rules, certificates.environment, now)
    if isinstance(sent, Forged):
        return sent
    match await certificates.signer(sent.certificate, now):
        case Unreached(code):
            return CannotTell(code)
        case Untrusted():
            return Forged(Why.CERTIFICATE)
        case signer:
            return _by_key(signer.key, sent, rules.webhook_id, body)


def _by_key(key: RSAPublicKey, sent: Transmission, webhook_id: str, body: bytes) -> Verified | Forged:
    if signed(key, sent, webhook_id, body):
        return Verified(sent.id, sent.sent_at)
    return Forged(Why.SIMULATOR if signed(key, sent, SIMULATOR, body) else Why.SIGNATURE)


def claimed(
    headers: Iterable[tuple[str, str]], body: bytes, rules: Rules, environment: Environment, now: datetime
) -> Transmission | Forged:
    """What the headers claim, if it can be true; nothing is fetched and no signature looked at."""
    if len(body) > rules.most_bytes:
        return Forged(Why.TOO_LARGE)
    sent = transmission(headers)
    if isinstance(sent, Forged):
        return sent
    if why := _doubt(sent, rules, now):
        return Forged(why)
    return sent if environment.certificate_address(sent.certificate) else Forged(Why.ADDRESS)


def _doubt(sent: Transmission, rules: Rules, now: datetime) -> Why | None:
    if sent.algorithm != ALGORITHM:
        return Why.ALGORITHM
    if now - sent.sent_at > rules.oldest:
        return Why.TOO_OLD
    return Why.AHEAD if sent.sent_at - now > rules.most_ahead else None


def transmission(headers: Iterable[tuple[str, str]]) -> Transmission | Forged:
    """The five headers, in whatever letters their names are written; each must be there once."""
    found: dict[str, str] = {}
    for name, value in headers:
        place = _NAMES.get(name.lower())
        if place is None:
            continue
        if place in found:
            return Forged(Why.HEADERS)
        found[place] = value
    # A bar in the id would move what stands between the bars.
    if len(found) < len(_NAMES) or not _TRANSMISSION_ID.fullmatch(found["id"]):
        return Forged(Why.HEADERS)
    sent_at = _time(found["time"])
    return Forged(Why.TIME) if sent_at is None else Transmission(**found, sent_at=sent_at)


def _time(text: str) -> datetime | None:
    found = _TIME.fullmatch(text)
    try:
        return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None
    except ValueError:
        return None


def signed(key: RSAPublicKey, sent: Transmission, webhook_id: str, body: bytes) -> bool:
    """True if the signature is this key's, for this webhook and body."""
    try:
        signature = base64.b64decode(sent.signature, validate=True)
        key.verify(signature, sent.message(webhook_id, body), PKCS1v15(), SHA256())
    except (binascii.Error, ValueError, InvalidSignature):
        return False
    return True
