"""Asks PayPal whether an IPN is its own: the bytes go back as they came, behind a command."""

from dataclasses import dataclass

import httpx

from services.donations.paypal.environments import Environment
from services.donations.paypal.fetching import Unreached, fetch

COMMAND = b"cmd=_notify-validate&"
MOST_BYTES = 64 * 1024
"""PayPal's own have some 2 kB."""


@dataclass(frozen=True)
class Genuine:
    """PayPal sent these bytes."""


@dataclass(frozen=True)
class NotGenuine:
    """PayPal did not send them, or they are too many to be an IPN."""


async def ask(
    body: bytes, environment: Environment, asking: httpx.AsyncClient
) -> Genuine | NotGenuine | Unreached:
    """What PayPal says of the IPN; Unreached if it says neither, so that it must be asked again.

    The IPN itself was answered before, with 200 and nothing: PayPal does not validate what it still waits for.
    """
    if len(body) > MOST_BYTES:
        return NotGenuine()
    request = asking.build_request(
        "POST",
        environment.postback_address,
        content=COMMAND + body,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = await fetch(asking, request)
    if isinstance(answer, Unreached):
        return answer
    match answer.strip():
        case b"VERIFIED":
            return Genuine()
        case b"INVALID":
            return NotGenuine()
    return Unreached("answer")
