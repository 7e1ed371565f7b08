"""Somebody who is to be a member: as they were said to be, and once that has been checked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from services.intake.domain.alike import Face
from services.intake.domain.people import Relation, Sex
from services.intake.identities import Identity, Known, Unfit, identity_of
from shared.contracts.intake import ClothingSize
from shared.outcomes import Refused, invalid
from shared.spreadsheets.dates import Written

HOW_TWINS = "if they are two, like newborn twins, tell them apart by name (Baby 1, Baby 2), sex or birth date"


@dataclass(frozen=True)
class Newcomer:
    """What was said of somebody: a birth date as far as it is known, or an age."""

    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | Written | None = field(repr=False)
    age: int | None = field(repr=False)
    sex: Sex
    size: ClothingSize
    relation: Relation
    languages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Person:
    """Somebody who can be a member; `row` of a register brings them, `by_age` if it tells no birth date."""

    identity: Identity
    sex: Sex
    size: ClothingSize
    relation: Relation
    languages: tuple[str, ...] = ()
    row: int | None = None
    by_age: bool = False

    @cached_property
    def face(self) -> Face:
        return self.identity.face(self.sex)


def is_present(face: Face, known: Iterable[Known]) -> bool:
    """Whether somebody of this name, sex and birth date is among those known, and has not left."""
    return any(each.left_on is None and each.face == face for each in known)


def person_of(said: Newcomer, today: date, where: str = "") -> Person | Refused:
    """Somebody as of today; `where` goes before the name of a field that cannot be taken."""
    try:
        identity = identity_of(said.given_name, said.family_name, said.birth_date, said.age, today)
    except Unfit as error:
        words = "Somebody cannot be registered; nothing was changed."
        return invalid(words, (where + error.part, str(error)))
    return Person(identity, said.sex, said.size, said.relation, said.languages)


def people_of(said: Sequence[Newcomer], today: date) -> tuple[Person, ...] | Refused:
    """All of them, or why the first of those who cannot be taken cannot be."""
    people: list[Person] = []
    for place, each in enumerate(said):
        person = person_of(each, today, f"members.{place}.")
        if isinstance(person, Refused):
            return person
        twin = next((at for at, other in enumerate(people) if other.face == person.face), None)
        if twin is not None:
            reason = f"is the same person as members.{twin}: {HOW_TWINS}"
            return invalid("Somebody is there twice; nothing was changed.", (f"members.{place}", reason))
        head = next((at for at, other in enumerate(people) if other.relation is Relation.HEAD), None)
        if person.relation is Relation.HEAD and head is not None:
            reason = f"members.{head} is head of this household already; a household has one"
            return invalid("Two are head; nothing was changed.", (f"members.{place}.relation", reason))
        people.append(person)
    return tuple(people)
