"""Grants: money asked for and set aside. Who comes first, and what is told.

Who must agree is in `deciding.py`, what becomes of a grant when money is paid in `payouts.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.donations.domain.funds import Fund, FundKey, Purpose
from services.donations.domain.money import MOST, Money
from shared.contracts.donations import GrantChanged, GrantStatus, GrantWhy
from shared.contracts.intake import GrantAsked, GrantStep
from shared.contracts.sponsorship import PaymentStep, SchoolPaymentDue

FUND_OF = {
    "protection": Purpose.PROTECTION,
    "resettlement": Purpose.RESETTLEMENT,
    "return": Purpose.RESETTLEMENT,
    "hospital": Purpose.MEDICAL,
    "family_visit": Purpose.FAMILY_VISITS,
    "prison_support": Purpose.FAMILY_VISITS,
    "school": Purpose.EDUCATION,
}
"""The fund that grants of a kind are paid from; of a kind that is not known, the general one."""


def fund_of(kind: str) -> str:
    """The fund that a grant of this kind is paid from."""
    return FUND_OF.get(kind, Purpose.GENERAL).value


SCHOOL = "school"
"""The kind of a grant that sponsorship asks for: what a child's school costs and no gift covers."""
SCHOOL_URGENCY = 2
"""Schools are paid by the days on which they are due; none comes before another one."""


def school_asked(fact: SchoolPaymentDue) -> GrantAsked:
    """What is due for a school, as a request for money like others. Its place in line is the day on which it is due."""
    return GrantAsked(
        request_id=fact.payment_id,
        version=fact.version,
        household_id=fact.household_id,
        household_version=fact.household_version,
        member_id=fact.member_id,
        kind=SCHOOL,
        estimate=fact.amount,
        urgency=SCHOOL_URGENCY,
        asked_on=fact.due_on,
        asked_by=fact.asked_by,
        raised_by=fact.raised_by,
        status=GrantStep.WITHDRAWN if fact.status == PaymentStep.WITHDRAWN else GrantStep.CHANGED,
        on=fact.on,
    )


class Ended(StrEnum):
    """How a grant can have ended."""

    REFUSED = GrantStatus.REFUSED.value
    SETTLED = GrantStatus.SETTLED.value
    CANCELLED = GrantStatus.CANCELLED.value


@dataclass(frozen=True)
class Grant:
    """Money for a household or a case, in minor units of one currency.

    So much as was `agreed_to`, by the rule or by people, may be promised and paid; of a grant that has become larger,
    that is what was agreed to before. `raised_by` are all who asked for more than was asked for before. `set_aside` is
    promised and not paid; `carried` is too, and a fieldworker has it. `urgency` counts from 0, the most urgent. A grant
    that has `ended` keeps what was paid of it and nothing else.
    `version` is the one that was heard last, `said` the one that was told last.
    """

    id: UUID
    kind: str
    currency: str
    wanted: int
    urgency: int
    asked_on: date
    household_id: UUID | None = None
    case_id: UUID | None = None
    member_id: UUID | None = None
    asked_by: str = ""
    raised_by: tuple[str, ...] = ()
    household_version: int = 0
    case_version: int = 0
    agreed_to: int = 0
    set_aside: int = 0
    paid: int = 0
    carried: int = 0
    ended: Ended | None = None
    reason: str = GrantWhy.ASKED.value
    version: int = 0
    said: int = 0

    @property
    def key(self) -> FundKey:
        return FundKey(fund_of(self.kind), self.currency)

    @property
    def owner(self) -> UUID:
        """The household or case that it is for; itself, if it is for neither."""
        return self.household_id or self.case_id or self.id

    @property
    def asked_for_by(self) -> frozenset[str]:
        """Who may not decide about it, by id: whoever asked for it, or ever asked for more."""
        return frozenset({self.asked_by, *self.raised_by} - {""})

    @property
    def missing(self) -> int:
        return 0 if self.ended else max(0, self.wanted - self.promised - self.paid)

    @property
    def due(self) -> int:
        """What it waits for in line: agreed to, and neither promised nor paid."""
        return 0 if self.ended else max(0, self.agreed_to - self.promised - self.paid)

    @property
    def undecided(self) -> bool:
        """Whether somebody still has to agree, to all of it or to what it has become larger by."""
        return not self.ended and self.agreed_to < self.wanted

    @property
    def promised(self) -> int:
        """What is promised and not paid, in its fund or with a fieldworker."""
        return self.set_aside + self.carried

    @property
    def place(self) -> tuple[int, date, UUID]:
        """Its place in line: the most urgent first, of those the oldest."""
        return self.urgency, self.asked_on, self.id

    @property
    def status(self) -> GrantStatus:
        """What the others are told it is."""
        if self.ended:
            return GrantStatus(self.ended.value)
        if self.paid:
            return GrantStatus.PAID if self.paid >= self.wanted else GrantStatus.PAID_PART
        if self.promised:
            return GrantStatus.SET_ASIDE
        return GrantStatus.UNDECIDED if self.undecided and not self.agreed_to else GrantStatus.WAITING

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)


def heard(before: Grant | None, fact: GrantAsked) -> Grant:
    """A request as intake tells of it now. Kind and currency stay as they were; what is set aside is settled later.

    ValueError for a request that is for nobody, or for a household and a case at once: it is forged, or a defect.
    """
    if (fact.household_id is None) == (fact.case_id is None):
        raise ValueError("a request for money is for a household or for a case")
    asked = Grant(
        id=fact.request_id,
        kind=fact.kind,
        currency=fact.estimate.currency,
        wanted=fact.estimate.amount,
        urgency=fact.urgency,
        asked_on=fact.asked_on,
        household_id=fact.household_id,
        case_id=fact.case_id,
        member_id=fact.member_id,
        asked_by=fact.asked_by or "",
        raised_by=fact.raised_by,
        household_version=fact.household_version or 0,
        case_version=fact.case_version or 0,
        version=fact.version,
    )
    if before is None:
        known = asked
    elif before.key != asked.key:
        return replace(before, version=fact.version)
    else:
        room = max(0, asked.wanted - before.paid - before.carried)
        aside = min(before.set_aside, room)
        known = replace(
            before,
            wanted=asked.wanted,
            urgency=asked.urgency,
            asked_by=before.asked_by or asked.asked_by,
            raised_by=asked.raised_by,
            agreed_to=min(before.agreed_to, asked.wanted),
            set_aside=aside,
            version=fact.version,
        )
        # The day on which a school is to be paid can change; that on which money was asked for cannot.
        known = replace(known, asked_on=asked.asked_on) if known.kind == SCHOOL else known
    if known.ended or fact.status == GrantStep.WITHDRAWN:
        return known if known.ended else ended(known, Ended.CANCELLED, GrantWhy.WITHDRAWN.value)
    return reworded(known)


def told(grant: Grant, held: int, on: date) -> GrantChanged:
    """What the others are told of a grant; `held` is what PayPal still holds of its fund."""
    return GrantChanged(
        grant_id=grant.id,
        version=grant.said,
        household_id=grant.household_id,
        case_id=grant.case_id,
        kind=grant.kind,
        status=grant.status.value,
        set_aside=grant.money(grant.promised).as_part,
        paid=grant.money(grant.paid).as_part,
        missing=grant.money(grant.missing).as_part,
        held=grant.money(min(held, MOST)).as_part if grant.missing and held else None,
        reason=grant.reason,
        on=on,
    )


def serve(fund: Fund, waiting: Iterable[Grant]) -> list[Grant]:
    """Set aside what is free for those who wait, in their order: whole, or in part while something is left.

    Returns those that have more set aside than before. Of 1,000 free and fifty grants of 100, ten are served. What
    nobody has agreed to yet is passed over, however urgent it is: it would keep money from those who could be paid.
    """
    free, served = max(0, fund.free), []
    for each in sorted(waiting, key=lambda grant: grant.place):
        more = min(each.due, free)
        if more:
            free -= more
            served.append(reworded(replace(each, set_aside=each.set_aside + more)))
    return served


def cut_back(fund: Fund, promised: Iterable[Grant]) -> list[Grant]:
    """Take back what is promised and no longer there, from the last in line first. Returns those that have less."""
    lacking, cut = max(0, -fund.free), []
    for each in sorted(promised, key=lambda grant: grant.place, reverse=True):
        less = min(each.set_aside, lacking)
        if less:
            lacking -= less
            cut.append(replace(each, set_aside=each.set_aside - less, reason=GrantWhy.TAKEN_BACK.value))
    return cut


def reworded(grant: Grant) -> Grant:
    """The grant with the reason that its amounts give."""
    short = GrantWhy.PART_THERE if grant.promised else GrantWhy.NOTHING_LEFT
    why = GrantWhy.UNDECIDED if grant.undecided else short if grant.missing else GrantWhy.ALL_THERE
    return replace(grant, reason=why.value)


def ended(grant: Grant, how: Ended, why: str) -> Grant:
    """The grant is over: what was set aside and not paid is free again; what is carried is, once it is back."""
    return replace(grant, set_aside=0, carried=0, ended=how, reason=why)


def over(grant: Grant, closed_in: int) -> Grant:
    """The grant, cancelled if its household or case was closed after it was asked for; what has ended stays as it is.

    `closed_in` is the version in which that was closed last, 0 if it never was. A case that was closed in version 4 and
    reopened in 5: a grant of version 3 ends, however late the news of 4 come; one of version 5 goes on.
    """
    known = grant.case_version if grant.case_id else grant.household_version
    if grant.ended or closed_in <= known or grant.owner == grant.id:
        return grant
    why = GrantWhy.CASE_CLOSED if grant.case_id else GrantWhy.HOUSEHOLD_CLOSED
    return ended(grant, Ended.CANCELLED, why.value)
