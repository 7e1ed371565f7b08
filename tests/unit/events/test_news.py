"""Who is told several things is told them together, at a cost that grows with how many there are."""

from collections import Counter
from typing import ClassVar
from uuid import UUID

from services.events.repository.news import Untold, by_person
from services.events.tables import SEAT, SLOT
from tests.support.helpdesk import new_id


class Counted(Untold):
    """Counts how often anybody asks of whom it speaks."""

    asked: ClassVar = Counter[str]()

    @property
    def person(self) -> UUID | str | None:
        self.asked["person"] += 1
        return super().person


def thing(contact_id: UUID | None, alias: str | None, words: str) -> Untold:
    table = SEAT if contact_id else SLOT
    return Counted(table, new_id(), contact_id, alias, "guest", words, "ja", no_contact=False, told=False)


def test_all_things_of_one_person_are_told_together_and_each_is_looked_at_once() -> None:
    people: list[tuple[UUID | None, str | None]] = [(new_id(), None) for _ in range(1500)]
    people += [(None, f"Alias {number}") for number in range(500)]
    things = [thing(*who, words) for words in ("moved", "freed") for who in people]
    Counted.asked.clear()
    told = by_person(things)
    assert Counted.asked["person"] == len(things)
    assert [(each[0].contact_id, each[0].alias) for each in told] == people
    assert {tuple(one.words for one in each) for each in told} == {("moved", "freed")}
