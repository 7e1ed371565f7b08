"""A page of the book: some children, the gifts that have or had them, and what can be asked of both."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from services.sponsorship.domain.gifts import Gift
from services.sponsorship.domain.holds import Hold, Moment, Over, Role, Sponsorship, State
from services.sponsorship.domain.together import Apart, Care, why_apart


@dataclass
class Standing:
    """Some children with all holds on them that ever were, and the gifts of these.

    `helped` says of each child whether it needs a sponsor at all. `elsewhere` is how many children that are not on this
    page each gift has. `cares` has what protects the children. For those in `away`, who may come back, a gift keeps
    its place if they left after the day `kept_since`, and still if they are back and the two may not come together yet;
    `kept_elsewhere` is for how many other children each gift does. What has changed is in `changed`; sponsorships that
    never began after all are in `removed`. `spare` is how many places a gift had left, beside those it keeps, when it
    took the child of a hold or sponsorship that has changed.
    """

    helped: Mapping[UUID, bool]
    gifts: Mapping[UUID, Gift]
    holds: dict[UUID, Hold]
    sponsorships: dict[UUID, Sponsorship]
    moment: Moment
    new_id: Callable[[], UUID]
    elsewhere: Mapping[UUID, int] = field(default_factory=dict)
    cares: Mapping[UUID, Care] = field(default_factory=dict)
    away: Collection[UUID] = ()
    kept_since: date = date.max
    kept_elsewhere: Mapping[UUID, int] = field(default_factory=dict)
    changed: set[UUID] = field(default_factory=set)
    removed: set[UUID] = field(default_factory=set)
    spare: dict[UUID, int] = field(default_factory=dict)

    def save(self, each: Hold | Sponsorship) -> None:
        if isinstance(each, Hold):
            self.holds[each.id] = each
        else:
            self.sponsorships[each.id] = each
        self.changed.add(each.id)
        gift = self.gifts.get(each.gift_id)
        if gift and (each.active if isinstance(each, Sponsorship) else each.state is State.HELD):
            left = gift.wanted - self.placed(gift.id) - self.kept(gift.id, each.child_id)
            self.spare.setdefault(each.id, left)

    def apart(self, gift: UUID, child: UUID) -> Apart | None:
        """Why a gift and a child may not come together now; None if they may."""
        mine, care = self.gifts[gift], self.cares[child]
        return why_apart(
            declined=mine.declined,
            sponsor_incident=mine.paused,
            child_incident=care.incident,
            agreed=care.agreed_until is not None,
        )

    def main_of(self, child: UUID) -> Sponsorship | None:
        """The main sponsorship of a child now."""
        of_it = (each for each in self.sponsorships.values() if each.child_id == child and each.active)
        return next((each for each in of_it if each.role is Role.MAIN), None)

    def hold_of(self, child: UUID) -> Hold | None:
        """What keeps a child for a main sponsor now."""
        of_it = (each for each in self._holds(State.HELD) if each.child_id == child)
        return next((each for each in of_it if each.role is Role.MAIN), None)

    def was_sponsored(self, child: UUID) -> bool:
        return any(each.child_id == child and each.role is Role.MAIN for each in self.sponsorships.values())

    def shares(self, child: UUID) -> int:
        """What co-sponsors bear of a child's support, in ten-thousandths; the main sponsor bears the rest."""
        return sum(each.share for each in self._now() if each.child_id == child)

    def placed(self, gift: UUID) -> int:
        """How many children a gift has, held or sponsored."""
        return sum(each.gift_id == gift for each in self._now()) + self.elsewhere.get(gift, 0)

    def kept(self, gift: UUID, besides: UUID) -> int:
        """For how many children who may come back a gift keeps a place; for the child `besides` it may be its own."""
        left = (each for each in self.sponsorships.values() if each.gift_id == gift)
        late = {each.child_id for each in left if _left_after(self.kept_since, each)}
        if besides in late:
            return 0
        may_come = sum(each in self.away or self._is_back_but_apart(gift, each) for each in late)
        return may_come + self.kept_elsewhere.get(gift, 0)

    def _is_back_but_apart(self, gift: UUID, child: UUID) -> bool:
        """Whether a child that a gift had has no sponsor, and for the time being this one may not have it."""
        return self.is_free(child, Role.MAIN) and self.apart(gift, child) is not None

    def has(self, gift: UUID, child: UUID) -> bool:
        """Whether a gift keeps or supports this child now."""
        return any((each.gift_id, each.child_id) == (gift, child) for each in self._now())

    def has_by_another(self, gift: UUID, child: UUID, besides: UUID | None = None) -> bool:
        """Whether another gift of the same person, and not the one `besides`, keeps or supports this child now."""
        person = self.gifts[gift].person
        of_it = (each for each in self._now() if each.child_id == child)
        others = (each for each in of_it if each.gift_id not in (gift, besides))
        return person is not None and any(self.gifts[each.gift_id].person == person for each in others)

    def is_free(self, child: UUID, role: Role) -> bool:
        """Whether somebody may have the child: a main sponsor if nobody else is, another one beside."""
        free = not self.main_of(child) and not self.hold_of(child)
        return self.helped[child] and (free or role is Role.CO)

    def _now(self) -> list[Hold | Sponsorship]:
        """What keeps or supports a child now."""
        active = [each for each in self.sponsorships.values() if each.active]
        return [*active, *self._holds(State.HELD)]

    def _holds(self, state: State) -> list[Hold]:
        found = [each for each in self.holds.values() if each.state is state]
        return sorted(found, key=lambda each: (each.made_on, each.id))


def _left_after(day: date, each: Sponsorship) -> bool:
    """Whether a sponsorship was over after this day because its child left."""
    return each.reason is Over.CHILD_LEFT and each.ends_on is not None and each.ends_on > day
