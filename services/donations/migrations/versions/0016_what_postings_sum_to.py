"""What a fund has, and the totals by month, follow the postings by the database itself"""

from alembic import op

from shared.database.migrations import no_way_back

revision = "0016"
down_revision = "0015"

# Funds first, and both in the order of their keys: whoever has locked a fund waits for no total that another one has.
FOLLOW = """
CREATE FUNCTION posting_is_summed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE its record;
BEGIN
    FOR its IN
        SELECT fund, currency,
               coalesce(-sum(amount) FILTER (WHERE kind NOT IN ('held', 'uncovered', 'advanced')), 0) AS balance,
               coalesce(sum(amount) FILTER (WHERE kind IN ('held', 'advanced')), 0) AS held
        FROM added JOIN account ON account.code = added.account WHERE fund <> ''
        GROUP BY fund, currency ORDER BY fund, currency
    LOOP
        UPDATE fund_balance SET balance = balance + its.balance, held = held + its.held
        WHERE fund = its.fund AND currency = its.currency AND (its.balance <> 0 OR its.held <> 0);
        IF NOT FOUND AND (its.balance <> 0 OR its.held <> 0) THEN
            RAISE EXCEPTION 'there is no fund % in %', its.fund, its.currency
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    INSERT INTO account_month AS kept (account, month, amount)
    SELECT account, CAST(date_trunc('month', on_day) AS date), sum(amount)
    FROM added JOIN entry ON entry.id = added.entry_id GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (account, month) DO UPDATE SET amount = kept.amount + excluded.amount;
    RETURN NULL;
END $$
"""
SUMMED = """
CREATE TRIGGER posting_summed AFTER INSERT ON posting REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION posting_is_summed()
"""
# A trigger's own statement has a depth of 1 at least. What is set aside is the service's to write, and a fund that is
# new begins with nothing.
ALONE = """
CREATE FUNCTION follows_postings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% follows the postings', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""
GUARDS = (
    """
CREATE TRIGGER fund_balance_follows BEFORE DELETE OR UPDATE OF fund, currency, balance, held ON fund_balance
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION follows_postings()
""",
    """
CREATE TRIGGER fund_balance_begins_empty BEFORE INSERT ON fund_balance
FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND (NEW.balance <> 0 OR NEW.held <> 0)) EXECUTE FUNCTION follows_postings()
""",
    """
CREATE TRIGGER account_month_follows BEFORE INSERT OR DELETE OR UPDATE ON account_month
FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION follows_postings()
""",
    """
CREATE TRIGGER fund_balance_stays BEFORE TRUNCATE ON fund_balance
FOR EACH STATEMENT EXECUTE FUNCTION follows_postings()
""",
    """
CREATE TRIGGER account_month_stays BEFORE TRUNCATE ON account_month
FOR EACH STATEMENT EXECUTE FUNCTION follows_postings()
""",
)


def upgrade() -> None:
    for statement in (FOLLOW, SUMMED, ALONE, *GUARDS):
        op.execute(statement)


downgrade = no_way_back
