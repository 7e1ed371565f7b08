"""Certificates are fetched once, kept while they are valid, and never more than eight."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.responses import Response

from services.donations.paypal.certificates import Certificates, Signer, Untrusted, trusted
from services.donations.paypal.environments import SANDBOX
from services.donations.paypal.fetching import MOST_BYTES, Unreached, client, fetch
from services.donations.paypal.signature import Verified
from tests.support.paypal import notices
from tests.support.paypal.chain import DAY, Span, leaf
from tests.support.paypal.signing import CERTIFICATE
from tests.unit.donations.paypal.conftest import NOW, Door

AT = "https://api.sandbox.paypal.com/v1/notifications/certs/"


async def test_notices_that_come_at_once_fetch_one_certificate(door: Door) -> None:
    """Even if the one who asked first goes away meanwhile."""
    bodies = [notices.as_bytes(notices.sale("COMPLETED", NOW)) for _ in range(20)]
    door.recorder.gate = asyncio.Event()
    first, *others = [asyncio.create_task(door.verify(door.headers(body), body)) for body in bodies]
    await door.recorder.reached.wait()
    first.cancel()
    door.recorder.gate.set()
    assert {type(each) for each in await asyncio.gather(*others)} == {Verified}
    assert len(door.recorder.requests) == 1


async def test_no_more_than_four_are_fetched_at_once(door: Door) -> None:
    door.recorder.gate = asyncio.Event()
    asking = [asyncio.create_task(door.certificates.signer(f"{AT}X{number}", NOW)) for number in range(4)]
    await door.recorder.reached.wait()
    assert await door.certificates.signer(AT + CERTIFICATE, NOW) == Unreached("busy")
    door.recorder.gate.set()
    await asyncio.gather(*asking)
    assert isinstance(await door.certificates.signer(AT + CERTIFICATE, NOW), Signer)


async def test_eight_are_kept_and_the_one_not_used_for_longest_goes(door: Door) -> None:
    door.paypal.certificates |= {f"C{number}": door.signer.holder.pem for number in range(9)}
    for number in (*range(8), 0, 8):
        assert isinstance(await door.certificates.signer(f"{AT}C{number}", NOW), Signer)
    assert len(door.recorder.requests) == 9
    for number in (0, 8, 1):
        await door.certificates.signer(f"{AT}C{number}", NOW)
    assert door.recorder.addresses[9:] == [f"{AT}C1"]


async def test_addresses_without_a_good_certificate_push_none_out(door: Door) -> None:
    await door.certificates.signer(AT + CERTIFICATE, NOW)
    for number in range(20):
        assert isinstance(await door.certificates.signer(f"{AT}X{number}", NOW), Unreached)
    asked = len(door.recorder.requests)
    await door.certificates.signer(AT + CERTIFICATE, NOW)
    assert len(door.recorder.requests) == asked


async def test_one_that_has_expired_is_fetched_again(door: Door) -> None:
    short = leaf([SANDBOX.signer], Span(NOW - DAY, NOW + DAY), door.signer.between)
    door.paypal.certificates["C"] = short.pem
    assert isinstance(await door.certificates.signer(AT + "C", NOW), Signer)
    assert isinstance(await door.certificates.signer(AT + "C", NOW + 2 * DAY), Untrusted)
    door.paypal.certificates["C"] = door.signer.holder.pem
    assert isinstance(await door.certificates.signer(AT + "C", NOW + 2 * DAY), Signer)


async def test_an_address_that_is_not_paypals_is_not_asked_for(door: Door) -> None:
    assert await door.certificates.signer("https://evil.example/C", NOW) == Untrusted()
    assert door.recorder.requests == []


async def test_without_roots_of_its_own_it_trusts_the_public_ones_alone(door: Door) -> None:
    public = Certificates(SANDBOX, door.client)
    assert await public.signer(AT + CERTIFICATE, NOW) == Untrusted()


def test_a_root_that_can_not_be_read_takes_the_others_from_nobody(door: Door) -> None:
    broken = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    assert trusted(broken + door.signer.roots) == [door.signer.root.certificate]
    with pytest.raises(ValueError, match="no certificate"):
        trusted(broken)


async def test_an_answer_that_drips_without_end_is_given_up() -> None:
    async def drip() -> AsyncIterator[bytes]:
        yield b"-"
        await asyncio.Event().wait()

    async with client(httpx.MockTransport(lambda _: httpx.Response(200, content=drip()))) as asking:
        request = asking.build_request("GET", AT)
        assert await fetch(asking, request, seconds=0.05) == Unreached("timeout")


@pytest.mark.parametrize(("size", "taken"), [(MOST_BYTES, True), (MOST_BYTES + 1, False)])
async def test_an_answer_has_at_most_64_kb(door: Door, size: int, taken: bool) -> None:
    async def instead() -> Response:
        return Response(b"-" * size)

    door.paypal.instead = instead
    found = await fetch(door.client, door.client.build_request("GET", AT + "C"))
    assert found == (b"-" * size if taken else Unreached("too_large"))


async def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://evil.example:8080")
    monkeypatch.setenv("ALL_PROXY", "http://evil.example:8080")
    asking = client()
    assert not asking.trust_env
    assert not asking.follow_redirects
    await asking.aclose()
