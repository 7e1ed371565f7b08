"""The inbox as rows: a message is handled by the one transaction that could insert its id."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ARRAY, LargeBinary, String, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession

# Arrays, so that the statement is the same for every size of batch and is planned once.
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_CLAIM = text("""
    INSERT INTO inbox (message_id, contract, digest)
    SELECT message_id, :contract, digest FROM unnest(:ids, :digests) AS batch (message_id, digest)
    ORDER BY message_id ON CONFLICT DO NOTHING RETURNING message_id
""").bindparams(_IDS, bindparam("digests", type_=ARRAY(LargeBinary)), bindparam("contract", type_=String))
_KNOWN = text("SELECT message_id, digest FROM inbox WHERE message_id = ANY(:ids)").bindparams(_IDS)


async def claim(session: AsyncSession, contract: str, digests: Mapping[UUID, bytes]) -> dict[UUID, bytes]:
    """Insert the ids as handled, in ascending order, so that two replicas with the same ids wait for each other and do
    not deadlock. Returns the ids that were handled before, with their digests."""
    ids = sorted(digests)
    values = {"ids": ids, "digests": [digests[each] for each in ids], "contract": contract}
    claimed = set(await session.scalars(_CLAIM, values))
    others = [each for each in ids if each not in claimed]
    if not others:
        return {}
    found = await session.execute(_KNOWN, {"ids": others})
    return {row.message_id: row.digest for row in found}
