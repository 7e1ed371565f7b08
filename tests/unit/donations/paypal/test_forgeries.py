"""Forged notices are refused, each for its own reason, and none makes a request to a host that is not PayPal's."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta

import httpx
import pytest
from starlette.responses import RedirectResponse, Response

from services.donations.paypal.environments import LIVE, SANDBOX, environment
from services.donations.paypal.signature import SIMULATOR, CannotTell, Forged, Rules, Verified, Why
from tests.support.paypal import notices, signing
from tests.support.paypal.chain import DAY, Holder, Span, around, authority, leaf, new_key
from tests.support.paypal.signing import CERTIFICATE, Signer
from tests.unit.donations.paypal.conftest import NOW, Door

BODY = notices.as_bytes(notices.sale("COMPLETED", NOW))
HOUR = timedelta(hours=1)
Headers = dict[str, str]
Forge = Callable[[Door], tuple[Headers, bytes]]


def with_body(change: Callable[[bytes], bytes]) -> Forge:
    """Good headers, and another body."""
    return lambda door: (door.headers(BODY), change(BODY))


def with_headers(change: Callable[[Headers, Door], Mapping[str, str | None]]) -> Forge:
    """A good body, and headers that were changed; None takes one away."""

    def forge(door: Door) -> tuple[Headers, bytes]:
        headers = door.headers(BODY)
        changed = {**headers, **change(headers, door)}
        return {name: value for name, value in changed.items() if value is not None}, BODY

    return forge


def signed_with(key_of: Callable[[Signer], Holder]) -> Forge:
    """Signed rightly by somebody whose certificate lies at PayPal's address."""

    def forge(door: Door) -> tuple[Headers, bytes]:
        holder = key_of(door.signer)
        door.paypal.certificates[CERTIFICATE] = holder.pem
        made = Signer(door.signer.root, door.signer.between, holder, SANDBOX)
        return made.headers(BODY, NOW), BODY

    return forge


def sent(after: timedelta) -> Forge:
    return lambda door: (door.signer.headers(BODY, NOW + after), BODY)


def at_address(url: str) -> Forge:
    return lambda door: (door.signer.headers(BODY, NOW, url=url), BODY)


def reordered(body: bytes) -> bytes:
    said = json.loads(body)
    return notices.as_bytes(dict(reversed(said.items())))


def acting_as_authority(signer: Signer) -> Holder:
    """PayPal's own certificate vouches for another one."""
    return leaf([SANDBOX.signer], around(NOW), signer.holder)


def for_itself(_: Signer) -> Holder:
    return leaf([SANDBOX.signer], around(NOW), None)


def from_another_root(_: Signer) -> Holder:
    return leaf([SANDBOX.signer], around(NOW), authority("Trust Root of the tests", around(NOW)))


def named(name: str) -> Callable[[Signer], Holder]:
    return lambda signer: leaf([name], around(NOW), signer.between)


def valid(span: Span) -> Callable[[Signer], Holder]:
    return lambda signer: leaf([SANDBOX.signer], span, signer.between)


def without_those_between(signer: Signer) -> Holder:
    return Holder(signer.holder.certificate, signer.holder.key)


def signed_by_a_stranger(headers: Headers, door: Door) -> Headers:
    stranger = Signer(
        door.signer.root, door.signer.between, Holder(door.signer.holder.certificate, new_key()), SANDBOX
    )
    return stranger.headers(BODY, NOW)


def resigned(algorithm: str, said: str) -> Callable[[Headers, Door], Headers]:
    return lambda _, door: {
        **door.signer.headers(BODY, NOW, algorithm=algorithm),
        "PAYPAL-AUTH-ALGO": said,
    }


FORGERIES: dict[str, tuple[Forge, Why]] = {
    "an amount altered": (with_body(lambda body: body.replace(b"30.00", b"90.00", 1)), Why.SIGNATURE),
    "keys in another order": (with_body(reordered), Why.SIGNATURE),
    "white space added": (with_body(lambda body: json.dumps(json.loads(body)).encode()), Why.SIGNATURE),
    "a line end added": (with_body(lambda body: body + b"\n"), Why.SIGNATURE),
    "no body": (with_body(lambda _: b""), Why.SIGNATURE),
    "10 MB": (with_body(lambda body: body + b" " * 10_000_000), Why.TOO_LARGE),
    "signed for another webhook": (
        lambda door: (door.signer.headers(BODY, NOW, webhook_id="1JE4291016473214C"), BODY),
        Why.SIGNATURE,
    ),
    "signed by the simulator": (
        lambda door: (door.signer.headers(BODY, NOW, webhook_id=SIMULATOR), BODY),
        Why.SIMULATOR,
    ),
    "signed with SHA-1": (with_headers(resigned("SHA1withRSA", "SHA1withRSA")), Why.ALGORITHM),
    "signed with SHA-1 that is called SHA-256": (
        with_headers(resigned("SHA1withRSA", "SHA256withRSA")),
        Why.SIGNATURE,
    ),
    "an algorithm that is none": (with_headers(resigned("SHA256withRSA", "none")), Why.ALGORITHM),
    "signed with another key": (with_headers(signed_by_a_stranger), Why.SIGNATURE),
    "a signature that is none": (with_headers(lambda *_: {"PAYPAL-TRANSMISSION-SIG": "!"}), Why.SIGNATURE),
    "an empty signature": (with_headers(lambda *_: {"PAYPAL-TRANSMISSION-SIG": ""}), Why.SIGNATURE),
    "another transmission's id": (
        with_headers(lambda *_: {"PAYPAL-TRANSMISSION-ID": "d938e770-8046-11e6-8103-6b62a8a99ac4"}),
        Why.SIGNATURE,
    ),
    "an id that moves the bars": (
        with_headers(lambda *_: {"PAYPAL-TRANSMISSION-ID": "d938e770|2006-11-20T09:30:00Z"}),
        Why.HEADERS,
    ),
    "another time": (
        with_headers(lambda *_: {"PAYPAL-TRANSMISSION-TIME": "2006-11-20T09:29:59Z"}),
        Why.SIGNATURE,
    ),
    "a time that is none": (
        with_headers(lambda *_: {"PAYPAL-TRANSMISSION-TIME": "2006-19-20T09:30:00Z"}),
        Why.TIME,
    ),
    "a time without a zone": (
        with_headers(lambda *_: {"PAYPAL-TRANSMISSION-TIME": "2006-11-20T09:30:00"}),
        Why.TIME,
    ),
    "60 days old": (sent(-60 * DAY), Why.TOO_OLD),
    "an hour ahead": (sent(HOUR), Why.AHEAD),
    "an expired certificate": (signed_with(valid(Span(NOW - 90 * DAY, NOW - DAY))), Why.CERTIFICATE),
    "a certificate of tomorrow": (signed_with(valid(Span(NOW + DAY, NOW + 90 * DAY))), Why.CERTIFICATE),
    "a certificate that vouches for itself": (signed_with(for_itself), Why.CERTIFICATE),
    "a root that is only called the same": (signed_with(from_another_root), Why.CERTIFICATE),
    "a certificate for another name": (signed_with(named("www.paypal.com")), Why.CERTIFICATE),
    "a name that ends alike": (signed_with(named("evil-" + SANDBOX.signer)), Why.CERTIFICATE),
    "the live certificate in the sandbox": (signed_with(named(LIVE.signer)), Why.CERTIFICATE),
    "a certificate without those between": (signed_with(without_those_between), Why.CERTIFICATE),
    "a leaf that vouches for another": (signed_with(acting_as_authority), Why.CERTIFICATE),
    **{
        f"without {name}": (with_headers(lambda *_, name=name: {name: None}), Why.HEADERS)
        for name in (
            "PAYPAL-TRANSMISSION-ID",
            "PAYPAL-TRANSMISSION-TIME",
            "PAYPAL-TRANSMISSION-SIG",
            "PAYPAL-CERT-URL",
            "PAYPAL-AUTH-ALGO",
        )
    },
}
GOOD = "api.sandbox.paypal.com/v1/notifications/certs/" + CERTIFICATE
ADDRESSES = {
    "another host with PayPal's in its path": "https://evil.example/paypal.com",
    "PayPal's as user-info": "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/C",
    "a password": "https://user:secret@" + GOOD,
    "plain http": "http://" + GOOD,
    "another port": "https://api.sandbox.paypal.com:8443/v1/notifications/certs/C",
    "a host that ends alike": "https://evilapi.sandbox.paypal.com/v1/notifications/certs/C",
    "a host that begins alike": "https://api.sandbox.paypal.com.evil.example/v1/notifications/certs/C",
    "a dot after the host": "https://api.sandbox.paypal.com./v1/notifications/certs/C",
    "other letters": "https://API.sandbox.paypal.com/v1/notifications/certs/C",
    "the live host in the sandbox": "https://api.paypal.com/v1/notifications/certs/C",
    "another of PayPal's hosts": "https://www.paypal.com/v1/notifications/certs/C",
    "a back-slash": "https://evil.example\\@" + GOOD,
    "a fragment": "https://evil.example/#" + GOOD,
    "a query that leads away": f"https://{GOOD}?redirect=https://evil.example/",
    "steps upwards": "https://api.sandbox.paypal.com/v1/../../evil",
    "an escape": "https://api.sandbox.paypal.com/v1%2f..%2fevil",
    "a blank before": " https://" + GOOD,
    "a line end after": f"https://{GOOD}\n",
    "a file": "file:///etc/passwd",
    "this machine": "https://127.0.0.1/v1/notifications/certs/C",
    "nothing": "",
    "a very long one": "https://api.sandbox.paypal.com/" + "a" * 600,
}
FORGERIES |= {f"certificate at {what}": (at_address(url), Why.ADDRESS) for what, url in ADDRESSES.items()}
FETCHED = {Why.SIGNATURE, Why.SIMULATOR, Why.CERTIFICATE}
"""Only these are found out with the certificate in hand."""


@pytest.mark.parametrize(("forge", "why"), FORGERIES.values(), ids=FORGERIES)
async def test_a_forgery_is_refused_and_only_paypal_is_asked(door: Door, forge: Forge, why: Why) -> None:
    headers, body = forge(door)
    assert await door.verify(headers, body) == Forged(why)
    assert door.recorder.addresses == ([door.signer.certificate_url] if why in FETCHED else [])


async def test_a_header_that_is_there_twice_is_refused(door: Door) -> None:
    headers = door.headers(BODY)
    twice = {**headers, "paypal-cert-url": "https://evil.example/paypal.com"}
    assert await door.verify(twice, BODY) == Forged(Why.HEADERS)


async def test_a_good_notice_is_believed_and_named(door: Door) -> None:
    headers = door.headers(BODY)
    assert await door.verify(headers, BODY) == Verified(headers["PAYPAL-TRANSMISSION-ID"], NOW)
    assert door.recorder.addresses == [
        "https://api-m.sandbox.paypal.com/v1/notifications/certs/" + CERTIFICATE
    ]


@pytest.mark.parametrize("after", [timedelta(minutes=2), -2 * DAY, -3 * DAY])
async def test_what_paypal_repeats_for_three_days_is_believed(door: Door, after: timedelta) -> None:
    assert isinstance(await door.verify(door.signer.headers(BODY, NOW + after), BODY), Verified)


@pytest.mark.parametrize(
    "answer",
    [
        RedirectResponse("https://evil.example/paypal.com"),
        Response(status_code=404),
        Response(status_code=500),
        Response("maintenance"),
        Response("-----BEGIN CERTIFICATE-----\n" + "A" * 100_000),
        Response("x", headers={"Content-Encoding": "gzip"}),
    ],
)
async def test_without_a_certificate_it_cannot_be_told_and_no_redirect_is_followed(
    door: Door, answer: Response
) -> None:
    async def instead() -> Response:
        return answer

    headers = door.headers(BODY)
    door.paypal.instead = instead
    assert isinstance(await door.verify(headers, BODY), CannotTell)
    assert [each.url.host for each in door.recorder.requests] == ["api-m.sandbox.paypal.com"]
    # It is asked for again when the notice comes again.
    door.paypal.instead = None
    assert isinstance(await door.verify(headers, BODY), Verified)


@pytest.mark.parametrize("error", [httpx.ConnectError("no way"), httpx.ReadTimeout("slow"), TimeoutError()])
async def test_a_paypal_that_is_away_forges_nothing(door: Door, error: Exception) -> None:
    async def instead() -> Response:
        raise error

    door.paypal.instead = instead
    assert isinstance(await door.verify(door.headers(BODY), BODY), CannotTell)


def test_the_simulators_webhook_id_can_not_be_set() -> None:
    with pytest.raises(ValueError, match="simulator"):
        Rules(SIMULATOR)
    for other in ("", "8PT5 97110", "A" * 51):
        with pytest.raises(ValueError, match="webhook id"):
            Rules(other)


def test_only_the_sandbox_is_reached_elsewhere() -> None:
    assert environment("live") == LIVE
    base = environment("sandbox", "http://127.0.0.1:8099")
    assert base.certificate_address("https://" + GOOD) == "http://127.0.0.1:8099" + GOOD.removeprefix(
        "api.sandbox.paypal.com"
    )
    assert base.certificate_address("http://127.0.0.1:8099/v1/notifications/certs/C") is None
    for name, address in (("live", "http://127.0.0.1:8099"), ("test", None), ("sandbox", "127.0.0.1/x")):
        with pytest.raises(ValueError, match=r"sandbox|address"):
            environment(name, address)


async def test_the_sandboxs_notice_does_not_pass_for_a_live_one(signer: Signer) -> None:
    live = Door(signer, LIVE)
    assert await live.verify(live.headers(BODY), BODY) == Forged(Why.ADDRESS)
    headers = signer.headers(BODY, NOW, url=signing_url(LIVE.certificate_hosts))
    assert await live.verify(headers, BODY) == Forged(Why.CERTIFICATE)


def signing_url(hosts: frozenset[str]) -> str:
    return f"https://{min(hosts)}/v1/notifications/certs/{signing.CERTIFICATE}"
