import json
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from shared.cli import Trouble
from shared.cli.client import Services
from shared.cli.demo.chapter import Stage
from shared.cli.demo.chapters.donations import paying
from shared.cli.demo.chapters.donations.asking import (
    FIRST,
    FIRST_PART,
    HOSPITAL_COST,
    HOSPITAL_PAID,
    SECOND,
    Asking,
)
from shared.cli.demo.command import PLAN, REGISTER
from shared.cli.demo.living import days
from shared.cli.demo.plan import Plan, load_plan
from shared.contracts import SERVICES

FROM, TO = date(2006, 11, 1), date(2007, 5, 31)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


class Office:
    """Intake and donations, as far as asking goes: what is asked for is set aside, less what is `lacking`."""

    def __init__(self, lacking: int = 0) -> None:
        self.lacking = lacking
        self.agreed: list[str] = []
        self.posted: list[tuple[date, str, Any, str]] = []
        self.today = FROM
        self.asked: dict[str, int] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        path, once = request.url.path.removeprefix("/api"), request.headers.get("Idempotency-Key", "")
        if request.method == "GET":
            return self._listed(path)
        body: Any = json.loads(request.content) if request.content else None
        if not any(known == once for *_, known in self.posted):
            self.posted.append((self.today, path, body, once))
        if path.endswith("/grants"):
            self.asked[once] = body["amount"]
        if path.endswith("/approve"):
            self.agreed.append(request.headers["X-Relief-As"])
        made = dict.fromkeys(("case_id", "visit_id", "request_id"), once.replace("/", "-"))
        return httpx.Response(201, json={**made, "case_id": "case"})

    def _listed(self, path: str) -> httpx.Response:
        items: list[dict[str, Any]]
        if path == "/households":
            items = [{"code": code, "household_id": f"home-{code}"} for code in ("LF-2", "LF-1", "LF-3")]
        else:
            items = [
                {
                    "grant_id": once.replace("/", "-"),
                    "kind": "hospital",
                    "set_aside": {"minor": amount - self.lacking, "words": "USD 1.00"},
                    "paid": {"minor": 0},
                    "version": 1,
                    "agreed": len(self.agreed) if amount == HOSPITAL_COST else 0,
                    "have_to_agree": 2 if amount == HOSPITAL_COST else 0,
                }
                for once, amount in self.asked.items()
            ]
        return httpx.Response(200, json={"items": items, "next": None})


async def lived(office: Office, plan: Plan, last: date = TO) -> list[date]:
    """The days on which something was asked for or paid."""
    transport = httpx.MockTransport(office.answer)
    known = Services(
        {name: httpx.AsyncClient(base_url=f"http://{name}", transport=transport) for name in SERVICES}
    )
    told, found = Asking(Stage(known, plan, REGISTER, FROM, last, FROM, gifts=True)), []
    for day in days(FROM, last):
        office.today = day
        if await told.goes_on(day):
            found.append(day)
    return found


async def test_visits_are_asked_for_paid_before_they_are_made_and_a_hospital_in_part(plan: Plan) -> None:
    office = Office()
    assert len(await lived(office, plan)) == 8
    paid = [(on, body) for on, path, body, _ in office.posted if path.endswith("/pay")]
    assert [(on, body["amount"], body["place"]) for on, body in paid] == [
        (FROM + timedelta(days=FIRST.paid), "50.00", "paypal"),
        (FROM + timedelta(days=HOSPITAL_PAID), f"{FIRST_PART // 100}.00", "paypal"),
        (FROM + timedelta(days=SECOND.paid), "50.00", "paypal"),
    ]
    assert len({body["reference"] for _, body in paid}) == 3
    # Two have to agree to the hospital, each in their own name.
    assert office.agreed == ["treasurer-1", "treasurer-2"]
    planned = [body["planned_for"] for _, path, body, _ in office.posted if path.endswith("/visits")]
    made = [on.isoformat() for on, path, *_ in office.posted if path.endswith("/done")]
    assert planned == made
    assert [path for _, path, *_ in office.posted if path.startswith("/households/")] == [
        "/households/home-LF-1/grants"
    ]


async def test_a_demo_that_is_broken_off_asks_for_nothing_twice(plan: Plan) -> None:
    office = Office()
    await lived(office, plan, FROM + timedelta(days=HOSPITAL_PAID))
    before = list(office.posted)
    await lived(office, plan)
    whole = Office()
    await lived(whole, plan)
    assert office.posted[: len(before)] == before
    assert [each[1:] for each in office.posted] == [each[1:] for each in whole.posted]


async def test_nothing_is_paid_before_it_is_set_aside(plan: Plan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "SERVED_SECONDS", 0.05)
    office = Office(lacking=1)
    with pytest.raises(Trouble, match="set aside for a hospital grant"):
        await lived(office, plan)
    assert not [path for _, path, *_ in office.posted if path.endswith("/pay")]
