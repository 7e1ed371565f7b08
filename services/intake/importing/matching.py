"""Who of a household's members answers for which row of a register: each for one row at most.

A row is answered for only by somebody of the same folded name, whose sex and age do not speak against it. A father and
a son of one name are told apart by their ages, twins who are both called "Baby" by their sex.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.intake.commands.people import Person
from services.intake.domain.alike import Face, agrees, likeness, sex_agrees


@dataclass(frozen=True)
class Registered:
    """Somebody who is or was a member. `row` is the row of this very file that brought them, or answered for them."""

    mark: int
    face: Face
    left_on: date | None = None
    row: int | None = None


@dataclass
class Matched:
    """What the rows of a household are, each in one of the tables; `new` and `namesakes` together are new members."""

    already: dict[int, Registered] = field(default_factory=dict)
    left: dict[int, Registered] = field(default_factory=dict)
    twice: dict[int, int] = field(default_factory=dict)
    """By row, the row that has the same person."""
    unsure: dict[int, str] = field(default_factory=dict)
    """By row, what differs from somebody registered of the same name, for whom no other row answers."""
    new: dict[int, Person] = field(default_factory=dict)
    namesakes: set[int] = field(default_factory=set)


def match(people: Mapping[int, Person], known: Sequence[Registered], today: date) -> Matched:
    """Deal the rows to the members; those brought or claimed by an earlier row of this file are dealt already."""
    faces = {row: person.face for row, person in people.items()}
    result = Matched()
    present = [each for each in known if each.left_on is None]
    free = [each for each in present if each.row is None]
    result.already = _dealt(faces, free, today)
    claims = {each.mark: row for row, each in result.already.items()}
    claims |= {each.mark: each.row for each in present if each.row is not None}
    rest = {row: face for row, face in faces.items() if row not in result.already}
    for row, face in rest.items():
        for each in present:
            if agrees(each.face, face, today):
                result.twice[row] = claims[each.mark]
                break
    rest = {row: face for row, face in rest.items() if row not in result.twice}
    result.left = _dealt(rest, [each for each in known if each.left_on is not None], today)
    rest = {row: face for row, face in rest.items() if row not in result.left}
    unclaimed = [each for each in present if each.mark not in claims]
    for row, face in rest.items():
        other = next((each.face for each in unclaimed if each.face.name == face.name), None)
        twin = next((at for at in result.new if agrees(faces[at], face, today)), None)
        if twin is not None:
            result.twice[row] = twin
        elif other is not None:
            result.unsure[row] = "another birth date or age" if sex_agrees(other, face) else "another sex"
        else:
            result.new[row] = people[row]
    names = [each.face.name for each in known] + [faces[row].name for row in result.new]
    result.namesakes = {row for row in result.new if names.count(faces[row].name) > 1}
    return result


def _dealt(faces: Mapping[int, Face], members: Sequence[Registered], today: date) -> dict[int, Registered]:
    """Each member to one row and each row to one member, the likeliest pairs first."""
    pairs = [
        (likeness(each.face, face), row, place)
        for row, face in faces.items()
        for place, each in enumerate(members)
        if agrees(each.face, face, today)
    ]
    dealt: dict[int, Registered] = {}
    taken: set[int] = set()
    for _, row, place in sorted(pairs):
        if row not in dealt and place not in taken:
            dealt[row] = members[place]
            taken.add(place)
    return dealt
