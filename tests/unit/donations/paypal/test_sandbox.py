"""The PayPal of the tests over a real connection, reached at its base address as a service reaches it."""

import asyncio
from datetime import UTC, datetime

import httpx
from starlette.responses import Response

from services.donations.paypal import postback
from services.donations.paypal.certificates import Certificates
from services.donations.paypal.environments import environment
from services.donations.paypal.fetching import Unreached, client, fetch
from services.donations.paypal.postback import Genuine, NotGenuine
from services.donations.paypal.signature import CannotTell, Rules, Verified, verify
from services.donations.paypal.transaction_search import Page, Search
from tests.support.paypal import ipns, lists, notices
from tests.support.paypal.sandbox import Sandbox
from tests.support.paypal.server import CREDENTIALS


async def test_all_that_paypal_serves_is_reached_at_the_base_address() -> None:
    now = datetime.now(UTC)
    sandbox = Sandbox(now)
    async with sandbox.serving() as address, client() as asking:
        paypal = environment("sandbox", address)
        body, headers = sandbox.signed(notices.sale("COMPLETED", now), now)
        certificates = Certificates(paypal, asking, sandbox.roots)
        outcome = await verify(headers.items(), body, Rules(sandbox.webhook_id), certificates, now)
        assert isinstance(outcome, Verified)
        ipn = sandbox.posted(ipns.payment(now))
        assert await postback.ask(ipn, paypal, asking) == Genuine()
        assert await postback.ask(ipn + b"&a=1", paypal, asking) == NotGenuine()
        sandbox.paypal.transactions = [lists.transaction("T0002", "S1", now)]
        found = await Search(paypal, asking, *CREDENTIALS).between(now, now)
        assert isinstance(found, Page)
        assert [each.transaction_id for each in found.rows] == ["S1"]


async def test_a_paypal_that_does_not_answer_or_is_gone_is_not_reached() -> None:
    now = datetime.now(UTC)
    sandbox, answer = Sandbox(now), asyncio.Event()

    async def instead() -> Response:
        await answer.wait()
        return Response()

    sandbox.paypal.instead = instead
    async with client() as asking:
        async with sandbox.serving() as address:
            request = httpx.Request("GET", address + "/v1/notifications/certs/C")
            assert await fetch(asking, request, seconds=0.1) == Unreached("timeout")
            answer.set()
        body, headers = sandbox.signed(notices.sale("COMPLETED", now), now)
        certificates = Certificates(environment("sandbox", address), asking, sandbox.roots)
        outcome = await verify(headers.items(), body, Rules(sandbox.webhook_id), certificates, now)
        assert outcome == CannotTell("unreachable")
