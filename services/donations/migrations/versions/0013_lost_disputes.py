"""Each dispute that was lost is kept: what a payment lost follows from all that was told of it"""

import sqlalchemy as sa
from alembic import op

from shared.database.migrations import no_way_back

revision = "0013"
down_revision = "0012"

# What disputes took until now is what went back without a refund or a reversal of its own. It is kept under no case,
# since nobody knows that any more; what was lost before its payment came has no day either.
LOST = """
INSERT INTO lost_dispute (payment_id, case_id, currency, amount, happened_on)
SELECT payment.id, 'before', payment.currency, lost.amount, coalesce(took.happened_on, booked.on_day, '2000-01-01')
FROM payment
LEFT JOIN refund took ON took.payment_id = payment.id AND took.refund_id = 'dispute ' || payment.transaction_id
LEFT JOIN LATERAL (
    SELECT max(happened_on) AS on_day FROM entry WHERE document_id = payment.id AND kind = 'refund') booked ON true
CROSS JOIN LATERAL (
    SELECT CASE WHEN payment.version = 0 THEN payment.dispute_lost WHEN took.amount IS NOT NULL THEN took.amount
        ELSE payment.refunded - coalesce((SELECT sum(amount) FROM refund other
            WHERE other.payment_id = payment.id AND other.state = 'booked'), 0) END AS amount) lost
WHERE took.amount IS NOT NULL OR payment.dispute = 'lost' AND (payment.version = 0 OR lost.amount > 0)
"""
# The reversal that was known as the same money as a dispute's came back with that.
RETURNED = """
UPDATE refund SET state = 'returned' FROM refund took, payment
WHERE payment.id = refund.payment_id AND took.payment_id = payment.id AND took.state = 'returned'
    AND took.refund_id = 'dispute ' || payment.transaction_id AND refund.state = 'same'
    AND refund.refund_id = 'reversal ' || payment.transaction_id
"""
TOOK = """
DELETE FROM refund USING payment WHERE payment.id = refund.payment_id
    AND refund.refund_id = 'dispute ' || payment.transaction_id
"""
# Whatever is told again of the days until then is known, under whatever case.
KNOWN = """
UPDATE payment SET settled_on = lost_dispute.happened_on FROM lost_dispute
WHERE lost_dispute.payment_id = payment.id AND payment.version > 0
"""


def upgrade() -> None:
    op.create_table(
        "lost_dispute",
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.String(length=100), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_lost_dispute_payment_id")),
        sa.PrimaryKeyConstraint("payment_id", "case_id", name=op.f("pk_lost_dispute")),
    )
    op.add_column("payment", sa.Column("settled_on", sa.Date(), nullable=True))
    for statement in (LOST, RETURNED, TOOK, KNOWN):
        op.execute(statement)
    op.drop_column("payment", "dispute_lost")


downgrade = no_way_back
