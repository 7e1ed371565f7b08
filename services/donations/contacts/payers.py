"""Donors by PayPal's own id of them, which is kept as a hash."""

from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import PAYER


async def claim_payer(session: AsyncSession, payer_id: str, donor_id: UUID) -> UUID | None:
    """The donor whom PayPal knows under this id; None if it knew nobody here, and this donor is the one from now on.

    Two who claim one id at once wait for each other.
    """
    adding = insert(PAYER).values(key=_key(payer_id), donor_id=donor_id).on_conflict_do_nothing()
    if await session.scalar(adding.returning(PAYER.c.key)) is not None:
        return None
    return await donor_of_payer(session, payer_id)


async def donor_of_payer(session: AsyncSession, payer_id: str) -> UUID | None:
    """The donor whom PayPal knows under this id; None if nobody is known under it."""
    return await session.scalar(select(PAYER.c.donor_id).where(PAYER.c.key == _key(payer_id)))


def _key(payer_id: str) -> bytes:
    return sha256(b"paypal payer " + payer_id.encode()).digest()
