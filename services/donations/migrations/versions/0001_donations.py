"""Donors, gifts, payments, the ledger, funds, grants, letters."""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0001"
down_revision = None


BALANCED = """
CREATE FUNCTION entry_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE touched uuid := CASE TG_OP WHEN 'DELETE' THEN OLD.entry_id ELSE NEW.entry_id END;
DECLARE off record;
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.entry_id <> NEW.entry_id THEN
        RAISE EXCEPTION 'a posting stays with its entry' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    SELECT account.currency, sum(amount) AS amount INTO off
    FROM posting JOIN account ON account.code = posting.account
    WHERE entry_id = touched GROUP BY account.currency HAVING sum(amount) <> 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'the entry % is out of balance by % %', touched, off.amount, off.currency
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""
# Deferred, because the lines of an entry come one after another; a constraint trigger fires for COPY too.
BALANCE_AT_COMMIT = """
CREATE CONSTRAINT TRIGGER posting_balanced AFTER INSERT OR UPDATE OR DELETE ON posting
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION entry_balances()
"""
# Closing a month and booking in it exclude each other by an advisory lock: whoever books looks, with a snapshot taken
# after the lock was had, whether the month was closed meanwhile.
OPEN_MONTH = """
CREATE FUNCTION month_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE closed date;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(20060913);
    SELECT max(month) INTO closed FROM closed_month;
    IF EXISTS (SELECT FROM added JOIN entry ON entry.id = added.entry_id
               WHERE entry.on_day < CAST(closed + interval '1 month' AS date)) THEN
        RAISE EXCEPTION 'the books are closed up to the month of %', closed USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""
IN_OPEN_MONTH = """
CREATE TRIGGER posting_in_open_month AFTER INSERT ON posting REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION month_is_open()
"""
CLOSING = (
    """
CREATE FUNCTION closing_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20060913);
    RETURN NULL;
END $$
""",
    """
CREATE TRIGGER closed_month_waits BEFORE INSERT ON closed_month FOR EACH STATEMENT EXECUTE FUNCTION closing_waits()
""",
)
KEPT_FOR_EVER = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""
FOR_EVER = ("account", "entry", "posting", "closed_month", "contact_reading", "letter", "letter_reading")
# A receipt ends, and its row tells of that; a number whose row was deleted would be a gap that nobody can explain.
NUMBERS_STAY = """
CREATE TRIGGER receipt_append_only BEFORE DELETE OR TRUNCATE ON receipt
FOR EACH STATEMENT EXECUTE FUNCTION append_only()
"""

# Funds and currencies are closed tables of `domain/`, so all accounts are there from the beginning and none is made
# while money is booked; but those of fieldworkers, of whom nobody knows beforehand.
_CURRENCIES = "unnest(ARRAY['JPY', 'KRW', 'USD', 'EUR', 'CNY', 'THB'])"
_FUNDS = """unnest(ARRAY['food', 'clothing', 'medical', 'education', 'resettlement', 'protection', 'family_visits',
    'general', 'unassigned'])"""
ACCOUNTS = f"""
INSERT INTO account (code, kind, currency, fund)
SELECT kind || '.' || currency, kind, currency, ''
FROM unnest(ARRAY['cash', 'bank', 'paypal', 'transit', 'goods', 'in_kind']) kind
CROSS JOIN {_CURRENCIES} currency
UNION ALL SELECT kind || '.' || fund || '.' || currency, kind, currency, fund
FROM unnest(ARRAY['held', 'uncovered', 'opening', 'income', 'fees', 'grants', 'purchases', 'spent', 'moved',
    'exchange']) kind
CROSS JOIN {_CURRENCIES} currency CROSS JOIN {_FUNDS} fund
"""  # noqa: S608, nothing in it comes from outside
BALANCES = f"""
INSERT INTO fund_balance (fund, currency)
SELECT fund, currency FROM {_CURRENCIES} currency CROSS JOIN {_FUNDS} fund
"""  # noqa: S608, nothing in it comes from outside


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("fund", sa.String(length=40), server_default="", nullable=False),
        sa.Column("holder", sa.String(length=40), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_account")),
        sa.UniqueConstraint("code", "currency", name=op.f("uq_account_code_currency")),
    )
    op.create_table(
        "account_month",
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("account", "month", name=op.f("pk_account_month")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("target", sa.BigInteger(), nullable=False),
        sa.Column("raised", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("asked", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("set_aside", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("target > 0", name=op.f("ck_appeal_for_something")),
        sa.CheckConstraint("least(held, spent, set_aside) >= 0", name=op.f("ck_appeal_not_negative")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("code", name=op.f("uq_appeal_code")),
    )
    op.create_index(
        "ix_appeal_keeps",
        "appeal",
        ["fund", "currency"],
        unique=False,
        postgresql_where=sa.text("status IN ('open', 'funded', 'ordered') OR set_aside > 0"),
    )
    op.create_index(
        "uq_appeal_item",
        "appeal",
        ["item"],
        unique=True,
        postgresql_where=sa.text("status IN ('open', 'funded')"),
    )
    op.create_table(
        "closed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_closed_month")),
    )
    op.create_table(
        "donor",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("member", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("anonymous", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("may_write", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("merged_into", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("merged_into <> id", name=op.f("ck_donor_not_into_itself")),
        sa.ForeignKeyConstraint(["merged_into"], ["donor.id"], name=op.f("fk_donor_merged_into")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_donor")),
    )
    op.create_index(
        op.f("ix_donor_merged_into"),
        "donor",
        ["merged_into"],
        unique=False,
        postgresql_where=sa.text("merged_into IS NOT NULL"),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["reverses"], ["entry.id"], name=op.f("fk_entry_reverses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
    )
    op.create_index(
        op.f("ix_entry_document_id"),
        "entry",
        ["document_id"],
        unique=False,
        postgresql_where=sa.text("document_id IS NOT NULL"),
    )
    op.create_index(op.f("ix_entry_on_day"), "entry", ["on_day"], unique=False)
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["reverses"],
        unique=True,
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "fund_balance",
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("set_aside", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "held + set_aside <= balance", name=op.f("ck_fund_balance_no_more_promised_than_there_is")
        ),
        sa.CheckConstraint("least(balance, held, set_aside) >= 0", name=op.f("ck_fund_balance_not_negative")),
        sa.PrimaryKeyConstraint("fund", "currency", name=op.f("pk_fund_balance")),
    )
    op.create_table(
        "grant",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("said", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.String(length=40), server_default="", nullable=False),
        sa.Column("fund", sa.String(length=40), server_default="general", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("wanted", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("set_aside", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("paid", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("carried", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("urgency", sa.SmallInteger(), server_default=sa.text("3"), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("household_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=True),
        sa.Column("case_version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("asked_by", sa.String(length=100), server_default="", nullable=False),
        sa.Column("ended", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="asked", nullable=False),
        sa.CheckConstraint("least(set_aside, paid, carried) >= 0", name=op.f("ck_grant_not_negative")),
        sa.CheckConstraint("household_id IS NULL OR case_id IS NULL", name=op.f("ck_grant_not_for_both")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant")),
    )
    op.create_index(
        op.f("ix_grant_household_id"),
        "grant",
        ["household_id"],
        unique=False,
        postgresql_where=sa.text("household_id IS NOT NULL"),
    )
    op.create_index(
        "ix_grant_missing",
        "grant",
        ["fund", "currency"],
        unique=False,
        postgresql_where=sa.text("ended = '' AND wanted > set_aside + carried + paid"),
    )
    op.create_index(
        "ix_grant_promised",
        "grant",
        ["fund", "currency"],
        unique=False,
        postgresql_where=sa.text("set_aside > 0"),
    )
    _create_cases()
    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    op.create_table(
        "price",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("per", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("least(minor, per) > 0", name=op.f("ck_price_positive")),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_price")),
    )
    op.create_table(
        "rate",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("quote", sa.String(length=3), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("rate", sa.Numeric(precision=20, scale=10), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("currency <> quote", name=op.f("ck_rate_of_two_currencies")),
        sa.CheckConstraint("rate > 0", name=op.f("ck_rate_positive")),
        sa.PrimaryKeyConstraint("currency", "quote", "on_day", name=op.f("pk_rate")),
    )
    _needs()
    _subscriptions()
    _findings()
    op.create_table(
        "approval",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_approval_grant_id")),
        sa.PrimaryKeyConstraint("grant_id", "actor", name=op.f("pk_approval")),
    )
    op.create_table(
        "contact",
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("mail", sa.String(length=254), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("address", sa.String(length=500), nullable=True),
        sa.Column("name_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("mail_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(length=32), nullable=True),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_contact_donor_id")),
        sa.PrimaryKeyConstraint("donor_id", name=op.f("pk_contact")),
    )
    op.create_index(op.f("ix_contact_mail_key"), "contact", ["mail_key"], unique=False)
    op.create_index(op.f("ix_contact_name_key"), "contact", ["name_key"], unique=False)
    op.create_index(op.f("ix_contact_phone_key"), "contact", ["phone_key"], unique=False)
    op.create_table(
        "payer",
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["donor_id"], ["donor.id"], name=op.f("fk_payer_donor_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_payer")),
    )
    op.create_index(op.f("ix_payer_donor_id"), "payer", ["donor_id"], unique=False)
    op.create_table(
        "contact_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("route", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_contact_reading_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_reading")),
    )
    op.create_index(
        op.f("ix_contact_reading_donor_id_id"), "contact_reading", ["donor_id", "id"], unique=False
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("from_fund", sa.String(length=40), nullable=False),
        sa.Column("to_fund", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("pay_back_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_decision_positive")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_decision_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_table(
        "gift",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=True),
        sa.Column("on_behalf_of", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("subscription_id", sa.String(length=100), nullable=True),
        sa.Column("custom_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("children", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("correspondence", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_donor_id")),
        sa.ForeignKeyConstraint(["on_behalf_of"], ["donor.id"], name=op.f("fk_gift_on_behalf_of")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift")),
    )
    op.create_index(op.f("ix_gift_donor_id"), "gift", ["donor_id"], unique=False)
    op.create_index(
        "uq_gift_custom",
        "gift",
        ["provider", "custom_key"],
        unique=True,
        postgresql_where=sa.text("custom_key IS NOT NULL"),
    )
    op.create_index(
        "uq_gift_subscription",
        "gift",
        ["provider", "subscription_id"],
        unique=True,
        postgresql_where=sa.text("subscription_id IS NOT NULL"),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("payee", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_payout_entry_id"), initially="DEFERRED", deferrable=True
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_payout_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("place", "reference", name=op.f("uq_payout_place_reference")),
    )
    op.create_index(op.f("ix_payout_grant_id"), "payout", ["grant_id"], unique=False)
    op.create_table(
        "posting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=60), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_posting_not_nothing")),
        sa.ForeignKeyConstraint(["account"], ["account.code"], name=op.f("fk_posting_account")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_posting_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_posting")),
    )
    op.create_index(op.f("ix_posting_account_entry_id"), "posting", ["account", "entry_id"], unique=False)
    op.create_table(
        "reversal",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reversal_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_reversal")),
    )
    _payments()
    _notices()
    _tills()
    _letters()
    for statement in (BALANCED, BALANCE_AT_COMMIT, OPEN_MONTH, IN_OPEN_MONTH, *CLOSING, ACCOUNTS, BALANCES):
        op.execute(statement)
    for name in FOR_EVER:
        op.execute(KEPT_FOR_EVER.format(name=name))


def _notices() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("transmission_id", sa.String(length=100), nullable=False),
        sa.Column("way", sa.String(length=40), nullable=False),
        sa.Column("event_type", sa.String(length=100), server_default="", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=100), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("transmission_id", name=op.f("uq_notice_transmission_id")),
    )
    op.create_index(
        "ix_notice_to_look_at",
        "notice",
        ["id"],
        unique=False,
        postgresql_where=sa.text("outcome IN ('look', 'unassigned', 'waiting')"),
    )
    op.create_index(op.f("ix_notice_transaction_id"), "notice", ["transaction_id"], unique=False)
    op.create_index(
        "ix_notice_asked", "notice", ["id"], unique=False, postgresql_where=sa.text("outcome = 'asked'")
    )
    op.create_table(
        "notice_body",
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_body_notice_id")),
        sa.PrimaryKeyConstraint("notice_id", name=op.f("pk_notice_body")),
    )


def _payments() -> None:
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=100), nullable=False),
        sa.Column("subscription", sa.Uuid(), nullable=True),
        sa.Column("gift_id", sa.Uuid(), nullable=True),
        sa.Column("appeal_id", sa.Uuid(), nullable=True),
        sa.Column("purpose", sa.String(length=40), server_default="unassigned", nullable=False),
        sa.Column("place", sa.String(length=40), server_default="paypal", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("gross", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee", sa.BigInteger(), nullable=True),
        sa.Column("refunded", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("net", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("hold_told", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dispute", sa.String(length=40), server_default="", nullable=False),
        sa.Column("disputed_held", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("disputed_spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("dispute_unclear", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("dispute_lost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("covers_from", sa.Date(), nullable=True),
        sa.Column("covers_until", sa.Date(), nullable=True),
        sa.Column("months", sa.SmallInteger(), nullable=True),
        sa.Column("apart", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("apart_in", sa.String(length=40), server_default="", nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("actor", sa.String(length=100), server_default="", nullable=False),
        sa.CheckConstraint(
            "(covers_from IS NULL) = (covers_until IS NULL)", name=op.f("ck_payment_covers_from_and_until")
        ),
        sa.CheckConstraint(
            "apart >= 0 AND (apart = 0) = (apart_in = '')", name=op.f("ck_payment_apart_somewhere")
        ),
        sa.CheckConstraint("covers_from < covers_until", name=op.f("ck_payment_covers_some_days")),
        sa.CheckConstraint("held >= 0", name=op.f("ck_payment_held_not_negative")),
        sa.CheckConstraint(
            "refunded BETWEEN 0 AND gross", name=op.f("ck_payment_no_more_refunded_than_came")
        ),
        sa.ForeignKeyConstraint(["gift_id"], ["gift.id"], name=op.f("fk_payment_gift_id")),
        sa.ForeignKeyConstraint(["subscription"], ["subscription.id"], name=op.f("fk_payment_subscription")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("provider", "transaction_id", name=op.f("uq_payment_provider_transaction_id")),
    )
    op.create_index(
        op.f("ix_payment_appeal_id"),
        "payment",
        ["appeal_id"],
        unique=False,
        postgresql_where=sa.text("appeal_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payment_apart",
        "payment",
        ["apart_in", "id"],
        unique=False,
        postgresql_where=sa.text("apart > 0"),
    )
    op.create_index(
        "ix_payment_disputed",
        "payment",
        ["id"],
        unique=False,
        postgresql_where=sa.text("dispute = 'open'"),
    )
    op.create_index(op.f("ix_payment_gift_id"), "payment", ["gift_id"], unique=False)
    op.create_index("ix_payment_purpose", "payment", ["purpose", "id"], unique=False)
    op.create_index(
        op.f("ix_payment_subscription"),
        "payment",
        ["subscription"],
        unique=False,
        postgresql_where=sa.text("subscription IS NOT NULL"),
    )
    op.create_table(
        "refund",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("refund_id", sa.String(length=100), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("fee_back", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("provider", "refund_id", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)
    op.create_index(
        "ix_refund_to_look_at",
        "refund",
        ["state"],
        unique=False,
        postgresql_where=sa.text("state IN ('waiting', 'different')"),
    )


def _tills() -> None:
    _imports()
    _advances()
    _in_kind()
    _pledges()
    _transfers()


def _transfers() -> None:
    op.create_table(
        "transfer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_place", sa.String(length=40), nullable=False),
        sa.Column("to_place", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("fee", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("fee_fund", sa.String(length=40), server_default="", nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("arrived_entry_id", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_transfer_positive")),
        sa.CheckConstraint("fee >= 0 AND fee < amount", name=op.f("ck_transfer_fee_is_a_part")),
        sa.CheckConstraint("from_place <> to_place", name=op.f("ck_transfer_between_two")),
        sa.CheckConstraint(
            "(arrived_on IS NULL) = (arrived_entry_id IS NULL)", name=op.f("ck_transfer_arrived_as_booked")
        ),
        sa.CheckConstraint("arrived_on >= left_on", name=op.f("ck_transfer_arrived_after_it_left")),
        *(
            sa.ForeignKeyConstraint(
                [name], ["entry.id"], name=op.f(f"fk_transfer_{name}"), initially="DEFERRED", deferrable=True
            )
            for name in ("entry_id", "arrived_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer")),
    )
    op.create_index("ix_transfer_reference", "transfer", ["reference"], unique=False)
    op.create_index(
        "uq_transfer_reference",
        "transfer",
        ["from_place", "to_place", "reference"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )
    op.create_table(
        "opening",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_opening_positive")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_opening_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening")),
    )
    op.create_index(
        "uq_opening_once",
        "opening",
        ["fund", "place", "currency"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )


def _imports() -> None:
    op.create_table(
        "gift_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("gifts", sa.Integer(), nullable=False),
        sa.Column("new_donors", sa.Integer(), nullable=False),
        sa.Column("already_there", sa.Integer(), nullable=False),
        sa.Column("bad_rows", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_import")),
    )


def _advances() -> None:
    op.create_table(
        "advance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("fieldworker", sa.String(length=40), nullable=False),
        sa.Column("fund", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("settled", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("returned", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("place", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_advance_positive")),
        sa.CheckConstraint(
            "least(settled, returned) >= 0 AND settled + returned <= amount",
            name=op.f("ck_advance_no_more_than_was_advanced"),
        ),
        sa.CheckConstraint("NOT undone OR settled + returned = 0", name=op.f("ck_advance_undone_whole")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_advance_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_advance_grant_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advance")),
    )
    op.create_index(
        "uq_advance_reference",
        "advance",
        ["place", "reference"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )
    op.create_index(
        "ix_advance_open",
        "advance",
        ["given_on"],
        unique=False,
        postgresql_where=sa.text("NOT undone AND settled + returned < amount"),
    )
    op.create_index(
        op.f("ix_advance_grant_id"),
        "advance",
        ["grant_id"],
        unique=False,
        postgresql_where=sa.text("grant_id IS NOT NULL"),
    )
    op.create_table(
        "slip",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("advance_id", sa.Uuid(), nullable=False),
        sa.Column("fieldworker", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(length=40), server_default="", nullable=False),
        sa.Column("place", sa.String(length=40), server_default="", nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("amount > 0", name=op.f("ck_slip_positive")),
        sa.ForeignKeyConstraint(["advance_id"], ["advance.id"], name=op.f("fk_slip_advance_id")),
        sa.ForeignKeyConstraint(["grant_id"], ["grant.id"], name=op.f("fk_slip_grant_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_slip_entry_id"), initially="DEFERRED", deferrable=True
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slip")),
    )
    op.create_index(
        "uq_slip_reference",
        "slip",
        ["fieldworker", "reference"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )
    op.create_index(op.f("ix_slip_advance_id"), "slip", ["advance_id"], unique=False)


def _in_kind() -> None:
    op.create_table(
        "gift_in_kind",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("goods", sa.JSON(), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(value, currency, entry_id) IN (0, 3)",
            name=op.f("ck_gift_in_kind_a_value_is_booked"),
        ),
        sa.CheckConstraint("value > 0", name=op.f("ck_gift_in_kind_positive")),
        sa.CheckConstraint("NOT undone OR value IS NULL", name=op.f("ck_gift_in_kind_undone_whole")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_gift_in_kind_donor_id")),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["entry.id"],
            name=op.f("fk_gift_in_kind_entry_id"),
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gift_in_kind")),
    )
    op.create_index(
        "uq_gift_in_kind_receipt",
        "gift_in_kind",
        ["receipt_id"],
        unique=True,
        postgresql_where=sa.text("NOT undone"),
    )
    op.create_index(
        op.f("ix_gift_in_kind_donor_id"),
        "gift_in_kind",
        ["donor_id"],
        unique=False,
        postgresql_where=sa.text("donor_id IS NOT NULL"),
    )


def _pledges() -> None:
    op.create_table(
        "pledge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("cancelled_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=200), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_pledge_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pledge")),
    )
    op.create_index(op.f("ix_pledge_donor_id"), "pledge", ["donor_id"], unique=False)
    op.create_table(
        "pledge_part",
        sa.Column("pledge_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_pledge_part_positive")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_pledge_part_payment_id")),
        sa.ForeignKeyConstraint(["pledge_id"], ["pledge.id"], name=op.f("fk_pledge_part_pledge_id")),
        sa.PrimaryKeyConstraint("pledge_id", "number", name=op.f("pk_pledge_part")),
    )
    op.create_index(
        "ix_pledge_part_due",
        "pledge_part",
        ["due_on"],
        unique=False,
        postgresql_where=sa.text("payment_id IS NULL"),
    )
    op.create_index(
        op.f("ix_pledge_part_payment_id"),
        "pledge_part",
        ["payment_id"],
        unique=False,
        postgresql_where=sa.text("payment_id IS NOT NULL"),
    )
    op.create_table(
        "pledge_total",
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("parts", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("currency", "due_on", name=op.f("pk_pledge_total")),
    )
    op.create_index(
        "ix_pledge_total_open",
        "pledge_total",
        ["currency"],
        unique=False,
        postgresql_where=sa.text("parts <> 0"),
    )


def _letters() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("language", sa.String(length=10), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_letter_donor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
    )
    op.create_index(op.f("ix_letter_donor_id"), "letter", ["donor_id"], unique=False)
    op.create_table(
        "letter_reading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["letter_id"], ["letter.id"], name=op.f("fk_letter_reading_letter_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_reading")),
    )
    op.create_index(
        op.f("ix_letter_reading_letter_id_id"), "letter_reading", ["letter_id", "id"], unique=False
    )
    op.create_table(
        "receipt_series",
        sa.Column("series", sa.String(length=10), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_receipt_series")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("series", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="issued", nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("refund_id", sa.String(length=100), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("replaced_by", sa.Uuid(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint("(state = 'issued') = (reason = '')", name=op.f("ck_receipt_ended_for_a_reason")),
        sa.CheckConstraint("amount > 0 AND number > 0", name=op.f("ck_receipt_positive")),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_receipt_donor_id")),
        sa.ForeignKeyConstraint(["id"], ["letter.id"], name=op.f("fk_receipt_id")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_receipt_payment_id")),
        sa.ForeignKeyConstraint(["replaced_by"], ["receipt.id"], name=op.f("fk_receipt_replaced_by")),
        sa.ForeignKeyConstraint(["series"], ["receipt_series.series"], name=op.f("fk_receipt_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_receipt_series_number")),
    )
    op.create_index(op.f("ix_receipt_payment_id"), "receipt", ["payment_id"], unique=False)
    op.create_index(
        "ix_receipt_to_replace",
        "receipt",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state = 'replaced' AND replaced_by IS NULL"),
    )
    op.create_index(
        "uq_receipt_valid",
        "receipt",
        ["payment_id"],
        unique=True,
        postgresql_where=sa.text("state = 'issued'"),
    )
    _statements()
    op.execute(NUMBERS_STAY)


def _statements() -> None:
    op.create_table(
        "statement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("donor_id", sa.Uuid(), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=40), server_default="issued", nullable=False),
        sa.Column("reason", sa.String(length=40), server_default="", nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("actor", sa.String(length=100), nullable=False),
        sa.CheckConstraint(
            "(state = 'issued') = (reason = '')", name=op.f("ck_statement_ended_for_a_reason")
        ),
        sa.ForeignKeyConstraint(["donor_id"], ["donor.id"], name=op.f("fk_statement_donor_id")),
        sa.ForeignKeyConstraint(["id"], ["letter.id"], name=op.f("fk_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statement")),
    )
    op.create_index(
        "uq_statement_valid",
        "statement",
        ["donor_id", "year"],
        unique=True,
        postgresql_where=sa.text("state = 'issued'"),
    )
    op.create_table(
        "statement_line",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_statement_line_payment_id")),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_statement_line_statement_id")
        ),
        sa.PrimaryKeyConstraint("statement_id", "payment_id", name=op.f("pk_statement_line")),
    )
    op.create_index(op.f("ix_statement_line_payment_id"), "statement_line", ["payment_id"], unique=False)


def _findings() -> None:
    op.create_table(
        "finding",
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("transaction_id", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refers_to", sa.String(length=100), nullable=True),
        sa.Column("moved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("provider", "transaction_id", name=op.f("pk_finding")),
    )
    op.create_index(
        "ix_finding_to_look_at",
        "finding",
        ["happened_on"],
        unique=False,
        postgresql_where=sa.text("status <> 'matched'"),
    )


def _needs() -> None:
    """What inventory says is missing, what it costs, and what is bought."""
    op.create_table(
        "item_price",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("item", sa.String(length=40), server_default="", nullable=False),
        sa.Column("minor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("per", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_price")),
    )
    op.create_index(
        "uq_item_price_item", "item_price", ["item"], unique=True, postgresql_where=sa.text("item <> ''")
    )
    op.create_table(
        "shortage",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shortage")),
    )
    op.create_table(
        "need",
        sa.Column("item", sa.String(length=40), nullable=False),
        sa.Column("fund", sa.String(length=40), server_default="food", nullable=False),
        sa.Column("forecast", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("forecast_on", sa.Date(), nullable=True),
        sa.Column("shortage", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("item", name=op.f("pk_need")),
    )
    op.create_table(
        "purchase",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("appeal_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("fund", sa.String(length=40), server_default="general", nullable=False),
        sa.Column("currency", sa.String(length=3), server_default="", nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("owed", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("spent", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("least(spent, owed - spent) >= 0", name=op.f("ck_purchase_no_more_than_owed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase")),
    )
    op.create_index(
        op.f("ix_purchase_appeal_id"),
        "purchase",
        ["appeal_id"],
        unique=False,
        postgresql_where=sa.text("appeal_id IS NOT NULL"),
    )
    op.create_index(
        "ix_purchase_owed",
        "purchase",
        ["fund", "currency"],
        unique=False,
        postgresql_where=sa.text("owed > spent"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("provider", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("custom_key", sa.LargeBinary(length=32), nullable=True),
        sa.Column("status", sa.String(length=40), server_default="", nullable=False),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("wakes_on", sa.Date(), nullable=True),
        sa.Column("said", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_subscription_provider_reference")),
    )
    op.create_index(
        op.f("ix_subscription_custom_key"),
        "subscription",
        ["custom_key"],
        unique=False,
        postgresql_where=sa.text("custom_key IS NOT NULL"),
    )
    op.create_index(op.f("ix_subscription_status"), "subscription", ["status"], unique=False)
    op.create_table(
        "subscription_change",
        sa.Column("subscription", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("before", sa.String(length=40), server_default="", nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name=op.f("fk_subscription_change_subscription")
        ),
        sa.PrimaryKeyConstraint("subscription", "version", name=op.f("pk_subscription_change")),
    )
    op.create_index(op.f("ix_subscription_change_on_day"), "subscription_change", ["on_day"], unique=False)
    op.create_table(
        "subscription_news",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subscription", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name=op.f("fk_subscription_news_subscription")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_news")),
    )
    op.create_table(
        "subscription_told",
        sa.Column("subscription", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=40), nullable=False),
        sa.Column("amount", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription"], ["subscription.id"], name=op.f("fk_subscription_told_subscription")
        ),
        sa.PrimaryKeyConstraint(
            "subscription", "at", "what", "amount", "currency", name=op.f("pk_subscription_told")
        ),
    )


def _create_cases() -> None:
    op.create_table(
        "advocacy_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_advocacy_case")),
    )
    op.create_index(
        op.f("ix_grant_case_id"),
        "grant",
        ["case_id"],
        unique=False,
        postgresql_where=sa.text("case_id IS NOT NULL"),
    )


downgrade = no_way_back
