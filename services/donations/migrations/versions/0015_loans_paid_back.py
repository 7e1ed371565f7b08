"""Which decisions paid loans back before that was said of them"""

from alembic import op

from shared.database.migrations import no_way_back

revision = "0015"
down_revision = "0014"

# Until then money that went back from who owed it to who lent it, in the loan's currency and after it, was all that
# could pay a loan back. One after another, each pays the loan of which exactly as much is left, else the one that is
# due first. One that paid several at once is the first one's: a decision pays one loan.
PAID_BACK = """
DO $$
DECLARE
    back record;
BEGIN
    FOR back IN
        SELECT decision.* FROM decision JOIN entry ON entry.id = decision.entry_id AND entry.kind = 'moved'
        WHERE pay_back_on IS NULL AND pays_back IS NULL AND NOT undone ORDER BY decision.id
    LOOP
        UPDATE decision SET pays_back = (
            SELECT loan.id FROM decision loan
            CROSS JOIN LATERAL (
                SELECT loan.amount - coalesce(sum(other.amount), 0) AS amount FROM decision other
                WHERE other.pays_back = loan.id AND NOT other.undone) owed
            WHERE loan.pay_back_on IS NOT NULL AND NOT loan.undone AND loan.id < back.id AND owed.amount > 0
                AND (loan.from_fund, loan.to_fund, loan.currency) = (back.to_fund, back.from_fund, back.currency)
            ORDER BY owed.amount <> back.amount, loan.pay_back_on, loan.id LIMIT 1)
        WHERE id = back.id;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(PAID_BACK)


downgrade = no_way_back
