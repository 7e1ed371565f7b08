"""Properties of the signature's check: whatever changes in the body, and however the headers are written."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.donations.paypal.environments import SANDBOX
from services.donations.paypal.signature import ALGORITHM, Forged, Rules, claimed, signed, transmission
from tests.support.paypal import notices
from tests.support.paypal.signing import WEBHOOK_ID, Signer
from tests.unit.donations.paypal.conftest import NOW, RULES

BODY = notices.as_bytes(notices.sale("COMPLETED", NOW))


@pytest.fixture(scope="module")
def headers(signer: Signer) -> dict[str, str]:
    return signer.headers(BODY, NOW)


def believed(signer: Signer, headers: dict[str, str], body: bytes) -> bool:
    sent = transmission(headers.items())
    return not isinstance(sent, Forged) and signed(signer.holder.key.public_key(), sent, WEBHOOK_ID, body)


@given(data=st.data())
def test_a_notice_survives_any_way_of_writing_its_headers_names(
    signer: Signer, headers: dict[str, str], data: st.DataObject
) -> None:
    def written(name: str) -> str:
        large = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
        return "".join(
            letter.upper() if each else letter.lower() for letter, each in zip(name, large, strict=True)
        )

    order = data.draw(st.permutations(list(headers)))
    assert believed(signer, {written(name): headers[name] for name in order}, BODY)


@given(place=st.integers(0, len(BODY) - 1), other=st.integers(1, 255))
def test_any_single_byte_that_changes_is_found(
    signer: Signer, headers: dict[str, str], place: int, other: int
) -> None:
    changed = BODY[:place] + bytes([BODY[place] ^ other]) + BODY[place + 1 :]
    assert not believed(signer, headers, changed)


@given(body=st.binary(max_size=200))
def test_any_other_body_is_found(signer: Signer, headers: dict[str, str], body: bytes) -> None:
    assert not believed(signer, headers, body)


@given(
    name=st.sampled_from(["id", "time", "sig"]), value=st.text(st.characters(max_codepoint=300), max_size=80)
)
def test_no_header_can_be_another_one(signer: Signer, headers: dict[str, str], name: str, value: str) -> None:
    header = f"PAYPAL-TRANSMISSION-{name.upper()}"
    assert value == headers[header] or not believed(signer, {**headers, header: value}, BODY)


@given(
    values=st.dictionaries(st.sampled_from(["id", "time", "sig"]), st.text(max_size=60)),
    url=st.text(max_size=80),
)
def test_any_headers_have_an_outcome(values: dict[str, str], url: str) -> None:
    given_headers = {f"PayPal-Transmission-{name}": value for name, value in values.items()}
    given_headers |= {"PayPal-Cert-Url": url, "PayPal-Auth-Algo": ALGORITHM}
    assert isinstance(claimed(given_headers.items(), b"", RULES, SANDBOX, NOW), Forged)


@given(minutes=st.integers(-10_000, 10_000))
def test_how_old_and_how_far_ahead_a_notice_may_be(
    signer: Signer, headers: dict[str, str], minutes: int
) -> None:
    rules = Rules(WEBHOOK_ID, oldest=timedelta(days=4), most_ahead=timedelta(minutes=5))
    outcome = claimed(headers.items(), BODY, rules, SANDBOX, NOW + timedelta(minutes=minutes))
    assert isinstance(outcome, Forged) == (not -5 <= minutes <= 4 * 24 * 60)
