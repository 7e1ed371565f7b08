"""The others are told who is a member of the group and may be written to, and which donors are one person. No name."""

from uuid import UUID

from sqlalchemy import RowMapping

from services.donations.domain.donors import Choices, DonorKind
from services.donations.repository import donors
from shared.contracts.donations import DonorLinked, MembershipChanged
from shared.messaging.unit import Unit

TELL = "tell_donors"
"""The timer that tells of donors who were written down before anybody was told."""
AT_ONCE = 100


def membership(unit: Unit, donor_id: UUID, choices: Choices, said: int) -> int:
    """Tell whether a person is a member and may be written to, as version `said` + 1; returns the version told last.

    Nothing is told of an organisation, nor of a person who never was a member and never could be written to.
    """
    if choices.kind is not DonorKind.PERSON or not (choices.member or choices.may_write or said):
        return said
    fact = MembershipChanged(
        person_id=donor_id,
        version=said + 1,
        member=choices.member,
        language=choices.language,
        may_invite=choices.may_write,
        on=unit.today,
    )
    unit.say(fact)
    return fact.version


def link(unit: Unit, donor_id: UUID, kept_id: UUID | None, said: int) -> int:
    """Tell which donor this one is, or that it is nobody else; returns the version told."""
    unit.say(DonorLinked(donor_id=donor_id, version=said + 1, kept_id=kept_id, on=unit.today))
    return said + 1


def choices_of(row: RowMapping) -> Choices:
    """What a row says of a donor."""
    names = ("member", "anonymous", "may_write", "language")
    return Choices(DonorKind(row["kind"]), **{name: row[name] for name in names})


async def tell_untold(unit: Unit) -> None:
    """Tell of some who were never told of, and have the others told of next."""
    ids = await donors.untold(unit.session, AT_ONCE)
    for donor_id, row in (await donors.lock(unit.session, *ids)).items() if ids else ():
        values = {"membership_said": row["membership_said"], "link_said": row["link_said"]}
        if not row["membership_said"]:
            values["membership_said"] = membership(unit, donor_id, choices_of(row), 0)
        if row["merged_into"] and not row["link_said"]:
            values["link_said"] = link(unit, donor_id, row["merged_into"], 0)
        donors.set_said(unit, donor_id, values)
    if ids:
        unit.remind(TELL)
