"""PayPal's own SDK takes for genuine whatever we take for genuine."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from services.donations.paypal.signature import Verified
from tests.support.paypal import notices, signing
from tests.support.paypal.chain import DAY, Span, authority, leaf
from tests.support.paypal.notices import OUTCOMES, SUBSCRIPTION_STATES
from tests.support.paypal.signing import Signer
from tests.support.paypal_judge import Case, judge
from tests.unit.donations.paypal.conftest import Door


@pytest.fixture(scope="module")
def now() -> datetime:
    """The SDK goes by the machine's clock and cannot be told another time."""
    return datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def today(now: datetime) -> Signer:
    return signing.signer(now)


def case(signer: Signer, headers: dict[str, str], body: bytes) -> Case:
    between = (each.public_bytes(Encoding.PEM).decode() for each in signer.holder.issuers)
    return Case(
        headers["PAYPAL-TRANSMISSION-ID"],
        headers["PAYPAL-TRANSMISSION-TIME"],
        signer.webhook_id,
        headers["PAYPAL-TRANSMISSION-SIG"],
        body.decode(),
        signer.holder.alone().decode(),
        (signer.roots.decode(), *between),
    )


def every_notice(at: datetime) -> list[dict[str, Any]]:
    return [
        *(notices.subscription(what, at) for what in SUBSCRIPTION_STATES),
        *(notices.sale(what, at) for what in ("COMPLETED", "PENDING", "DENIED", "REVERSED")),
        *(notices.held(at, status=status) for status in ("HELD", "RELEASED")),
        notices.refund(at),
        *(notices.dispute("RESOLVED", at, outcome=outcome) for outcome in OUTCOMES),
        notices.notice("PAYMENT.CAPTURE.COMPLETED", "capture", {"note": "支援 – 感謝 ✓"}, at),
    ]


async def test_the_sdk_accepts_each_notice_that_we_accept(now: datetime, today: Signer) -> None:
    door, cases = Door(today), []
    for notice in every_notice(now):
        body = notices.as_bytes(notice)
        headers = today.headers(body, now)
        assert isinstance(await door.verify(headers, body, now), Verified)
        cases.append(case(today, headers, body))
    assert judge(cases) == [True] * len(cases)


Spoil = Callable[[Case, Signer, datetime], Case]


def with_certificate(holder_of: Callable[[Signer, datetime], Any]) -> Spoil:
    """Signed rightly, by a certificate that must not be believed."""

    def spoil(good: Case, signer: Signer, now: datetime) -> Case:
        other = replace(signer, holder=holder_of(signer, now))
        return case(other, other.headers(good.body.encode(), now), good.body.encode())

    return spoil


SPOILED: dict[str, Spoil] = {
    "altered": lambda good, *_: replace(good, body=good.body.replace("30.00", "90.00", 1)),
    "another webhook": lambda good, *_: replace(good, webhook_id="1JE4291016473214C"),
    "another time": lambda good, *_: replace(good, time="2006-11-20T09:30:00Z"),
    "expired": with_certificate(
        lambda signer, now: leaf([signer.environment.signer], Span(now - 90 * DAY, now - DAY), signer.between)
    ),
    "another name": with_certificate(
        lambda signer, now: leaf(["paypal.com.evil.example"], Span(now - DAY, now + DAY), signer.between)
    ),
    "another root": with_certificate(
        lambda signer, now: leaf(
            [signer.environment.signer],
            Span(now - DAY, now + DAY),
            authority("Trust Root of the tests", Span(now - DAY, now + DAY)),
        )
    ),
}


def test_the_judge_does_not_accept_everything(now: datetime, today: Signer) -> None:
    """It is asked of a good one in the same breath, so that a judge who refuses everything is found out too."""
    body = notices.as_bytes(notices.sale("COMPLETED", now - timedelta(days=1)))
    good = case(today, today.headers(body, now), body)
    spoiled = [spoil(good, today, now) for spoil in SPOILED.values()]
    said = judge([good, *spoiled])
    assert dict(zip(["good", *SPOILED], said, strict=True)) == {"good": True, **dict.fromkeys(SPOILED, False)}
