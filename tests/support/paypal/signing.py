"""Signs a body as PayPal does: the headers under which it is sent."""

import base64
import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from services.donations.paypal.environments import SANDBOX, Environment
from tests.support.paypal.chain import Holder, around, authority, leaf

WEBHOOK_ID = "8PT597110X687430L"
CERTIFICATE = "CERT-360caa42-fca2a594-a5cafa77"
HASHES = {"SHA256withRSA": SHA256, "SHA1withRSA": SHA1}


def _ids() -> Iterator[str]:
    return (f"d938e770-8046-11e6-8103-{number:012x}" for number in itertools.count(1))


def sign(key: RSAPrivateKey, message: str, algorithm: str = "SHA256withRSA") -> str:
    """The signature as it stands in the header."""
    return base64.b64encode(key.sign(message.encode(), PKCS1v15(), HASHES[algorithm]())).decode()


@dataclass
class Signer:
    """PayPal's signer in one environment: a root, one between, and the certificate that notices are signed with."""

    root: Holder
    between: Holder
    holder: Holder
    environment: Environment
    webhook_id: str = WEBHOOK_ID
    _transmissions: Iterator[str] = field(default_factory=_ids)

    @property
    def roots(self) -> bytes:
        """What whoever checks must trust, as PEM."""
        return self.root.alone()

    @property
    def certificate_url(self) -> str:
        host = min(self.environment.certificate_hosts)
        return f"https://{host}/v1/notifications/certs/{CERTIFICATE}"

    def headers(
        self,
        body: bytes,
        at: datetime,
        *,
        webhook_id: str | None = None,
        algorithm: str = "SHA256withRSA",
        url: str | None = None,
        transmission: str | None = None,
    ) -> dict[str, str]:
        """The headers of a transmission of these bytes, sent `at` that time by the wall clock; with an id of its own if
        none is given.
        """
        transmission, time = (
            transmission or next(self._transmissions),
            at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        )
        message = f"{transmission}|{time}|{webhook_id or self.webhook_id}|{zlib.crc32(body)}"
        return {
            "PAYPAL-TRANSMISSION-ID": transmission,
            "PAYPAL-TRANSMISSION-TIME": time,
            "PAYPAL-TRANSMISSION-SIG": sign(self.holder.key, message, algorithm),
            "PAYPAL-CERT-URL": self.certificate_url if url is None else url,
            "PAYPAL-AUTH-ALGO": algorithm,
            "CORRELATION-ID": "b7c2f1a09d3e4",
            "Content-Type": "application/json",
        }


def signer(now: datetime, environment: Environment = SANDBOX) -> Signer:
    """A signer whose certificates are valid around `now`; makes three keys, which takes about a second."""
    root = authority("Trust Root of the tests", around(now, 3650))
    between = authority("Trust between, of the tests", around(now, 1000), root)
    return Signer(root, between, leaf([environment.signer], around(now), between), environment)
