"""What donations says: gifts that arrived and what still counts of them, how monthly gifts stand, and grants."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.base import Code, Contract, Language, Money, Version

WHOLE = 10_000
"""The share of a payment that counts while nothing of it was given back."""


class GiftWhy(StrEnum):
    """The known reasons why a gift is as it is."""

    RECEIVED = "received"
    REFUNDED = "refunded"
    REVERSED = "reversed"
    DISPUTED = "disputed"
    RESOLVED = "resolved"
    CORRECTED = "corrected"
    ASSIGNED = "assigned"
    COVERED = "covered"
    """It is known, or known better, which months it covers."""


class GiftState(Contract):
    """A payment and what still counts of it, whole: a later version replaces an earlier one. Never how much it was.

    `counts` is in ten-thousandths: after a refund of a quarter it is 7,500. A payment of a monthly gift covers the days
    from `covers_from` up to `covers_until`, which it does not cover any more. Neither is known when the money comes: a
    correction tells both soon after. Of parts of a month the one that completes it covers it. `on` is the day
    of this fact.
    """

    payment_id: UUID
    version: Version
    gift_id: UUID | None = None
    donor_id: UUID | None = None
    appeal_id: UUID | None = None
    purpose: Code
    counts: Annotated[int, Field(ge=0, le=WHOLE)]
    covers_from: date | None = None
    covers_until: date | None = None
    reason: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.payment_id


class GiftReceived(GiftState):
    """Money came: version 1 of the payment."""

    wire: ClassVar[str] = "donations.gift_received.v1"


class GiftCorrected(GiftState):
    """A payment counts for less or more than was said before, or for another purpose."""

    wire: ClassVar[str] = "donations.gift_corrected.v1"


class MonthlyGiftStatus(StrEnum):
    """The known states of a monthly gift. On the wire it is text."""

    STARTING = "starting"
    """Nothing was paid yet."""
    ACTIVE = "active"
    AT_RISK = "at_risk"
    """A payment failed, is late or is disputed; the grace may be over soon."""
    LAPSED = "lapsed"
    """Nothing came within the grace. A payment that comes later makes it active again."""
    ENDED = "ended"
    """The donor or the provider ended it, for good."""


class MonthlyGiftChanged(Contract):
    """How a monthly gift stands, whole: a later version replaces an earlier one. Never how much it is.

    `covered_until` is the first day that no payment covers; after `grace_until` a gift at risk lapses. `children` are
    those whom the donor wants to support, and `correspondence` says whether by letters too.
    """

    wire: ClassVar[str] = "donations.monthly_gift_changed.v1"

    gift_id: UUID
    version: Version
    donor_id: UUID | None = None
    purpose: Code
    status: Code
    children: Annotated[int, Field(ge=0, le=50)] = 0
    covered_until: date | None = None
    grace_until: date | None = None
    correspondence: bool = False
    on: date

    @property
    def subject(self) -> UUID:
        return self.gift_id


class GrantStatus(StrEnum):
    """The known states of a grant. On the wire it is text."""

    UNDECIDED = "undecided"
    """Somebody has to agree before anything is set aside for it."""
    WAITING = "waiting"
    """Nothing is set aside for it."""
    SET_ASIDE = "set_aside"
    """Something is set aside for it, and nothing paid."""
    PAID_PART = "paid_part"
    PAID = "paid"
    SETTLED = "settled"
    """All that is going to be paid was paid, and what was left over went back."""
    REFUSED = "refused"
    CANCELLED = "cancelled"


class GrantWhy(StrEnum):
    """The known reasons why a grant is as it is."""

    ASKED = "asked"
    ALL_THERE = "all_there"
    """The whole amount is set aside or paid."""
    PART_THERE = "part_there"
    """`missing` is not there yet."""
    NOTHING_LEFT = "nothing_left"
    """The fund has nothing free; it is served when money comes."""
    UNDECIDED = "undecided"
    """Somebody still has to agree to it, or to what it has become larger by; nothing is set aside for that."""
    TAKEN_BACK = "taken_back"
    """Money that was set aside for it is no longer there."""
    HOUSEHOLD_CLOSED = "household_closed"
    CASE_CLOSED = "case_closed"
    WITHDRAWN = "withdrawn"
    REFUSED_BY_PERSON = "refused_by_person"
    NO_CAPACITY = "no_capacity"
    NO_LONGER_NEEDED = "no_longer_needed"
    NOT_REACHED = "not_reached"
    OTHER = "other"


class NotPaid(StrEnum):
    """The reasons that whoever refuses a grant may give."""

    REFUSED_BY_PERSON = GrantWhy.REFUSED_BY_PERSON.value
    NO_CAPACITY = GrantWhy.NO_CAPACITY.value
    NO_LONGER_NEEDED = GrantWhy.NO_LONGER_NEEDED.value
    NOT_REACHED = GrantWhy.NOT_REACHED.value
    OTHER = GrantWhy.OTHER.value


class GrantChanged(Contract):
    """What became of a request for money, whole: a later version replaces an earlier one.

    It is for a household or for a case. `set_aside` is promised and not paid yet, `missing` is neither; `held` is money
    of the same fund that has come and cannot be spent yet.
    """

    wire: ClassVar[str] = "donations.grant_changed.v1"

    grant_id: UUID
    version: Version
    household_id: UUID | None = None
    case_id: UUID | None = None
    kind: Code
    status: Code
    set_aside: Money
    paid: Money
    missing: Money
    held: Money | None = None
    reason: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.grant_id


class AppealStatus(StrEnum):
    """The known states of an appeal. On the wire it is text."""

    OPEN = "open"
    FUNDED = "funded"
    """As much has come as is needed; a refund opens it again."""
    ORDERED = "ordered"
    MET = "met"
    """What was needed is there, by whatever road."""
    CLOSED_SHORT = "closed_short"
    WITHDRAWN = "withdrawn"
    """It is needed no longer."""


class AppealChanged(Contract):
    """An appeal for what is missing, whole: a later version replaces an earlier one.

    `quantity` is what is missing of `item`, in base units, and `target` what that costs. Only money in the target's
    currency counts as `raised`.
    """

    wire: ClassVar[str] = "donations.appeal_changed.v1"

    appeal_id: UUID
    version: Version
    item: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")] | None = None
    quantity: Annotated[int, Field(ge=0, le=10**12)] | None = None
    target: Money
    raised: Money
    status: Code
    on: date

    @property
    def subject(self) -> UUID:
        return self.appeal_id


class MembershipChanged(Contract):
    """Whether a person is a member of the group, whole: a later version replaces an earlier one.

    `may_invite` says whether the person agrees to be written to. Who it is, donations alone knows.
    """

    wire: ClassVar[str] = "donations.membership_changed.v1"

    person_id: UUID
    version: Version
    member: bool
    language: Language
    may_invite: bool
    on: date

    @property
    def subject(self) -> UUID:
        return self.person_id


class DonorLinked(Contract):
    """Two entries of donors are one person, or are two again, whole: a later version replaces an earlier one.

    `kept_id` is the entry that stands for both; None when they were parted.
    """

    wire: ClassVar[str] = "donations.donor_linked.v1"

    donor_id: UUID
    version: Version
    kept_id: UUID | None = None
    on: date

    @property
    def subject(self) -> UUID:
        return self.donor_id
