"""Run by the judge's own Python: reads cases as JSON, one per line, and answers each with what PayPal's SDK says.

The SDK fetches a certificate from any address and trusts two that it ships; here both are given. All else, what it
verifies and how, is its own.
"""

import json
import sys
from typing import Any

from OpenSSL import crypto
from paypalrestsdk import WebhookEvent

ALGORITHM = "sha256WithRSAEncryption"


def sdk_that_trusts(trusted: list[str]) -> Any:
    """The SDK's class with other certificates in its store."""

    class Event(WebhookEvent):  # type: ignore[misc]
        @classmethod
        def _get_certificate_store(cls) -> Any:
            store = crypto.X509Store()
            for pem in trusted:
                store.add_cert(crypto.load_certificate(crypto.FILETYPE_PEM, pem.encode()))
            return store

    return Event


def accepted(case: dict[str, Any]) -> bool:
    sdk = sdk_that_trusts(case["trusted"])
    certificate = crypto.load_certificate(crypto.FILETYPE_PEM, case["certificate"].encode())
    said = (
        case["transmission_id"],
        case["time"],
        case["webhook_id"],
        case["body"],
        certificate,
        case["signature"],
    )
    return bool(sdk._verify_certificate(certificate) and sdk._verify_signature(*said, ALGORITHM))


for line in sys.stdin:
    # What the SDK prints of its refusals must not look like an answer.
    print(json.dumps({"accepted": accepted(json.loads(line))}), flush=True)
