"""`relief donations findings`: in what PayPal's list and the books differ."""

from typing import Any

import httpx

from shared.cli.client import Services
from shared.cli.operate.own.donations import findings

FINDING = {
    "reference": "S1",
    "kind": "payment",
    "happened_on": "2006-10-20",
    "status": "different",
    "reason": "",
    "differs": [
        {"what": "amount", "ours": "USD 30.00", "theirs": "USD 31.00"},
        {"what": "day", "ours": "2006-10-19", "theirs": "2006-10-20"},
    ],
}


async def test_each_finding_is_a_row_with_all_in_which_it_differs_or_why_it_failed() -> None:
    asked: list[dict[str, str]] = []
    failed: dict[str, Any] = {
        **FINDING,
        "status": "failed",
        "reason": "CheckViolationError in x",
        "differs": [],
    }

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(dict(request.url.params))
        return httpx.Response(200, json=[FINDING, failed])

    client = httpx.AsyncClient(base_url="http://donations", transport=httpx.MockTransport(answer))
    first, second = await findings.rows(Services({"donations": client}), "different")
    assert asked == [{"status": "different"}]
    assert first == [
        *("S1", "payment", "2006-10-20", "different"),
        "amount: USD 30.00, PayPal USD 31.00; day: 2006-10-19, PayPal 2006-10-20",
    ]
    assert second[3:] == ["failed", "CheckViolationError in x"]
