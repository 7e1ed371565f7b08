"""What PayPal posts: free of sign-in and of the walls for browsers, since PayPal itself says who sent it: of a webhook
by its signature, of an IPN when it is asked.

The answer tells PayPal what to do. 200: it is kept, or was. 400: it is not PayPal's. 503: it comes again, for
three days.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from services.donations.commands.ipns import Received, receive
from services.donations.commands.notices import Notice, Taken, take
from services.donations.outside import PayPal
from services.donations.paypal import notices, postback
from services.donations.paypal.said import Said, Unreadable
from services.donations.paypal.signature import CannotTell, Forged
from shared.messaging.gathering import Gathered
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Principal, PrincipalKind
from shared.security.sealing import Seal
from shared.web.bodies import TOO_SLOW
from shared.web.problems import Problem
from shared.web.work import OpenUnits

WEBHOOK, IPN = "/paypal/webhook", "/paypal/ipn"
PATIENCE_SECONDS = 10
SENT_BY_PAYPAL = Principal("paypal", PrincipalKind.SERVICE)
FORGED = "This is no notice of PayPal's to us. Nothing was kept."
CANNOT_TELL = "PayPal's certificate cannot be had now. Send the notice again."
AGAIN = "It cannot be taken now. Send it again."
RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"description": "It is not PayPal's, or not for us"},
    408: {"description": "It came too slowly"},
    413: {"description": "It is larger than 1 MB"},
    503: {"description": "It cannot be judged or kept now, and is to be sent again"},
}


def router(paypal: PayPal, zone: ZoneInfo, seal: Seal) -> APIRouter:
    """The routes that PayPal posts to; what it posts is kept sealed."""
    made = APIRouter(tags=["paypal"])
    routes = {WEBHOOK: _webhook(paypal, zone, seal), IPN: _ipn(paypal, seal)}
    for path in paths(paypal):
        made.add_api_route(path, routes[path], methods=["POST"], response_class=Response, responses=RESPONSES)
    return made


def paths(paypal: PayPal) -> tuple[str, ...]:
    """The routes that are there: for the webhook that PayPal was told of, and for IPNs if it is known to whom."""
    return (*([WEBHOOK] if paypal.rules else []), *([IPN] if paypal.receivers else []))


def _webhook(paypal: PayPal, zone: ZoneInfo, seal: Seal) -> Callable[..., object]:
    async def work(unit: Unit, came: Sequence[tuple[Notice, Said | Unreadable]]) -> Sequence[Taken]:
        return await take(unit, zone, seal, came)

    taking = Gathered(work, SENT_BY_PAYPAL)

    async def webhook(request: Request, units: OpenUnits) -> Response:
        """PayPal tells of money, signed. A repeat changes nothing."""
        body, now = await _body(request), datetime.now(UTC)
        verdict = await paypal.verify(request.headers.items(), body, now)
        if isinstance(verdict, Forged):
            paypal.count("webhook", "forged")
            raise Problem(HTTPStatus.BAD_REQUEST, FORGED, [("notice", verdict.why.value)])
        if isinstance(verdict, CannotTell):
            paypal.count("webhook", "not_judged")
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, CANNOT_TELL, [("certificate", verdict.code)])
        notice = Notice(verdict.transmission_id, "webhook", body, now)
        done = await taking.ask(units, (notice, notices.read(body)))
        if isinstance(done, Refused):
            raise Problem(HTTPStatus.BAD_REQUEST, done.words, [("notice", "body")])
        paypal.count("webhook", done.value if done else "repeat")
        return Response()

    return webhook


def _ipn(paypal: PayPal, seal: Seal) -> Callable[..., object]:
    async def ipn(request: Request, units: OpenUnits) -> Response:
        """PayPal tells of money in the older way. It is answered first; then PayPal is asked whether it is its own."""
        body = await _body(request)
        if len(body) > postback.MOST_BYTES:
            paypal.count("ipn", "forged")
            raise Problem(HTTPStatus.BAD_REQUEST, FORGED, [("notice", "too_large")])
        async with units.open(actor=SENT_BY_PAYPAL) as unit:
            received = await receive(unit, seal, body, unit.now)
        if received is not Received.KEPT:
            paypal.count("ipn", received)
        if received is Received.AGAIN:
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, AGAIN)
        return Response()

    return ipn


async def _body(request: Request) -> bytes:
    """The bytes as they came; how many there may be, the walls see to. Problem 408 if they come too slowly."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await request.body()
    except TimeoutError:
        raise Problem(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from None
