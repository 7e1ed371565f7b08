"""Whose a gift of a file is: a donor who is known, or one who is written down now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from services.donations import contacts
from services.donations.commands import donors
from services.donations.contacts import Alike, Contact
from services.donations.domain.donors import Choices
from services.donations.importing.rows import NEW, Gift
from shared.messaging.unit import Unit
from shared.people import digits_of, folded, mailbox
from shared.spreadsheets.cells import RowFault

MOST_NAMED = 3
Key = tuple[bool, str, str, str]


@dataclass
class Donors:
    """The donors of some rows of a file. Rows with the same name, mail and phone are of one donor; those that say `new`
    are of another one than those that do not.

    `found` are those whom rows meant, earlier ones of the file too; `made` those who are written down here.
    """

    unit: Unit
    found: dict[Key, UUID]
    made: dict[Key, Contact] = field(default_factory=dict)
    warnings: list[RowFault] = field(default_factory=list)

    async def make_again(self, made: Mapping[Key, Contact], rows: Sequence[Gift]) -> None:
        """Write donors down whom a dry run made and took back, as far as these rows may mean them."""
        keys = [_key(each.contact, new=each.new) for each in rows if each.contact]
        for known, contact in made.items():
            if any(_may_be_one(known, each) for each in keys):
                self.found[known] = (await donors.add(self.unit, contact, Choices())).id

    async def of(self, gift: Gift) -> UUID | RowFault:
        """Who gave it. A fault if it may be one of several, or somebody with another mail or phone.

        A bank's list has no more than a name: one donor who is called so is taken, and the row is to be looked at.
        """
        if gift.donor:
            return gift.donor
        assert gift.contact, "a row without a donor has a name"
        key = _key(gift.contact, new=gift.new)
        if key not in self.found:
            known = [] if gift.new else await contacts.like(self.unit.session, gift.contact)
            same = _the_same(known, gift.contact)
            if known and same is None:
                return RowFault(gift.row, "donor", _which(known))
            if same and not (gift.contact.mail or gift.contact.phone):
                words = (
                    f"the name alone says that it is donor {same}; write {NEW} into the column donor if not"
                )
                self.warnings.append(RowFault(gift.row, "name", words))
            self.found[key] = same or await self._add(key, gift.contact)
        return self.found[key]

    async def _add(self, key: Key, contact: Contact) -> UUID:
        self.made[key] = contact
        return (await donors.add(self.unit, contact, Choices())).id


def _key(contact: Contact, *, new: bool) -> Key:
    return new, folded(contact.name), mailbox(contact.mail or ""), digits_of(contact.phone or "")


def _may_be_one(one: Key, other: Key) -> bool:
    """Whether two are called or reached alike."""
    return any(mine and mine == theirs for mine, theirs in zip(one[1:], other[1:], strict=True))


def _the_same(known: Sequence[Alike], contact: Contact) -> UUID | None:
    """The one donor who is like this in all that the row says; None if there is none, or several."""
    said = {"name", *(each for each in ("mail", "phone") if getattr(contact, each))}
    same = [each.donor_id for each in known if said <= set(each.alike)]
    alone = len(said) > 1 or len(known) == 1
    return same[0] if len(same) == 1 and alone else None


def _which(known: Sequence[Alike]) -> str:
    ids = ", ".join(str(each.donor_id) for each in known[:MOST_NAMED])
    return f"must be said: it may be {ids}; write that id into this column, or {NEW} for somebody else"
