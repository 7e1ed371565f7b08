"""What the demo tells of children, settlement and gatherings, with gifts and without."""

from collections.abc import Mapping
from typing import Any

from tests.support.traced import figures_from_facts
from tests.support.world import World

MET = {
    "hearings_attended": 1,
    "seminars_held": 1,
    "speakers_trainings_held": 1,
    "round_tables_held": 0,
    "workshops_held": 0,
    "members_meetings_held": 0,
    "language_needs_met": 2,
    "language_needs_unmet": 0,
    "talks_by_fieldworkers": 1,
    "talks_by_defectors": 1,
    "speakers_trained": 3,
    "non_members_invited": 4 + 3,
    "members_invited": 2 + 1,
    "settlement_helpers_missing": 0,
    "settlement_helpers_found": 1,
    "lessons_waiting": 0,
    "lessons_finished": 2,
    "people_settled": 2,
    "people_moved_on": 2,
    "prison_visits_arranged": 0,
}
AREAS = set(range(1, 9))


async def shows_what_people_did(world: World, found: Mapping[str, Any], *, gifts: bool) -> None:
    """Every figure of the plan is recorded, and those of areas 4 to 8 follow from the facts that were said."""
    _shows_school(found["school"], gifts=gifts)
    _shows_settlement(found["settlement"], gifts=gifts)
    _shows_gatherings(found["events"], gifts=gifts)
    assert {each["number"] for each in found["areas"]} == AREAS
    areas = {each["measure"]: each["actual"] for each in found["areas"]}
    assert not [measure for measure, actual in areas.items() if actual is None]
    expected = {**MET, "language_needs_met": 4 if gifts else 2, "prison_visits_arranged": 2 if gifts else 0}
    assert {name: areas[name] for name in MET} == expected
    above = {each["number"] for each in found["areas"] if each["actual"]}
    assert above == (AREAS if gifts else AREAS - {8})
    await _follows_from_facts(world, areas)


async def _follows_from_facts(world: World, areas: Mapping[str, int]) -> None:
    traced = dict(await figures_from_facts(world))
    waiting = areas["children_without_sponsor"] + areas["children_not_shown"]
    assert waiting == traced.pop("children_waiting")
    assert {name: areas[name] for name in traced} == traced


def _shows_school(school: Mapping[str, Any], *, gifts: bool) -> None:
    """Four children are held for three gifts; one gift lapses, and its child is offered again. One gets a letter."""
    assert [each["waiting_since"] for each in school["listed_later"]] == ["2007-05-03"]
    fees = [(each["due_on"], each["status"], each["paid"]) for each in school["fees"]]
    became, paid = ("paid", 12_000) if gifts else ("waiting", 0)
    assert fees == [("2007-02-01", became, paid), ("2007-03-01", became, paid)]
    children = {status: many for status, many in school["children"].items() if status != "listed"}
    if not gifts:
        assert children == {}
        assert (school["holds"], school["letters"]) == ({}, {})
        return
    assert school["letters"] == {"to_sponsor delivered": 1, "to_child delivered": 1}
    assert children == {"sponsored": 3, "offered_again": 1}
    assert school["holds"] == {"converted": 4}
    (again,) = school["offered_again"]
    assert again["waiting_since"] == "2006-11-01"
    assert "2007-03-01" < again["since"] < "2007-04-01"


def _shows_settlement(settlement: Mapping[str, Any], *, gifts: bool) -> None:
    """All three wishes are answered; without gifts there is no money for the grant."""
    assert settlement["wishes"] == {"grant": gifts, "helper": True, "lessons": True}
    assert (settlement["learners"], settlement["certificates"]) == ({"finished": 2}, 2)


def _shows_gatherings(events: Mapping[str, Any], *, gifts: bool) -> None:
    """Eight asked for the hearing's six seats; one seat was given up and used by the next in line."""
    kinds = {each["kind"]: each for each in events["gatherings"]}
    hearing = kinds["hearing"]
    assert (hearing["seats"], hearing["asked"], hearing["came"], hearing["others"]) == (6, 8, 6, 4)
    assert hearing["topics"] == ["arrest", "family"]
    assert {each["status"] for each in kinds.values()} == {"held"}
    assert events["slots"] == {"given": 2, "flagged": 1}
    helped = {"interpret done": 2, "accompany done": 1, "teach accepted": 1}
    assert events["needs"] == helped | ({"translate_letter done": 2} if gifts else {})
