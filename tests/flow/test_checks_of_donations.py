"""Each check of donations finds what it is there for: here, or in the test of the money that it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from services.donations.checks import check
from services.donations.commands import appeals, donors, grants
from services.donations.commands.booking import Came
from services.donations.commands.grants import Payout
from services.donations.commands.monthly import Monthly, register
from services.donations.commands.notices import Notice, take
from services.donations.contacts import Contact
from services.donations.domain.appeals import Appeal, Price
from services.donations.domain.days import Sure
from services.donations.domain.donors import Choices
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from services.donations.paypal import notices
from shared.contracts.base import Money as Said
from shared.contracts.inventory import PurchaseChanged, PurchaseLine
from tests.support import till as till_of_tests
from tests.support.breaking import found_of
from tests.support.noticed import book_payment
from tests.support.paypal.notices import as_bytes, refund
from tests.support.till import WITHOUT_PURPOSE, Till, staff

DAY = date(2006, 11, 1)
PURCHASE, ENTRY, UNKNOWN = (UUID(int=number) for number in (1, 2, 3))

LEDGER = "the ledger sums to zero in each currency"
ENTRIES = "each entry balances"
FUNDS = "what a fund has is what its postings sum to"
BELOW = "no fund is below zero, nor promises more than it has"
UNCOVERED = "no more of a fund was covered than it lost"
MONTHS = "the totals by month equal the sums of the ledger"
BOOKED = "each payment is booked once"
NET = "what is left of a payment is what the ledger has of it"
AMOUNTS = "what came, went back and was kept as a fee of a payment is what the ledger has of it"
REFUNDS = "each refund is booked once, or waits for a payment that has not come"
DATED = "each payment of PayPal's is booked under the day on which it came"
TOLD = "each payment of PayPal's was told of by PayPal"
NOTICES = "money of notices is booked"
LISTED = "payments that PayPal lists are booked"
ASIDE = "what is set aside for grants and appeals is what the funds have set aside"
PAID = "what was paid of a grant is what the ledger paid for it"
AGREED_TO = "no money is set aside for what nobody has agreed to"
GRANT_WAITS = "no money is free that a grant waits for"
RECEIPTS = "what was paid of a settled grant has a receipt, or a reason why it has none"
LOANS = "loans between funds are paid back in time"
ONE_APPEAL = "an item has one appeal at a time, funded or not as its money says"
RAISED = "what an appeal raised is what its payments and conversions brought"
KEPT = "what came for an appeal is set aside for it, up to its target, until it is over"
SPENT = "what was spent on a purchase is what the ledger has for it"
BOUGHT = "what an appeal has spent is what its purchases cost"
OWED = "no money is free that is owed for a purchase"
ORDERED = "an appeal is ordered while its purchase is under way"
GOODS = "goods that were acknowledged are those that inventory received"
MEMBERS = "whether a person is a member was said"
LINKS = "which donors are one was said"

AN_ENTRY = f"""
    INSERT INTO entry (id, at, on_day, happened_on, kind, actor)
        VALUES ('{ENTRY}', now(), '2006-11-01', '2006-11-01', 'gift', 'x')
"""  # noqa: S608, the ids are ours
TWO_LINES = f"""{AN_ENTRY};
    INSERT INTO posting VALUES ('{ENTRY}', 0, 'uncovered.clothing.JPY', -5), ('{ENTRY}', 1, 'bank.JPY', 5)
"""  # noqa: S608, the ids are ours
A_NOTICE = """
    INSERT INTO notice (id, transmission_id, way, event_type, received_at, digest, outcome, transaction_id,
        refund_id) SELECT gen_random_uuid(), 'T', 'webhook', '{event}', now(), '', '{outcome}', {transaction}, {refund}
"""
A_FINDING = """
    INSERT INTO finding (provider, transaction_id, kind, status, currency, amount, moved, happened_on, on_day)
        VALUES ('paypal', 'L1', 'payment', '{status}', 'USD', 3000, true, '2006-11-01', '2006-11-01')
"""

A_GIFT_IN_KIND = """
    INSERT INTO gift_in_kind (id, receipt_id, received_on, goods, actor, acknowledged_on) VALUES
        (gen_random_uuid(), '{receipt}', '2006-08-01', '[{{"item": "rice", "quantity": 5, "unit": "g"}}]', 'x', {on})
"""
SOME_CAME = """;
    INSERT INTO goods_told (id, version, on_day, goods)
        VALUES ('{receipt}', 1, '2006-08-01', '[{{"item": "rice", "quantity": {came}, "unit": "g"}}]')
"""
LOOKED_AT = """;
    INSERT INTO goods_seen (id, version, note, actor, on_day)
        SELECT id, {version}, 'so', 'x', '2006-08-02' FROM gift_in_kind
"""

BROKEN: dict[str, set[str]] = {
    # Nobody has looked for three months; one that was acknowledged yesterday; and what was looked at before or since.
    A_GIFT_IN_KIND.format(receipt=UNKNOWN, on="'2006-08-01'"): {GOODS},
    A_GIFT_IN_KIND.format(receipt=UNKNOWN, on="'2006-10-31'"): set(),
    (A_GIFT_IN_KIND + SOME_CAME).format(receipt=UNKNOWN, on="'2006-08-01'", came=4): {GOODS},
    (A_GIFT_IN_KIND + SOME_CAME).format(receipt=UNKNOWN, on="'2006-08-01'", came=5): set(),
    (A_GIFT_IN_KIND + LOOKED_AT).format(receipt=UNKNOWN, on="'2006-08-01'", version=0): set(),
    (A_GIFT_IN_KIND + SOME_CAME + LOOKED_AT).format(receipt=UNKNOWN, on="'2006-08-01'", came=4, version=0): {
        GOODS
    },
    (A_GIFT_IN_KIND + SOME_CAME + LOOKED_AT).format(
        receipt=UNKNOWN, on="'2006-08-01'", came=4, version=1
    ): set(),
    "UPDATE posting SET amount = amount + 1 WHERE account = 'bank.JPY'": {LEDGER, ENTRIES, MONTHS},
    AN_ENTRY: {ENTRIES},
    TWO_LINES: {UNCOVERED, MONTHS},
    "UPDATE fund_balance SET balance = -1 WHERE fund = 'food' AND currency = 'JPY'": {BELOW, FUNDS},
    "DELETE FROM fund_balance WHERE fund = 'general' AND currency = 'JPY'": {FUNDS},
    "UPDATE fund_balance SET held = balance + 1 WHERE fund = 'general' AND currency = 'JPY'": {BELOW, FUNDS},
    "UPDATE fund_balance SET set_aside = balance + 1 WHERE fund = 'general' AND currency = 'JPY'": {
        BELOW,
        ASIDE,
    },
    AN_ENTRY.replace("kind, actor", "kind, actor, document_id").replace(
        "'x'", "'x', (SELECT min(id::text)::uuid FROM payment)"
    ): {
        BOOKED,
        ENTRIES,
    },
    "UPDATE entry SET kind = 'other' WHERE kind = 'gift'": {BOOKED, AMOUNTS},
    # Money that a notice tells of, which was only kept, or booked nowhere.
    A_NOTICE.format(event="PAYMENT.SALE.COMPLETED", outcome="kept", transaction="'S1'", refund="NULL"): {
        NOTICES
    },
    A_NOTICE.format(event="Payment completed", outcome="kept", transaction="NULL", refund="NULL"): {NOTICES},
    A_NOTICE.format(event="PAYMENT.SALE.COMPLETED", outcome="booked", transaction="'S9'", refund="NULL"): {
        NOTICES
    },
    A_NOTICE.format(event="PAYMENT.SALE.REFUNDED", outcome="waiting", transaction="'S9'", refund="NULL"): {
        NOTICES
    },
    A_NOTICE.format(event="Web_accept processed", outcome="kept", transaction="'S1'", refund="NULL"): {
        NOTICES
    },
    # Money that went back, and is not booked, or is another refund of the payment.
    A_NOTICE.format(event="PAYMENT.SALE.REFUNDED", outcome="booked", transaction="'S1'", refund="'R'"): {
        NOTICES
    },
    A_NOTICE.format(event="PAYMENT.SALE.REFUNDED", outcome="booked", transaction="'S2'", refund="'R9'"): {
        NOTICES
    },
    A_NOTICE.format(event="PAYMENT.SALE.REVERSED", outcome="booked", transaction="'S2'", refund="NULL"): {
        NOTICES
    },
    "UPDATE notice SET outcome = 'kept' WHERE transaction_id = 'S1'": {NOTICES, TOLD},
    "DELETE FROM notice WHERE transaction_id = 'S1'": {TOLD},
    "UPDATE refund SET entry_id = payment_id": {REFUNDS},
    "UPDATE refund SET amount = amount + 1": {REFUNDS},
    "UPDATE refund SET entry_id = (SELECT entry_id FROM payment WHERE id = payment_id)": {REFUNDS},
    "UPDATE refund SET state = 'different', entry_id = NULL": {NOTICES},
    "UPDATE payment SET gross = gross + 1 WHERE transaction_id = 'S1'": {AMOUNTS},
    "UPDATE payment SET fee = fee + 1 WHERE transaction_id = 'S2'": {AMOUNTS},
    "UPDATE payment SET fee = fee + 1 WHERE transaction_id = 'S3'": {AMOUNTS},
    "UPDATE payment SET refunded = refunded + 1 WHERE transaction_id = 'S2'": {AMOUNTS},
    "UPDATE payment SET refunded = 1 WHERE provider = 'bank'": {AMOUNTS},
    "UPDATE payment SET happened_on = happened_on + 1 WHERE transaction_id = 'S3'": {DATED},
    A_FINDING.format(status="matched"): {LISTED},
    A_FINDING.format(status="missing"): {LISTED},
    "UPDATE subscription SET version = version + 1": {"the newest state of each monthly gift was said"},
    "DELETE FROM timer WHERE key LIKE 'wake_monthly_gift%'": {
        "each monthly gift is looked at on the day on which it lapses"
    },
    'UPDATE "grant" SET paid = paid + 1 WHERE paid > 0': {PAID, AGREED_TO},
    "UPDATE payout SET amount = amount + 1": {PAID},
    """DELETE FROM timer WHERE name = 'serve';
        UPDATE fund_balance SET balance = balance + 1 WHERE fund = 'medical'""": {FUNDS, GRANT_WAITS},
    """UPDATE "grant" SET ended = 'settled' WHERE paid > 0; UPDATE payout SET receipt = 'R', no_receipt = ''""": set(),
    """UPDATE "grant" SET ended = 'settled' WHERE paid > 0""": {RECEIPTS},
    """INSERT INTO decision (id, on_day, from_fund, to_fund, currency, amount, pay_back_on)
        VALUES (gen_random_uuid(), '2006-09-01', 'food', 'general', 'JPY', 5, '2006-10-31')""": {LOANS},
    "UPDATE household SET version = 2": {"no grant of a closed household goes on"},
    'UPDATE "grant" SET said = said + 1': {"the newest state of each grant was said"},
    "UPDATE appeal SET status = 'open'": {ONE_APPEAL, ORDERED},
    "UPDATE appeal SET status = 'funded', target = raised + 1": {ONE_APPEAL, ORDERED},
    """UPDATE appeal SET status = 'funded'; INSERT INTO appeal (id, code, item, quantity, fund, currency, target,
        status, actor) SELECT gen_random_uuid(), 'other', item, 1, 'food', 'USD', 1, 'open', 'x' FROM appeal""": {
        ONE_APPEAL,
        ORDERED,
    },
    "UPDATE purchase SET spent = spent - 1": {SPENT, BOUGHT},
    # Once nothing is under way that would pay it.
    """DELETE FROM timer WHERE name = 'serve'; UPDATE purchase SET owed = owed + 1, cost = cost + 1;
        UPDATE fund_balance SET balance = balance + 1 WHERE fund = 'food'""": {FUNDS, OWED},
    "UPDATE purchase SET owed = owed + 1": {SPENT},
    "UPDATE purchase SET status = 'cancelled'": {SPENT, ORDERED},
    "UPDATE appeal SET status = 'funded'": {ORDERED},
    "DELETE FROM contact": {"every donor has contact data"},
    """UPDATE donor SET merged_into = (SELECT merged_into FROM donor WHERE merged_into IS NOT NULL)
        WHERE merged_into IS NULL AND member;
        UPDATE donor SET merged_into = (SELECT id FROM donor WHERE member) WHERE link_said > 0""": {
        "nobody is merged into a donor who is merged",
        LINKS,
    },
    "UPDATE donor SET membership_said = membership_said + 1 WHERE membership_said > 0": {MEMBERS},
    "UPDATE donor SET membership_said = 0": {MEMBERS},
    "UPDATE donor SET member = true": {MEMBERS},
    "UPDATE donor SET link_said = link_said + 1 WHERE link_said > 0": {LINKS},
    "UPDATE donor SET link_said = 0": {LINKS},
    """INSERT INTO approval (grant_id, actor, wanted, on_day) SELECT id, asked_by, wanted, '2006-11-01' FROM "grant"
        LIMIT 1""": {"nobody agreed to a grant that they asked for"},
    """INSERT INTO refund (provider, refund_id, payment_id, state, entry_id, currency, amount)
        SELECT 'paypal', 'R', payment.id, 'returned', entry_id, currency, 1 FROM payment LIMIT 1""": {
        REFUNDS
    },
    "UPDATE payout SET country = 'KP'": {"no grant was paid in a country where nobody is paid"},
    "INSERT INTO charge (id, fund, place, currency, amount) VALUES (gen_random_uuid(), 'general', 'bank', 'JPY', 5)": {
        "what places took for their work is what the ledger has of it"
    },
}
ELSEWHERE = {
    "test_money_looked_at.py": {
        WITHOUT_PURPOSE,
        "notices of money that could not be booked are looked at in time",
    },
    "test_notices_sealed.py": {
        "the key of each notice is there",
        "each notice opens as it was sealed",
        "nothing that PayPal sent is kept longer than it may be",
    },
    "test_ledger_guards.py": {
        FUNDS,
        NET,
        MONTHS,
        "each refund is booked once, or waits for a payment that has not come",
    },
    "test_places.py": {"nowhere but at PayPal lies less than nothing"},
    "test_advances.py": {
        "what fieldworkers carry is what the ledger has",
        "no more of an advance is settled than went out, and by slips",
        "no slip is older than its advance",
        "what fieldworkers carry for a grant is what its advances have left",
    },
    "test_promises.py": {
        "what goods are worth is what the ledger has",
        "payments are as large as the pledges that they keep",
        "what is expected of pledges is what their parts say",
    },
    "test_transfers.py": {
        "what is on its way between accounts is what its transfers say",
        "what funds began with is what was opened, once",
    },
    "test_conversions.py": {"what funds changed into other currencies is what their conversions say"},
    "test_s4_monthly.py": {
        "no monthly gift that ended here is still charged",
        "payments of a monthly gift cover each day once, and only while they count",
    },
    "test_larger_payments.py": {"what larger payments brought beyond their months was moved where it is"},
    "test_case_grants.py": {
        "no grant of a closed case goes on",
        "each grant is for one household or one case",
    },
    "test_appeal_money.py": {ASIDE, RAISED, BOUGHT, KEPT},
    "test_s4_receipts.py": {
        "no valid letter says another amount or day than its payments",
        "no payment stands in two valid statements",
        "each number of a receipt has its row",
        "each letter is kept as it was issued",
    },
}
"""Checks that are shown to find something by other tests, by the file."""


async def promised(till: Till) -> None:
    """A grant that is paid in part and one that waits; an appeal whose purchase was ordered."""
    await till.gift(1_000)
    await till.gift(500, "medical")
    first = till.asked(300)
    await till.hears(first)
    await till.hears(till.asked(1_000))
    limits, payout = till.settings.limits, Payout(Money(100, "JPY"), "bank", "hospital", "P-1")
    pay = partial(grants.pay, limits=limits, grant_id=first.request_id, payout=payout)
    assert isinstance(await till.do(pay, staff("treasurer")), Grant)
    await till.do(lambda unit: appeals.set_price(unit, "kit", Price(400, "JPY", 1)))
    appeal = await till.do(lambda unit: appeals.open_appeal(unit, "kit", 1, "food"))
    assert isinstance(appeal, Appeal)
    came = Came("paypal", "S1", Money(450, "JPY"), DAY, appeal_id=appeal.id, purpose="food", sure=Sure.PAID)
    await till.do(lambda unit: book_payment(unit, came))
    await till.serve()
    await till.lies(1_000, "bank")
    bought: Any = {
        "purchase_id": PURCHASE,
        "appeal_id": appeal.id,
        "lines": (PurchaseLine(item="kit", quantity=1, unit="kit"),),
        "cost": Said(amount=400, currency="JPY"),
        "on": DAY,
    }
    for version, status in enumerate(("proposed", "ordered"), 1):
        await till.hears(PurchaseChanged(version=version, status=status, **bought))
    await till.serve()


async def given(till: Till) -> None:
    """A monthly gift with a payment; a member, and a donor who turned out to be another one."""
    await till.do(lambda unit: register(unit, Monthly("education", "I-1")))
    sale = Came(
        "paypal", "S2", Money(30_00, "USD"), DAY, Money(1_17, "USD"), subscription_id="I-1", sure=Sure.PAID
    )
    # The fee of another one is told later, and a part of the first goes back.
    later = Came("paypal", "S3", Money(5_00, "USD"), DAY, purpose="general", sure=Sure.PAID)
    for each in (sale, later, replace(later, fee=Money(7, "USD"))):
        await till.do(partial(book_payment, came=each))
    at = datetime(2006, 11, 1, tzinfo=UTC)
    back = notices.read(as_bytes(refund(at, "R2", "S2", money=("5.00", "USD"))))
    notice = Notice("T2", "webhook", b"{}", at)
    await till.do(lambda unit: take(unit, till.settings.zone, till.settings.seal, [(notice, back)]))
    await till.look()
    contact = Contact("Member")
    await till.do(lambda unit: donors.add(unit, contact, Choices(member=True, may_write=True)))
    one, other = (await till.donor()).id, (await till.donor()).id
    await till.do(lambda unit: donors.merge(unit, one, other))


async def test_each_check_finds_what_it_is_there_for(till_url: str) -> None:
    async with Till.open(till_url, DAY) as till:
        await promised(till)
        await given(till)
        found, names = await found_of(till.engine, check(till.settings), [*BROKEN])
    assert found == BROKEN
    assert set().union(*BROKEN.values(), *ELSEWHERE.values()) == names


def test_what_other_tests_show_is_there() -> None:
    # Names that several tests use stand beside the till.
    shared = Path(till_of_tests.__file__).read_text()
    for file, names in ELSEWHERE.items():
        text = (Path(__file__).parent / file).read_text() + shared
        assert [name for name in names if name not in text] == []
