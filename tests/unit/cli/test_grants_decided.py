"""`relief donations grants`: those that wait for somebody to agree, and who decides about them."""

import json
from typing import Any
from uuid import UUID

import httpx
import pytest
from typer.testing import CliRunner

from shared.cli.__main__ import make_app
from shared.cli.client import Refused, Services
from shared.cli.operate.own.donations import grants

GRANT = UUID(int=7)


def grant(agreed: int, needed: int, number: int = 7) -> dict[str, Any]:
    money = {"minor": 250_00, "words": "USD 250.00"}
    return {
        "grant_id": str(UUID(int=number)),
        "version": 3,
        "urgency": 1,
        "kind": "hospital",
        "asked_on": "2006-11-01",
        "asked_by": "staff:caseworker-1",
        "raised_by": ["staff:caseworker-1", "staff:caseworker-2"],
        "wanted": money,
        "set_aside": money,
        "agreed": agreed,
        "have_to_agree": needed,
        "status": "set_aside",
    }


async def test_those_are_listed_that_wait_for_somebody() -> None:
    page = {"items": [grant(1, 2)], "next": None}
    asked: list[dict[str, str]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=page)

    (row,) = await grants.rows(services(answer))
    assert row[0] == str(GRANT)
    assert row[1:3] == ["3", "1"]
    both = "staff:caseworker-1, staff:caseworker-2"
    assert row[5:] == [both, "USD 250.00", "USD 250.00", "1 of 2", "set_aside"]
    assert asked[0]["undecided"] == "true"


async def test_who_decides_is_named_and_each_decision_is_one_of_its_own() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=grant(1, 2))

    for who in ("treasurer-1", "treasurer-2"):
        await grants.decide(services(answer), GRANT, "approve", who, {"version": 3})
    await grants.decide(services(answer), GRANT, "refuse", "treasurer-1", {"reason": "other"})
    assert [each.url.path for each in asked] == [
        *[f"/api/grants/{GRANT}/approve"] * 2,
        f"/api/grants/{GRANT}/refuse",
    ]
    assert [each.headers["X-Relief-As"] for each in asked] == ["treasurer-1", "treasurer-2", "treasurer-1"]
    assert len({each.headers["Idempotency-Key"] for each in asked}) == 3
    assert json.loads(asked[2].content) == {"reason": "other"}


async def test_a_refusal_is_told_in_the_service_s_words() -> None:
    problem = {
        "title": "Conflict",
        "detail": "Whoever asked for a grant does not decide about it.",
        "errors": [],
    }
    with pytest.raises(Refused, match="Whoever asked"):
        await grants.decide(services(lambda _: httpx.Response(409, json=problem)), GRANT, "approve", "c-1")


@pytest.mark.parametrize("who", ["Hana Kim", "", "-x"])
def test_a_name_is_no_code(who: str) -> None:
    done = CliRunner().invoke(
        make_app(), ["donations", "grants", "agree", str(GRANT), "--version", "3", "--as", who]
    )
    assert done.exit_code == 2
    whole = ["donations", "grants", "agree", str(GRANT), "--version", "3", "--as", "treasurer-1"]
    for without in (4, 6):
        less = [*whole[:without], *whole[without + 2 :]]
        missing = CliRunner().invoke(make_app(), less, env={"RELIEF_AS": ""})
        assert missing.exit_code == 2, missing.output


def services(answer: Any) -> Services:
    client = httpx.AsyncClient(base_url="http://donations", transport=httpx.MockTransport(answer))
    return Services({"donations": client})
