"""Which decisions paid loans back before that was said of them: those that moved exactly what was left of a loan

Any other one may have been no repayment. Its loan stays owed, and overdue, until the treasurer says what paid it.
"""

from alembic import op

from shared.database.migrations import no_way_back

revision = "0015"
down_revision = "0014"

# Money that went from who owed it to who lent it, in the loan's currency and after it. One after another, each pays the
# loan of which exactly as much is left; of several such loans the one that is due first.
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
            WHERE loan.pay_back_on IS NOT NULL AND NOT loan.undone AND loan.id < back.id AND owed.amount = back.amount
                AND (loan.from_fund, loan.to_fund, loan.currency) = (back.to_fund, back.from_fund, back.currency)
            ORDER BY loan.pay_back_on, loan.id LIMIT 1)
        WHERE id = back.id;
    END LOOP;
END $$
"""


def upgrade() -> None:
    op.execute(PAID_BACK)


downgrade = no_way_back
