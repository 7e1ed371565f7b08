"""The doors that PayPal posts to are there if the settings say so, and they alone are open to everybody."""

from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError

from shared.cli.wiring import application
from shared.settings import ClockMode
from shared.web.walls import MEANT

WEBHOOK, IPN = "/api/paypal/webhook", "/api/paypal/ipn"
FOREIGN = {"Origin": "https://www.paypal.com", "Sec-Fetch-Site": "cross-site"}
KNOWN = {
    "webhook": {"paypal_webhook_id": "8PT597110X687430L"},
    "ipn": {"paypal_receivers": "gifts@group.example  S8XGHLYDW9T3S"},
}
BOTH = KNOWN["webhook"] | KNOWN["ipn"]


def built(**settings: Any) -> FastAPI:
    return application("donations", clock=ClockMode.MANUAL, **settings)


async def answer_of(app: FastAPI, method: str, path: str, **sent: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, path, **sent)


@pytest.mark.parametrize(
    ("settings", "there"),
    [({}, set()), (KNOWN["webhook"], {WEBHOOK}), (KNOWN["ipn"], {IPN}), (BOTH, {WEBHOOK, IPN})],
    ids=["nothing", "webhook", "ipn", "both"],
)
async def test_a_door_is_there_once_paypal_knows_of_us(settings: dict[str, str], there: set[str]) -> None:
    app = built(**settings)
    assert {path for path in app.openapi()["paths"] if path.startswith("/api/paypal/")} == there
    for path in {WEBHOOK, IPN} - there:
        assert (await answer_of(app, "POST", path, headers=MEANT)).status_code == HTTPStatus.NOT_FOUND


def test_the_list_is_fetched_only_with_an_app(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("hush\n")
    path = "/api/reconciliations/fetch"
    assert path not in built(**BOTH).openapi()["paths"]
    app = built(paypal_client_id="app", paypal_client_secret_file=secret)
    assert path in app.openapi()["paths"]
    assert not [each for each in app.openapi()["paths"] if each.startswith("/api/paypal/")]
    for half in ({"paypal_client_id": "app"}, {"paypal_client_secret_file": secret}):
        with pytest.raises(ValidationError, match="belong together"):
            built(**half)


async def test_the_walls_for_browsers_stand_everywhere_but_at_the_two_doors() -> None:
    app = built(**BOTH)
    # A notice without a signature is refused by the door itself; an IPN that is too large too.
    assert (await answer_of(app, "POST", WEBHOOK, headers=FOREIGN)).status_code == HTTPStatus.BAD_REQUEST
    large = await answer_of(app, "POST", IPN, headers=FOREIGN, content=b"x" * 70_000)
    assert large.status_code == HTTPStatus.BAD_REQUEST
    for path in ("/api/gifts", "/api/notices", f"{WEBHOOK}/", f"{WEBHOOK}/x", "/api/paypal"):
        assert (await answer_of(app, "POST", path, headers=FOREIGN)).status_code == HTTPStatus.FORBIDDEN
    # The first wall stands there too: the name under which the service is asked for.
    unknown = await answer_of(app, "POST", WEBHOOK, headers={"Host": "evil.example"})
    assert unknown.status_code == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize("path", [WEBHOOK, IPN])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_door_takes_posts_alone(path: str, method: str) -> None:
    answer = await answer_of(built(**BOTH), method, path, headers=FOREIGN)
    assert answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED


async def test_a_notice_larger_than_a_megabyte_is_not_read() -> None:
    sent = {"headers": FOREIGN, "content": b"x" * (10 * 1024 * 1024)}
    for path in (WEBHOOK, IPN):
        answer = await answer_of(built(**BOTH), "POST", path, **sent)
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
