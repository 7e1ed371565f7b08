"""`./relief load FILE`: a group's own store over the public interface; bad rows are named, twice is once."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import openpyxl
import pytest

from shared.cli.client import Services
from shared.cli.load.command import Loaded, load_file
from shared.contracts import SERVICES
from shared.web.walls import MEANT
from tests.support.world import World

STORE = """
name = "our-store"
items = [
  { code = "oil", name = "cooking oil", kind = "food", unit = "ml" },
  { code = "rice", name = "rice", kind = "food", unit = "g", shelf_life_days = 365 },
  { code = "soap", name = "soap", kind = "part", unit = "piece" },
  { code = "bucket", name = "bucket", kind = "part", unit = "piece" },
  { code = "hygiene-kit", name = "hygiene kit", kind = "kit", unit = "kit" },
  { code = "winter-M", name = "winter set M", kind = "clothing", unit = "set", season = "winter", size = "M" },
]
depots = [{ code = "border", name = "Border store", kind = "depot", region = "river" }]
[[kits]]
kit = "hygiene-kit"
depot = "border"
parts = { soap = 2, bucket = 1 }
[[opening]]
depot = "border"
lines = { rice = 500_000, soap = 40 }
[[opening]]
depot = "border"
expires_on = 2007-03-01
lines = { rice = 250_000 }
[[deliveries]]
name = "lorry"
depot = "border"
due_on = [2006-12-01, 2007-01-01]
lines = { rice = 300_000, oil = 20_000 }
[[targets]]
service = "inventory"
area = 2
measure = "people_fed"
words = "people fed"
target = 40
unit = "people"
"""
# What is wrong, and what is still taken: a row beside it.
BAD = """
items = [
  { code = "salt", name = "salt", kind = "food", unit = "g" },
  { code = "so wrong", name = "x", kind = "food", unit = "g" },
  { code = "winter-9", name = "x", kind = "clothing", unit = "set" },
  { code = "salt", name = "salt again", kind = "food", unit = "g" },
  { code = "winter-other", name = "winter M again", kind = "clothing", unit = "set", season = "winter", size = "M" },
  { code = "float", name = "x", kind = "food", unit = "g", shelf_life_days = 1.5 },
  { code = "tin", name = "tin", kind = "part", unit = "piece" },
  { code = "box", name = "box", kind = "kit", unit = "kit" },
]
depots = [{ code = "hill", name = "Hill store", kind = "depot", region = "hill" }, { code = "x" }]
surprise = 1
[[kits]]
kit = "box"
parts = { tin = 1, missing = 2 }
[[opening]]
depot = "hill"
lines = { salt = 5, missing = 5, tin = -1, rice = true }
[[opening]]
depot = "hill"
expires_on = 2006-01-01
lines = { salt = 7 }
[[opening]]
depot = "nowhere"
lines = { salt = 5 }
[[deliveries]]
name = "lorry"
depot = "hill"
due_on = [2006-12-01, "some day"]
lines = { salt = 100 }
[[targets]]
service = "nobody"
area = 2
measure = "x"
words = "x"
unit = "x"
[[targets]]
service = "inventory"
area = 2
measure = "people_feed"
words = "people fed"
unit = "people"
"""
FAULTS = {
    "surprise": "is not known here",
    "items, entry 2": "code must look like",
    "items, entry 3": "clothing has a season and a size",
    "items, entry 4": "is the same as items, entry 1",
    "items, entry 5": "one season and size",
    "items, entry 6": "shelf_life_days is no whole number",
    "items, entry 8": "what it is made of is bad",
    "depots, entry 2": "name is missing; kind is missing; region is missing",
    "kits, entry 1, missing": "there is no item missing in the file or the store",
    "kits, entry 1, tin": "a kit is taken whole",
    "opening, entry 1, missing": "there is no item missing",
    "opening, entry 1, tin": "quantity is less than 1",
    "opening, entry 1, rice": "neither text, number nor date",
    "opening, entry 2, salt": "2006-01-01 is past",
    "opening, entry 3, salt": "there is no depot nowhere",
    "deliveries, entry 1, salt on some day": "due_on",
    "targets, entry 1": "there is no service nobody",
    "targets, entry 2": "recorded are clothing_sets, first_aid_kits_assembled",
}


@pytest.fixture
async def services(bare_world: World) -> AsyncIterator[Services]:
    """Every service as the command reaches it; the store is empty."""
    await bare_world.start(*SERVICES)
    clients = {
        name: httpx.AsyncClient(
            transport=httpx.ASGITransport(bare_world.driver(name).app), base_url="http://test", headers=MEANT
        )
        for name in SERVICES
    }
    yield Services(clients)
    for client in clients.values():
        await client.aclose()


def written(folder: Path, text: str) -> Path:
    path = folder / "store.toml"
    path.write_text(text)
    return path


def faults(loaded: Loaded) -> dict[str, str]:
    return {each.place: each.reason for each in loaded.rows.bad}


async def held(services: Services) -> dict[str, Any]:
    """All that a file can bring in, as the services tell it."""
    shelves = [each async for each in services.each("inventory", "/stock")]
    planned = [each async for each in services.each("inventory", "/planned-deliveries")]
    return {
        "items": {each["code"] for each in await services.get("inventory", "/items")},
        "depots": {each["code"] for each in await services.get("inventory", "/depots")},
        "kits": {(e["kit"], e["part"], e["quantity"]) for e in await services.get("inventory", "/kit-parts")},
        "stock": {(each["depot"], each["item"]): each["on_hand"] for each in shelves if each["on_hand"]},
        "planned": {(each["item"], each["due_on"]): each["quantity"] for each in planned},
        "targets": {each["measure"]: each["target"] for each in await services.get("inventory", "/plan")},
    }


WHOLE: dict[str, Any] = {
    "items": {"oil", "rice", "soap", "bucket", "hygiene-kit", "winter-M"},
    "depots": {"border"},
    "kits": {("hygiene-kit", "soap", 2), ("hygiene-kit", "bucket", 1)},
    "stock": {("border", "rice"): 750_000, ("border", "soap"): 40},
    "planned": {
        ("rice", "2006-12-01"): 300_000,
        ("oil", "2006-12-01"): 20_000,
        ("rice", "2007-01-01"): 300_000,
        ("oil", "2007-01-01"): 20_000,
    },
    "targets": {"people_fed": 40},
}


async def test_a_store_is_loaded_and_loading_it_again_changes_nothing(
    services: Services, tmp_path: Path
) -> None:
    file = written(tmp_path, STORE)
    empty = await held(services)
    dry = await load_file(services, file, dry_run=True)
    assert faults(dry) == {}
    assert len(dry.rows.good) == 17
    assert await held(services) == empty
    for times in range(3):
        loaded = await load_file(services, file)
        assert faults(loaded) == {}
        assert sum(loaded.there.values()) == (17 if times else 0)
        assert await held(services) == WHOLE
        # The second file holds a store already and is loaded beside it.
        if times == 1:
            assert (await services.post("inventory", "/clock", {"to": "2006-11-20"}))["days"] == 19


async def test_bad_rows_are_named_and_the_good_ones_go_in(services: Services, tmp_path: Path) -> None:
    await load_file(services, written(tmp_path, STORE))
    before = await held(services)
    dry = await load_file(services, written(tmp_path, BAD), dry_run=True)
    assert await held(services) == before
    loaded = await load_file(services, written(tmp_path, BAD))
    found = faults(loaded)
    assert (faults(dry), dry.rows.good.keys()) == (found, loaded.rows.good.keys())
    assert found.keys() == FAULTS.keys()
    for place, words in FAULTS.items():
        assert words in found[place]
    store = await held(services)
    assert store["items"] == WHOLE["items"] | {"salt", "tin"}
    assert store["depots"] == {"border", "hill"}
    assert store["kits"] == WHOLE["kits"]
    assert store["stock"] == {**WHOLE["stock"], ("hill", "salt"): 5}
    assert store["planned"] == {**WHOLE["planned"], ("salt", "2006-12-01"): 100}


async def test_a_row_that_was_mended_goes_in_when_the_file_is_loaded_again(
    services: Services, tmp_path: Path
) -> None:
    await load_file(services, written(tmp_path, STORE.replace("soap = 40", "soup = 40")))
    assert ("border", "soap") not in (await held(services))["stock"]
    assert faults(await load_file(services, written(tmp_path, STORE))) == {}
    assert await held(services) == WHOLE


async def test_an_item_that_was_retired_stays_so_when_the_file_is_loaded_again(
    services: Services, tmp_path: Path
) -> None:
    await load_file(services, written(tmp_path, STORE))
    await services.post("inventory", "/items/hygiene-kit/retire", {}, "retire")
    assert faults(await load_file(services, written(tmp_path, STORE))) == {}
    items = {each["code"]: each["retired_on"] for each in await services.get("inventory", "/items")}
    assert [code for code, retired_on in items.items() if retired_on] == ["hygiene-kit"]


async def test_a_workbook_has_a_sheet_each(services: Services, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheets: dict[str, list[tuple[Any, ...]]] = {
        "Items": [
            ("code", "name", "kind", "unit"),
            ("rice", "rice", "food", "g"),
            ("tin", "tin", "nothing", "piece"),
        ],
        "depots": [("code", "name", "kind", "region"), ("border", "Border", "depot", "river")],
        "opening": [("depot", "item", "quantity", "expires_on"), ("border", "rice", 400, "2007-02-01")],
        "deliveries": [
            ("name", "depot", "item", "quantity", "due_on"),
            ("a", "border", "rice", 7, "2006-12-01"),
        ],
        "targets": [("service", "area", "measure")],
        "notes": [("anything",)],
    }
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.remove(book.worksheets[0])
    path = tmp_path / "store.xlsx"
    book.save(path)
    for _ in range(2):
        found = faults(await load_file(services, path))
        assert found.keys() == {"sheet notes", "items, row 3", "targets"}
        assert "kind is none of" in found["items, row 3"]
        assert "words is missing" in found["targets"]
        store = await held(services)
        assert store["stock"] == {("border", "rice"): 400}
        assert store["planned"] == {("rice", "2006-12-01"): 7}


async def test_the_demos_plan_is_loaded_whole(services: Services) -> None:
    from shared.cli.demo.command import PLAN

    loaded = await load_file(services, PLAN)
    assert faults(loaded) == {}
    assert len((await held(services))["items"]) == 38


REFUSED_BY_THE_STORE = """
items = [
  { code = "rice", name = "rice", kind = "food", unit = "kg" },
  { code = "winter-new", name = "winter", kind = "clothing", unit = "set", season = "winter", size = "L" },
  { code = "winter-too", name = "winter", kind = "clothing", unit = "set", season = "winter", size = "L" },
  { code = "sack", name = "sack", kind = "part", unit = "piece" },
  { code = "meal", name = "meal", kind = "kit", unit = "kit" },
]
depots = [{ code = "border", name = "Border", kind = "shelter", region = "river" }]
[[kits]]
kit = "meal"
parts = { sack = 1, oil = 1 }
[[opening]]
depot = "border"
expires_on = "2006-10-31"
lines = { sack = 5, rice = 5 }
[[opening]]
depot = "border"
lines = { meal = 1, soap = 999_999_999_999 }
[[deliveries]]
name = "cart"
depot = "border"
due_on = "2006.10.31"
lines = { sack = 5, oil = 5 }
"""


async def test_a_dry_run_tells_what_the_store_would_refuse(services: Services, tmp_path: Path) -> None:
    """The same places and words, whether the row names what is there or what is new in this file."""
    await load_file(services, written(tmp_path, STORE))
    before = await held(services)
    file = written(tmp_path, REFUSED_BY_THE_STORE)
    dry = await load_file(services, file, "more", dry_run=True)
    assert await held(services) == before
    loaded = await load_file(services, file, "more")
    assert faults(dry) == faults(loaded)
    assert (dry.rows.good.keys(), dry.there) == (loaded.rows.good.keys(), loaded.there)
    assert faults(loaded).keys() == {
        "items, entry 1",
        "items, entry 3",
        "items, entry 5",
        "depots, entry 1",
        "kits, entry 1, sack",
        "kits, entry 1, oil",
        "opening, entry 1, sack",
        "opening, entry 1, rice",
        "opening, entry 2, meal",
        "opening, entry 2, soap",
        "deliveries, entry 1, sack on 2006.10.31",
        "deliveries, entry 1, oil on 2006.10.31",
    }


async def test_a_dry_run_of_what_is_loaded_tells_that_it_was_there(
    services: Services, tmp_path: Path
) -> None:
    file = written(tmp_path, STORE)
    await load_file(services, file)
    dry, again = await load_file(services, file, dry_run=True), await load_file(services, file)
    assert dry.there == again.there
    assert sum(dry.there.values()) == 17
