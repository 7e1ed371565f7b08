from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.donations.paypal import notices as reading
from services.donations.paypal.said import Unreadable
from shared.cli.demo.chapters.donations.mail import arrives, post_of
from shared.cli.demo.chapters.donations.monthly import GIFTS, Story
from shared.cli.demo.command import PLAN
from shared.cli.demo.living import days
from shared.cli.demo.paypal import PayPal
from shared.cli.demo.plan import load_plan
from shared.cli.local.processes import Daemon
from shared.cli.local.services import ServiceProcess
from shared.cli.stack import ServiceAddress
from shared.settings import ClockMode
from tests.support.paypal import notices
from tests.support.paypal.kept import kept
from tests.support.paypal.sandbox import Sandbox

FIRST, LAST = date(2006, 11, 1), date(2007, 5, 31)


def story(name: str = "plan", last: date = LAST) -> Story:
    return Story(notices, name, FIRST, last)


def test_what_paypal_tells_can_be_read_and_is_the_same_in_each_run() -> None:
    told = story().all()
    assert told == story().all()
    assert len({each.name for each in told}) == len(told)
    said = [reading.read(notices.as_bytes(each.notice)) for each in told]
    assert not [each for each in said if isinstance(each, Unreadable)]
    kinds = Counter(each.notice["event_type"] for each in told)
    assert (kinds["PAYMENT.SALE.REFUNDED"], kinds["BILLING.SUBSCRIPTION.SUSPENDED"]) == (1, 2)
    assert kinds["CUSTOMER.DISPUTE.CREATED"] == kinds["CUSTOMER.DISPUTE.RESOLVED"] == 1
    # 56 payments, of which one is told of twice: when it is held, and when it is let go.
    assert (kinds["PAYMENT.SALE.COMPLETED"], kinds["BILLING.SUBSCRIPTION.PAYMENT.FAILED"]) == (57, 7)


def test_two_plans_on_one_system_have_other_gifts_and_payments() -> None:
    mine, other = ({each.notice["resource"].get("id") for each in story(name).all()} for name in "ab")
    assert not (mine & other) - {None}
    assert len({story(name).subscription(gift) for name in "ab" for gift in GIFTS}) == 2 * len(GIFTS)


@pytest.mark.parametrize("last", [FIRST, FIRST + timedelta(days=2), date(2007, 1, 7), LAST])
def test_every_notice_arrives_within_six_days_and_some_twice(last: date) -> None:
    told = story(last=last).all()
    came: Counter[str] = Counter()
    for day in days(FIRST, last):
        if not arrives(FIRST, last, day):
            continue
        letters = post_of("plan", told, FIRST, day)
        assert letters == post_of("plan", told, FIRST, day)
        came.update(each.notice["id"] for each in letters)
        due = [each.on for each in told if each.notice["id"] in {one.notice["id"] for one in letters}]
        assert all(day - timedelta(days=6) < on <= day for on in due)
    assert set(came) == {each.notice["id"] for each in told}
    assert set(came.values()) <= {1, 2}
    if last == LAST:
        assert 10 <= sum(count == 2 for count in came.values()) <= 40


def test_repeats_come_under_the_same_transmission_or_another_and_nothing_in_order() -> None:
    told = story().all()
    post = [post_of("plan", told, FIRST, day) for day in days(FIRST, LAST) if arrives(FIRST, LAST, day)]
    letters = [letter for each in post for letter in each]
    known = Counter((each.transmission, each.notice["id"]) for each in letters)
    same = sum(count == 2 for count in known.values())
    other = len(known) - len({notice for _, notice in known})
    assert same > 0
    assert other > 0
    times = [[each.notice["create_time"] for each in batch] for batch in post]
    assert any(each != sorted(each) for each in times)


def test_in_the_demo_s_plan_a_refund_overtakes_its_payment() -> None:
    name = load_plan(PLAN).name
    told = story(name).all()
    names = {each.notice["id"]: each.name for each in told}
    post = [post_of(name, told, FIRST, day) for day in days(FIRST, LAST) if arrives(FIRST, LAST, day)]
    came = [names[letter.notice["id"]] for each in post for letter in each]
    assert came.index("refunded refund") < came.index("refunded 2006-12-03")


def test_the_keys_of_the_demo_s_paypal_are_kept_and_made_anew_before_they_end(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    first, second = kept(tmp_path, now), kept(tmp_path, now)
    assert first.roots == second.roots
    assert (first.holder.pem, first.webhook_id) == (second.holder.pem, second.webhook_id)
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    told = PayPal(tmp_path, Sandbox(now, first)).told("http://127.0.0.1:1")
    assert Path(told["RELIEF_PAYPAL_ROOTS"]).read_bytes() == first.roots
    later = kept(tmp_path, now + timedelta(days=364, hours=1))
    assert later.roots != first.roots
    other = PayPal(tmp_path, Sandbox(now, later)).told("http://127.0.0.1:1")
    assert other["RELIEF_PAYPAL_ROOTS"] != told["RELIEF_PAYPAL_ROOTS"]


def test_a_service_that_is_told_something_else_is_stopped_and_starts_with_it(tmp_path: Path) -> None:
    daemon = Daemon("donations", tmp_path / "donations.json", tmp_path / "log" / "donations.log")
    address = ServiceAddress("donations", "", "postgresql+asyncpg://d@h/d", "amqp://d@h/d")
    process = ServiceProcess(address, 1, tmp_path, daemon, tmp_path / "told" / "donations.json")
    assert "RELIEF_PAYPAL_BASE" not in process.environment(ClockMode.MANUAL, FIRST)
    try:
        for base, runs in (("http://a", False), ("http://a", True), ("http://b", False)):
            daemon.start(["sleep", "60"], {"PATH": "/usr/bin:/bin"}, tmp_path)
            process.tell({"RELIEF_PAYPAL_BASE": base})
            assert (daemon.pid is not None) is runs
            assert process.environment(ClockMode.MANUAL, FIRST)["RELIEF_PAYPAL_BASE"] == base
            daemon.kill()
    finally:
        daemon.kill()
