"""Whose a payment is and what it is for: the gift of its subscription, or what a mark of ours names."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.donations.domain.days import CameOn, Sure
from services.donations.domain.funds import UNASSIGNED, Purpose
from services.donations.domain.marks import named_by
from services.donations.domain.money import Money
from services.donations.domain.monthly import belongs
from services.donations.domain.subscriptions import ended_on
from services.donations.paypal.said import Payer
from services.donations.repository import appeals, payments, subscriptions
from services.donations.repository.at_hand import AtHand
from shared.messaging.unit import Unit


@dataclass(frozen=True)
class Came:
    """A payment as one notice tells of it. What the notice does not say is None, and another may say it later.

    `happened_on` is the day of the notice's own time in the group's zone, never the day on which it was handled, and
    `sure` how sure that is; `turned_on` the day on which the provider took hold of it or let it go, if that is another
    one; `hold_reason` why it holds it, as its code.
    """

    provider: str
    transaction_id: str
    gross: Money
    happened_on: date
    fee: Money | None = None
    held: bool | None = None
    turned_on: date | None = None
    hold_reason: str | None = None
    subscription_id: str | None = None
    custom_id: str | None = None
    subscription: UUID | None = None
    gift_id: UUID | None = None
    appeal_id: UUID | None = None
    purpose: str = UNASSIGNED
    place: str = "paypal"
    sure: Sure = field(kw_only=True)
    marks: tuple[str, ...] = ()
    payer: Payer | None = None
    donor_id: UUID | None = None

    @property
    def came_on(self) -> CameOn:
        return CameOn(self.happened_on, self.sure)


@dataclass(frozen=True)
class Whose:
    """The gift that a payment belongs to, if it is known; what it is for, and the appeal that it is for."""

    gift_id: UUID | None = None
    purpose: str = UNASSIGNED
    appeal_id: UUID | None = None


async def whose_is(unit: Unit, came: Came) -> Whose:
    """Whose a payment is by what one notice says. What is charged after its gift's end is nobody's, and so is what no
    mark of ours names: a code that is unknown may be one that somebody typed wrong.
    """
    if came.gift_id is None and came.subscription_id is not None and came.subscription:
        gift = await payments.gift_of_subscription(unit.session, came.provider, came.subscription_id)
        end = ended_on(await subscriptions.ended(unit.session, came.subscription))
        mine = gift and belongs(came.happened_on, end)
        return Whose(gift["id"], gift["purpose"]) if gift and mine else Whose()
    if came.gift_id or came.purpose != UNASSIGNED:
        return Whose(came.gift_id, came.purpose, came.appeal_id)
    for each in named_by(came.marks):
        if isinstance(each, Purpose):
            return Whose(purpose=each.value)
        if appeal := await appeals.by_code(unit.session, each):
            return Whose(purpose=appeal.fund, appeal_id=appeal.id)
    return Whose()


def one_off(unit: Unit, came: Came, purpose: str) -> UUID | None:
    """The gift of a donor who gave once through a provider, written down for its payment; None if nobody is known."""
    if came.donor_id is None:
        return None
    gift_id = uuid7()
    row = {
        "id": gift_id,
        "kind": "one_off",
        "donor_id": came.donor_id,
        "on_behalf_of": None,
        "purpose": purpose,
    }
    own = {"provider": came.provider, "subscription_id": None, "on_day": came.happened_on}
    AtHand.of(unit.session).donors[gift_id] = came.donor_id
    payments.add_gift(unit.writes, {**row, **own, "actor": unit.actor.id})
    return gift_id
