"""Grants are paid in the field, out of what fieldworkers carry: of their fund, or of what was set aside for a grant.

The fund is locked by whoever calls: an advance and its grant are of one fund.
"""

from datetime import date
from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.commands.grants import LimitsOf, Payout, pay_out, why_not, written
from services.donations.domain import payouts as rules
from services.donations.domain.advances import RETURNED, Advance
from services.donations.domain.funds import FundKey
from services.donations.domain.grants import Grant
from services.donations.domain.ledger import Account, Entry, difference_of
from services.donations.domain.payouts import FIELD
from services.donations.ledger import MoneyLedger
from services.donations.repository import grants
from shared.outcomes import Refused, conflict, invalid


async def _of_fund(ledger: MoneyLedger, grant_id: UUID, key: FundKey) -> Grant | Refused:
    grant = await grants.find(ledger.unit.session, grant_id)
    if grant is None or grant.key != key:
        return invalid("There is no such grant of this fund.", ("grant_id", "is no grant of this fund"))
    return grant


async def pay_from_field(
    ledger: MoneyLedger,
    limits: LimitsOf,
    grant_id: UUID,
    payout: Payout,
    carried: Account,
    happened_on: date,
    *,
    own: bool = False,
) -> Entry | Refused:
    """A fieldworker paid a part of a grant out of what they carry of its fund, which is locked; it may be the grant's
    `own` money. Refused as `pay` is.
    """
    grant = await _of_fund(ledger, grant_id, carried.key)
    if isinstance(grant, Refused):
        return grant
    done = await pay_out(ledger, limits, grant, payout, carried, happened_on, own=own)
    return done if isinstance(done, Refused) else done.entry


async def send_out(ledger: MoneyLedger, limits: LimitsOf, grant_id: UUID, advance: Advance) -> Refused | None:
    """A fieldworker takes along what is set aside for a grant of a locked fund. Refused as `pay` is."""
    grant = await _of_fund(ledger, grant_id, advance.key)
    if isinstance(grant, Refused):
        return grant
    if refused := await why_not(ledger, limits, grant, advance.money(advance.amount), grant.set_aside):
        return refused
    ledger.grant(rules.carried(grant, advance.amount), grant)
    return None


async def bring_home(ledger: MoneyLedger, grant_id: UUID, amount: int) -> Refused | None:
    """What a fieldworker carried for a grant came back and is set aside for it; below 0, that was a mistake. Then it is
    refused if it is not set aside any more.
    """
    grant = await grants.find(ledger.unit.session, grant_id)
    assert grant, "what is carried for it keeps it"
    after = rules.carried(grant, -amount)
    if after.set_aside < 0:
        return conflict("What came back is paid already, or not set aside for its grant any more.")
    ledger.grant(after, grant)
    return None


async def take_from_field(
    ledger: MoneyLedger, grant_id: UUID, reference: UUID, entry: Entry, *, own: bool = False
) -> None:
    """What a fieldworker had paid of a grant was a mistake, and `entry` undid it: so much less is paid."""
    grant = await grants.find(ledger.unit.session, grant_id)
    assert grant, "what was paid for is never deleted"
    amount = difference_of(entry.lines, grant.key).balance
    payout = Payout(grant.money(amount), FIELD, "", f"undone {reference}")
    await written(ledger, grant, payout, entry)
    ledger.grant(rules.unpaid(grant, amount, carried=own), grant)


async def for_another(ledger: MoneyLedger, advance: Advance, grant_id: UUID | None) -> Refused | None:
    """Why a slip that paid this grant, or none, is none of an advance for a grant; None if it is, or that is over."""
    if advance.grant_id is None or grant_id == advance.grant_id:
        return None
    grant = await grants.find(ledger.unit.session, advance.grant_id)
    if grant is None or grant.ended:
        return None
    words = "This advance carries the money of a grant, and pays nothing else. Name that grant."
    return invalid(words, ("grant_id", "is not the grant of this advance"))


async def back_in_the_field(
    ledger: MoneyLedger, advance: Advance, slip: RowMapping, undone: Entry
) -> Refused | None:
    """The grant of a slip or return that was undone: less of it is paid, or set aside for it in its fund."""
    own = advance.grant_id is not None
    if slip["grant_id"]:
        own = own and slip["grant_id"] == advance.grant_id
        await take_from_field(ledger, slip["grant_id"], slip["id"], undone, own=own)
    elif slip["kind"] == RETURNED and advance.grant_id:
        return await bring_home(ledger, advance.grant_id, -slip["amount"])
    return None
