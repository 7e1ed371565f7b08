"""Gifts in kind: acknowledged without an amount, valued if the treasurer says so, listed by donor."""

from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping
from uuid_utils.compat import uuid7

from services.donations.api.models import LOOKING, TREASURER, Amount, AmountOut, Note, WithNote
from services.donations.commands import in_kind as commands
from services.donations.domain.in_kind import GiftInKind, Goods, differing, differs_words
from services.donations.queries import in_kind as lists
from services.donations.repository.in_kind import gift_in, goods_in
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work

router = APIRouter(prefix="/gifts-in-kind", tags=["gifts"])
Code = Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", examples=["rice"])]
MOST_LINES = 500
"""As many as a receipt of inventory's has."""


class GoodsBody(Body):
    """So much of an item, in a unit; both by their codes in inventory."""

    item: Code
    quantity: Annotated[int, Field(ge=1, le=10**12)]
    unit: Annotated[str, Field(max_length=10, pattern=r"^[A-Za-z]+$", examples=["g"])]

    def goods(self) -> Goods:
        return Goods(self.item, self.quantity, self.unit)


class NewGiftInKind(Body):
    """Goods that came. Inventory's receipt of them is acknowledged once."""

    receipt_id: UUID = Field(description="inventory's own id of the receipt")
    donor_id: UUID | None = Field(default=None, description="none if nobody knows who gave it")
    received_on: Day
    goods: Annotated[list[GoodsBody], Field(min_length=1, max_length=MOST_LINES)]

    def gift(self) -> GiftInKind:
        goods = tuple(each.goods() for each in self.goods)
        return GiftInKind(uuid7(), self.receipt_id, self.received_on, goods, self.donor_id)


class GiftInKindOut(BaseModel):
    """An acknowledgement of goods. It has no amount of money; `value` is what the treasurer had booked, if anything."""

    gift_id: UUID
    receipt_id: UUID
    donor_id: UUID | None
    received_on: date
    goods: list[GoodsBody]
    value: AmountOut | None
    undone: bool

    @classmethod
    def of(cls, gift: GiftInKind) -> Self:
        value = AmountOut.of(gift.value.minor, gift.value.currency) if gift.value else None
        same = {name: getattr(gift, name) for name in ("receipt_id", "donor_id", "received_on", "undone")}
        goods = [GoodsBody(**vars(each)) for each in gift.goods]
        return cls(gift_id=gift.id, **same, goods=goods, value=value)


class GiftInKindListed(GiftInKindOut):
    """An acknowledgement of goods beside what inventory received under its receipt."""

    differs: list[str] = Field(
        description="in what it is not as inventory received it; nothing if it is, or is undone"
    )
    told: int = Field(
        description="the version in which inventory told of the receipt last; 0 if it told of none"
    )
    seen: bool = Field(
        description="whether somebody has looked at that version, and said that it is right so"
    )

    @classmethod
    def in_list(cls, row: RowMapping) -> Self:
        """With the donor as merged since; none of an anonymous one."""
        gift, came = gift_in(row), None if row["came"] is None else goods_in(row["came"])
        found = [] if gift.undone else differing(gift.goods, came)
        words = [differs_words(each, told=came is not None) for each in found]
        shown_as = GiftInKindOut.of(gift).model_dump() | {
            "donor_id": None if row["anonymous"] else row["kept_id"]
        }
        return cls(**shown_as, differs=words, told=row["told"], seen=row["seen"])


@router.post("", status_code=201, dependencies=[TREASURER])
async def acknowledge(body: NewGiftInKind, work: Work) -> GiftInKindOut:
    """Goods came from a donor: acknowledged by what they are, without an amount of money."""

    async def do(unit: Unit) -> GiftInKindOut | Refused:
        return shown(await commands.acknowledge(unit, body.gift()), GiftInKindOut.of)

    return await work.once(GiftInKindOut, do)


class NewValue(Amount):
    """What goods are worth, and how that is known."""

    note: Note


@router.post("/{gift_id}/value", dependencies=[TREASURER])
async def set_value(gift_id: UUID, body: NewValue, work: Work) -> GiftInKindOut:
    """Say what goods are worth: it is booked, of no fund. A value that was said before is undone."""

    async def do(unit: Unit) -> GiftInKindOut | Refused:
        return shown(await commands.set_value(unit, gift_id, body.money, body.note), GiftInKindOut.of)

    return await work.once(GiftInKindOut, do)


class Seen(WithNote):
    """Why it is right so, and in which version of the receipt, as the list shows it."""

    version: Annotated[int, Field(ge=0, le=2**31 - 1, description="`told` of the list", examples=[1])]


@router.post("/{gift_id}/seen", dependencies=[TREASURER])
async def see(gift_id: UUID, body: Seen, work: Work) -> GiftInKindOut:
    """It differs from what inventory received, and is right so: it waits for nobody until inventory tells more."""

    async def do(unit: Unit) -> GiftInKindOut | Refused:
        return shown(await commands.see(unit, gift_id, body.version, body.note), GiftInKindOut.of)

    return await work.once(GiftInKindOut, do)


@router.post("/{gift_id}/undo", dependencies=[TREASURER])
async def undo(gift_id: UUID, body: WithNote, work: Work) -> GiftInKindOut:
    """It was acknowledged by mistake; the receipt can be acknowledged anew."""

    async def do(unit: Unit) -> GiftInKindOut | Refused:
        return shown(await commands.undo(unit, gift_id, body.note), GiftInKindOut.of)

    return await work.once(GiftInKindOut, do)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading,
    donor_id: UUID | None = None,
    differing: bool = False,
    limit: Limit = 100,
    after: After = None,
) -> Page[GiftInKindListed]:
    """Gifts in kind in the order in which they were acknowledged, each with what differs from inventory's receipt; with
    `donor_id` those of one donor, with `differing=true` those that differ, and that nobody has seen so.
    """
    found = await lists.gifts_in_kind(session, donor_id, limit + 1, place_of(after), differing=differing)
    return page_of(found, limit, GiftInKindListed.in_list, lambda row: row["id"])
