from datetime import date, timedelta
from pathlib import Path

import pytest

from shared.cli import Trouble
from shared.cli.demo.chapters.inventory.goods import catalogue
from shared.cli.demo.command import PLAN
from shared.cli.demo.kits import kits_from
from shared.cli.demo.living import days
from shared.cli.demo.plan import Plan, load_plan
from shared.cli.load.reading import read
from shared.contracts.intake import ClothingSize

FIRST = date(2006, 11, 1)


@pytest.fixture(scope="module")
def plan() -> Plan:
    return load_plan(PLAN)


def changed(tmp_path: Path, old: str, new: str) -> Path:
    """The plan with one place changed."""
    text = PLAN.read_text()
    assert old in text
    path = tmp_path / "plan.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def test_the_plan_has_targets_in_all_eight_areas(plan: Plan) -> None:
    assert {target.area for target in plan.targets} == set(range(1, 9))


def test_two_tonnes_of_rice_come_on_the_first_of_each_winter_month(plan: Plan) -> None:
    rice = {each.due_on: each.quantity for each in plan.planned() if each.item == "rice"}
    months = [(2006, 11), (2006, 12), *((2007, month) for month in range(1, 6))]
    winter = {day: grams for day, grams in rice.items() if day <= plan.winter_until}
    assert winter == {date(year, month, 1): 2_000_000 for year, month in months}


def test_rice_for_133_people_comes_after_the_winter_too_until_the_plan_ends(plan: Plan) -> None:
    rice = {each.due_on: each.quantity for each in plan.planned() if each.item == "rice"}
    left = 20_000
    for day in days(plan.winter_until + timedelta(days=1), plan.last_day):
        left += rice.get(day, 0) - 133 * 500
        assert left >= 0, day


def test_there_is_no_rice_before_the_first_delivery(plan: Plan) -> None:
    assert all(plan.food.code not in stock.lines for stock in plan.opening)


@pytest.mark.parametrize("season", ["winter", "summer"])
def test_there_is_a_set_of_clothing_in_each_size(plan: Plan, season: str) -> None:
    sizes = {item.size for item in plan.items if item.kind == "clothing" and item.season == season}
    assert sizes == set(ClothingSize)


def test_each_reference_is_its_own_and_short_enough_for_the_store(plan: Plan) -> None:
    references = [each.reference for each in plan.planned()]
    assert len(set(references)) == len(references)
    assert max(map(len, references)) <= 100
    assert all(plan.owns(reference) for reference in references)
    assert not plan.owns(f"another-{references[0]}")


def test_the_catalogue_names_the_parts_of_each_kit(plan: Plan) -> None:
    sent = catalogue(plan)
    (kit,) = plan.kits
    assert {(part["kit"], part["part"], part["quantity"]) for part in sent["kit_parts"]} == {
        (kit.kit, part, quantity) for part, quantity in kit.parts.items()
    }
    assert all("shelf_life_days" not in item for item in sent["items"])
    assert not any({"price", "currency", "per"} & item.keys() for item in sent["items"])


def test_a_kit_costs_twenty_dollars_and_a_kilogram_of_rice_45_yen(plan: Plan) -> None:
    priced = [item.priced for item in plan.items if item.priced]
    assert priced == [
        {"item": "rice", "amount": 45, "currency": "JPY", "per": 1_000},
        {"item": "first-aid-kit", "amount": 2_000, "currency": "USD", "per": 1},
    ]


def test_goods_expire_so_many_days_after_they_came(plan: Plan) -> None:
    assert plan.expires_on("rice", FIRST) == date(2007, 11, 1)
    assert plan.expires_on("bed", FIRST) is None


def test_households_come_again_on_the_next_fetch_day_of_the_month(plan: Plan) -> None:
    assert plan.next_fetch_day(date(2006, 11, 1)) == date(2006, 11, 16)
    assert plan.next_fetch_day(date(2006, 12, 16)) == date(2007, 1, 1)
    assert plan.next_fetch_day(date(2006, 12, 11)) == date(2006, 12, 16)


def test_kits_are_put_together_from_what_is_there_and_what_was_left_over(plan: Plan) -> None:
    """40 thermometers and 10 scissors at first, then 20 scissors, then 30: 10, 20 and at last 10 kits, not 30."""
    kit = plan.kits[0].model_copy(update={"parts": {"thermometer": 1, "scissors": 1}})
    main = plan.opening[0].model_copy(update={"lines": {"thermometer": 40, "scissors": 10}})
    days = [date(2006, 12, 1), date(2007, 1, 1)]
    more = [
        plan.deliveries[0].model_copy(
            update={"name": name, "due_on": (day,), "lines": {"scissors": quantity}}
        )
        for name, day, quantity in (("a", days[0], 20), ("b", days[1], 30))
    ]
    small = plan.model_copy(update={"opening": (main,), "deliveries": tuple(more)})
    assert [kits_from(small, kit, day, FIRST) for day in (FIRST, days[0], date(2006, 12, 2), days[1])] == [
        10,
        20,
        0,
        10,
    ]


def test_what_was_due_before_the_first_day_makes_no_kits(plan: Plan) -> None:
    kit = plan.kits[0]
    first = date(2007, 1, 1)
    assert kits_from(plan, kit, first, first) == kits_from(plan, kit, FIRST, FIRST)


def test_kits_are_put_together_of_parts_that_have_not_expired(plan: Plan) -> None:
    """Ten salves until the 7th and no bandages; bandages on the 10th, and then four salves more."""
    kit = plan.kits[0].model_copy(update={"parts": {"antiseptic": 1, "bandage": 2}})
    main = plan.opening[0].model_copy(
        update={"lines": {"antiseptic": 10, "bandage": 4}, "expires_on": date(2006, 11, 7)}
    )
    days = [date(2006, 11, 10), date(2006, 11, 12)]
    lines = [{"bandage": 40}, {"antiseptic": 4}]
    more = [
        plan.deliveries[0].model_copy(update={"name": f"truck-{n}", "due_on": (day,), "lines": lines[n]})
        for n, day in enumerate(days)
    ]
    small = plan.model_copy(update={"opening": (main,), "deliveries": tuple(more)})
    assert [kits_from(small, kit, day, FIRST) for day in (FIRST, *days)] == [2, 0, 4]


def never(plan: Plan, *names: str) -> Plan:
    """The plan, of which these deliveries do not come."""
    return plan.model_copy(
        update={
            "deliveries": tuple(
                each.model_copy(update={"comes_on": "never"}) if each.name in names else each
                for each in plan.deliveries
            )
        }
    )


def test_goods_that_never_come_are_planned_and_late_and_make_no_kits(tmp_path: Path) -> None:
    where = 'name = "winter-rice"'
    plan = load_plan(changed(tmp_path, where, f'{where}\ncomes_on = "never"'))
    rice = [each for each in plan.planned() if each.name == "winter-rice"]
    assert len(rice) == 7
    assert not [each for each in plan.coming() if each.name == "winter-rice"]
    assert [each.due_on for each in plan.foods_late_on(date(2006, 12, 2))] == [date(2006, 12, 1)]
    assert plan.foods_late_on(date(2006, 12, 3)) == []
    parts = never(plan, "kit-parts")
    due = date(2006, 12, 11)
    assert kits_from(plan, plan.kits[0], due, FIRST) > 0
    assert kits_from(parts, plan.kits[0], due, FIRST) == 0
    assert parts.foods_late_on(date(2006, 12, 12)) == []


def test_a_store_that_is_loaded_plans_what_never_comes_too(tmp_path: Path) -> None:
    where = 'name = "winter-rice"'
    _, rows, bad = read(changed(tmp_path, where, f'{where}\ncomes_on = "never"'))
    assert bad == []
    planned = [each for each in rows if each.sheet == "deliveries" and each.values["name"] == "winter-rice"]
    assert len(planned) == 7
    assert all("comes_on" not in each.values for each in planned)


def test_households_come_when_food_comes_and_when_there_are_new_rations(plan: Plan) -> None:
    other = plan.model_copy(update={"fetch_days": (9,)})
    assert other.next_fetch_day(date(2006, 11, 20)) == date(2006, 12, 1)
    assert other.fetches_on(date(2006, 12, 1))
    truck = plan.deliveries[0].model_copy(update={"due_on": (date(2006, 11, 12),)})
    clothing = truck.model_copy(update={"due_on": (date(2006, 11, 10),), "lines": {"winter-M": 1}})
    early = other.model_copy(update={"deliveries": (truck, clothing)})
    assert early.next_fetch_day(date(2006, 11, 9)) == date(2006, 11, 12)
    assert never(early, truck.name).next_fetch_day(date(2006, 11, 9)) == date(2006, 12, 1)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            'name = "winter-rice"',
            'name = "winter-rice"\ncomes_on = "soon"',
            "deliveries.0.comes_on: is none of 'never'",
        ),
        (
            'name = "winter-rice"',
            'name = "winter-rice"\ncomes_on = 2006-12-09',
            "deliveries.0.comes_on: is none of 'never'",
        ),
        ("lines = { rice = 2_000_000 }", "lines = { rise = 2_000_000 }", "there is no item rise"),
        ('depot = "north-store"', 'depot = "south-store"', "there is no depot south-store"),
        ("lines = { rice = 2_000_000 }", "lines = { rice = 0 }", "is less than 1"),
        ("lines = { rice = 2_000_000 }", "lines = { rice = 1.5 }", "is no whole number"),
        ('size = "6m"', 'size = "7m"', "size"),
        ('code = "winter-12m"', 'code = "winter-6m"', "item winter-6m is given twice"),
        ("2006-12-01, 2007-01-01", "2006-12-01, 2006-12-01", "is given twice"),
        ("first_day = 2006-09-01", "first_day = 2008-09-01", "before it begins"),
        ('kind = "food"', 'kind = "bed"', "the plan has no food"),
        ("fetch_days = [1, 16]", "fetch_days = [31]", "fetch_days"),
        ("fetch_days = [1, 16]", "fetch_day = [1, 16]", "fetch_day"),
        ("area = 8", "area = 9", "area"),
        ('service = "intake"', 'service = "post office"', "service"),
    ],
)
def test_a_wrong_plan_is_refused_with_the_place_and_the_reason(
    tmp_path: Path, old: str, new: str, words: str
) -> None:
    with pytest.raises(Trouble, match=words):
        load_plan(changed(tmp_path, old, new))


def test_a_file_that_is_no_plan_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Trouble, match="not TOML"):
        load_plan(tmp_path / "plan.toml")
    with pytest.raises(Trouble, match="cannot be read"):
        load_plan(tmp_path / "nowhere.toml")
