"""What a household needs, worked out from who is in it and the date."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.inventory.domain.households import Household, Member
from services.inventory.domain.items import Catalogue, Kind, Season
from services.inventory.domain.numbers import check_quantity
from services.inventory.domain.rules import Rules, period_of, season_of
from shared.contracts.intake import NeedKind


@dataclass(frozen=True)
class Need:
    """One line of what a household asks for: `quantity` base units of `item`.

    Food has its days, first and last included, and grams per day for all who eat of it (`per_day`). `near` is
    the depot to prefer before the region's own: the shelter in which the others of the household already are.
    """

    household_id: UUID
    member_id: UUID | None
    kind: Kind
    item: str
    quantity: int
    region: str
    rank: int
    registered_on: date
    first_day: date | None = None
    last_day: date | None = None
    per_day: int = 0
    near: str | None = None

    def __post_init__(self) -> None:
        check_quantity("a needed quantity", self.quantity, 1)
        if self.kind is Kind.PART:
            raise ValueError("parts go into kits; no household is given one")
        check_days(self.kind, self.quantity, self.first_day, self.last_day, self.per_day)


def check_days(kind: Kind, quantity: int, first: date | None, last: date | None, per_day: int) -> None:
    """Raise ValueError unless food has days and grams that add up, and all else has none."""
    if kind is not Kind.FOOD:
        if first is not None or last is not None or per_day:
            raise ValueError(f"only food has days, not {kind}")
        return
    if first is None or last is None or first > last:
        raise ValueError("food needs a first day that is not after its last day")
    check_quantity("grams per day", per_day, 1)
    if quantity != per_day * ((last - first).days + 1):
        raise ValueError(f"{quantity:,} g is not {per_day:,} g for each day from {first} to {last}")


def needs_of(household: Household, today: date, catalogue: Catalogue, rules: Rules) -> tuple[Need, ...]:
    """What a household needs from `today` on, of what it asked for; nothing once closed or empty."""
    if not household.active or not household.members:
        return ()
    needs: list[Need] = []
    if NeedKind.FOOD in household.needs and (ration := ration_need(household, today, rules)):
        needs.append(ration)
    if NeedKind.CLOTHING in household.needs:
        needs += [clothing_need(household, member, today, catalogue, rules) for member in household.members]
    if NeedKind.KIT in household.needs:
        needs.append(kit_need(household, catalogue))
    if NeedKind.SHELTER in household.needs:
        needs += [bed_need(household, member, catalogue) for member in household.members]
    return tuple(needs)


def ration_need(household: Household, today: date, rules: Rules, people: int | None = None) -> Need | None:
    """The ration from `today` (or registration) to the end of today's ration period, for all members or for
    `people`.

    None if nobody eats, food was not asked for, or the household is registered after the period, on a day that
    has not begun here: the renewal on the first day of the period in which it is registered makes that ration.
    """
    people = len(household.members) if people is None else people
    first, last = max(today, household.registered_on), period_of(today, rules.ration_period)[1]
    if not household.active or NeedKind.FOOD not in household.needs or people < 1 or first > last:
        return None
    return ration_line(household, first, last, people * rules.grams_per_person_day, rules)


def ration_line(household: Household, first: date, last: date, per_day: int, rules: Rules) -> Need:
    """Food for given days, `per_day` grams on each."""
    return Need(
        household_id=household.id,
        member_id=None,
        kind=Kind.FOOD,
        item=rules.ration_item,
        quantity=per_day * ((last - first).days + 1),
        region=household.region,
        rank=household.rank,
        registered_on=household.registered_on,
        first_day=first,
        last_day=last,
        per_day=per_day,
    )


def clothing_need(
    household: Household, member: Member, today: date, catalogue: Catalogue, rules: Rules
) -> Need:
    """One set in the member's size, for the season in which it is first worn."""
    season: Season = season_of(max(today, household.registered_on), rules)
    return _one(household, member, Kind.CLOTHING, catalogue.clothing_code(season, member.size))


def kit_need(household: Household, catalogue: Catalogue) -> Need:
    """One first-aid kit for the whole household."""
    return _one(household, None, Kind.KIT, catalogue.code_of(Kind.KIT))


def bed_need(household: Household, member: Member, catalogue: Catalogue, near: str | None = None) -> Need:
    """One place in a shelter for one member."""
    return _one(household, member, Kind.BED, catalogue.code_of(Kind.BED), near)


def _one(household: Household, member: Member | None, kind: Kind, item: str, near: str | None = None) -> Need:
    return Need(
        household_id=household.id,
        member_id=member.id if member else None,
        kind=kind,
        item=item,
        quantity=1,
        region=household.region,
        rank=household.rank,
        registered_on=household.registered_on,
        near=near,
    )
