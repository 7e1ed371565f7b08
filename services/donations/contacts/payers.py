"""Donors by PayPal's own id of them, which is kept as a hash."""

from collections.abc import Collection, Mapping
from hashlib import sha256
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, Uuid, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.donations.tables import PAYER

_CLAIM = text("""
    INSERT INTO payer (key, donor_id) SELECT * FROM unnest(:keys, :donors) ON CONFLICT DO NOTHING RETURNING key
""").bindparams(bindparam("keys", type_=ARRAY(LargeBinary)), bindparam("donors", type_=ARRAY(Uuid)))


async def claim_payers(session: AsyncSession, claims: Mapping[str, UUID]) -> Mapping[str, UUID]:
    """The donors whom PayPal knows under these ids already; for the others the donor that is named is the one from now
    on.

    Two who claim one id at once wait for each other.
    """
    names = {_key(each): each for each in claims}
    keys = sorted(names)
    new = set(await session.scalars(_CLAIM, {"keys": keys, "donors": [claims[names[each]] for each in keys]}))
    return await donors_of_payers(session, [name for key, name in names.items() if key not in new])


async def donors_of_payers(session: AsyncSession, payer_ids: Collection[str]) -> Mapping[str, UUID]:
    """The donors whom PayPal knows under these ids, as far as anybody is known under them."""
    if not payer_ids:
        return {}
    names = {_key(each): each for each in payer_ids}
    query = select(PAYER.c.key, PAYER.c.donor_id).where(PAYER.c.key.in_(sorted(names)))
    return {names[key]: donor_id for key, donor_id in await session.execute(query)}


def _key(payer_id: str) -> bytes:
    return sha256(b"paypal payer " + payer_id.encode()).digest()
