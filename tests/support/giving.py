"""Facts that intake and donations might say of children and gifts, sent to sponsorship without them."""

from datetime import date
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from shared.contracts.donations import GiftCorrected, GiftReceived, MonthlyGiftChanged
from shared.contracts.intake import ConsentChanged

FIRST = date(2006, 11, 1)


def consent(child: Any, version: int = 1, **more: Any) -> ConsentChanged:
    """The guardian of a child agrees that sponsors are shown it."""
    values = {
        "consent_id": UUID(int=UUID(child["child_id"]).int ^ 1),
        "version": version,
        "household_id": child["household_id"],
        "member_id": child["child_id"],
        "purpose": "sponsorship",
        "scopes": frozenset({"alias", "story"}),
        "agreed": True,
        "on": FIRST,
    }
    return ConsentChanged(**{**values, **more})


def gift(
    gift_id: UUID | None = None, status: str = "starting", version: int = 1, **more: Any
) -> MonthlyGiftChanged:
    """How a monthly gift stands that is for one child, if nothing else is said."""
    values = {
        "gift_id": gift_id or uuid7(),
        "version": version,
        "donor_id": uuid7(),
        "purpose": "education",
        "status": status,
        "children": 1,
        "on": FIRST,
    }
    return MonthlyGiftChanged(**{**values, **more})


def paid(
    gift_id: UUID, covers_from: date | None, covers_until: date | None, version: int = 2, **more: Any
) -> GiftCorrected:
    """A payment of a monthly gift covers these days."""
    values = {
        "payment_id": UUID(int=gift_id.int ^ 1),
        "version": version,
        "gift_id": gift_id,
        "purpose": "education",
        "counts": 10_000,
        "covers_from": covers_from,
        "covers_until": covers_until,
        "reason": "covered",
        "on": covers_from or FIRST,
    }
    return GiftCorrected(**{**values, **more})


def received(gift_id: UUID, **more: Any) -> GiftReceived:
    """Money of a monthly gift came, and nobody knows yet which days it covers."""
    fact = paid(gift_id, None, None, 1, reason="received", **more)
    return GiftReceived(**fact.model_dump())
