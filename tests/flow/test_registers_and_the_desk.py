"""Registers beside what is done by hand: registering, leaving, closing, correcting; undoing an import; the doctor."""

import re
from typing import Any

import httpx
import pytest

from shared.cli import Trouble
from shared.cli.client import Services
from shared.cli.operate.own.intake.correcting import corrected
from shared.cli.operate.own.intake.households import looked_up
from shared.contracts.inventory import HandOutUndone
from shared.web.walls import MEANT
from tests.support.people import person
from tests.support.registers import book_of, child, csv_of, head, sent, table_of
from tests.support.world import World

pytestmark = pytest.mark.runs("intake", "inventory")

ROSAL, ROSIN = head("W-10", "Rosal"), child("W-10", "Rosin")


def said(row: dict[str, str], **more: Any) -> dict[str, Any]:
    """A row of a register as the API takes a person."""
    names = ("given_name", "family_name", "sex", "birth_date", "size", "relation")
    return {**{name: row[name] for name in names}, **more}


def reasons(report: Any, of: str = "errors") -> list[tuple[int, str]]:
    return [(each["row"], each["reason"]) for each in report[of]]


async def breaches(world: World) -> list[str]:
    return [each["name"] for each in await world.intake.get("/checks") if each["breaches"]]


async def found(world: World, ref: str) -> Any:
    (household,) = await world.intake.post("/households/find", {"register_ref": ref})
    return await world.intake.get(f"/households/{household['household_id']}")


async def test_nobody_comes_twice_whichever_way_they_came_first(world: World) -> None:
    nadia, baby = head("R-17", "Nadia"), child("R-17", "Piri", birth_date="2006-10-30", size="6m")
    household = await world.intake.register([said(nadia)], register_ref="R-17")
    joined = await world.intake.post(f"/households/{household['household_id']}/members", said(baby))
    report = await sent(world, csv_of([nadia, baby]))
    assert (report["people"], report["already_there"], report["error_count"]) == (0, 2, 0)
    again = await world.intake.try_post(f"/households/{household['household_id']}/members", said(baby))
    assert again.status_code == 409
    assert "already" in again.json()["detail"]
    other = await world.intake.try_post(
        "/households",
        {"region": "north", "arrived_on": "2006-10-20", "register_ref": "ｒ-17", "members": [said(nadia)]},
    )
    assert other.status_code == 409
    twins = {"region": "north", "arrived_on": "2006-10-20", "members": [said(baby), said(baby)]}
    assert "members.0" in (await world.intake.try_post("/households", twins)).text
    assert len(joined["members"]) == 2


async def test_who_left_and_who_is_of_a_closed_household_is_told_as_such(world: World) -> None:
    await sent(world, csv_of([ROSAL, ROSIN]))
    household = await found(world, "w-10")
    path = f"/households/{household['household_id']}"
    left = household["members"][1]["member_id"]
    await world.intake.post(f"{path}/members/{left}/leave", {})
    report = await sent(world, csv_of([ROSAL, ROSIN]))
    assert (report["already_there"], report["left"], report["people"]) == (1, 1, 0)
    ((row, reason),) = reasons(report)
    assert row == 3
    assert "left in household LF-06-0001 on 2006-11-01" in reason
    await world.intake.post(f"{path}/members", said(ROSIN))
    assert (await sent(world, csv_of([ROSAL, ROSIN])))["already_there"] == 2
    await world.intake.post(f"{path}/close", {"outcome": "settled"})
    report = await sent(world, csv_of([ROSAL, ROSIN]))
    assert (report["closed"], report["already_there"], report["bad_rows"]) == (2, 0, 2)
    assert all("closed on 2006-11-01: reopen it" in reason for _, reason in reasons(report))


async def test_a_child_who_moves_is_told_of_until_they_have_left_the_other_family(world: World) -> None:
    old = await world.intake.register([said(ROSAL), said(ROSIN)])
    new = await world.intake.register([said(head("W-11", "Rosa"))])
    joined = await world.intake.post(f"/households/{new['household_id']}/members", said(ROSIN))
    assert "present in another household" in (await world.intake.timeline(joined))[0]["summary"]
    assert await breaches(world) == ["nobody is present in two households"]
    moved = f"/households/{old['household_id']}/members/{old['members'][1]['member_id']}/leave"
    await world.intake.post(moved, {})
    assert await breaches(world) == []
    await world.settled()


async def test_a_head_who_leaves_leaves_a_question(world: World) -> None:
    household = await world.intake.register([said(ROSAL), said(ROSIN)])
    path = f"/households/{household['household_id']}/members"
    await world.intake.post(f"{path}/{household['members'][0]['member_id']}/leave", {})
    # Inventory may answer meanwhile, so it need not be the newest line.
    assert any("Who is head" in each["summary"] for each in await world.intake.timeline(household))
    right = {"relation": "head"}
    after = await world.intake.post(f"{path}/{household['members'][1]['member_id']}/correct", right)
    assert after["members"][1]["relation"] == "head"


async def test_a_member_is_corrected_and_the_timeline_has_no_value(world: World) -> None:
    household = await world.intake.register([said(ROSAL), said(ROSIN)], needs=["clothing"])
    path = f"/households/{household['household_id']}/members/{household['members'][1]['member_id']}/correct"
    named = await world.intake.post(path, {"given_name": "Rosina", "sex": "female"})
    assert named["version"] == household["version"]
    grown = await world.intake.post(
        path, {"size": "122", "languages": ["ko", "zh"], "birth_date": "1981-03-04"}
    )
    assert (grown["version"], grown["members"][1]["size"]) == (household["version"] + 1, "122")
    assert grown["members"][1]["age_band"] == "adult"
    timeline = await world.intake.timeline(household)
    assert "Corrected of a member: birth date, size, languages." in [each["summary"] for each in timeline]
    # Whole words: the three digits of a size stand in many an identifier.
    assert not {"Rosina", "1981-03-04", "122"} & set(re.findall(r"[\w-]+", str(timeline)))
    twin = {"given_name": "Rosal", "birth_date": "1980-05-17"}
    assert (await world.intake.try_post(path, twin)).status_code == 409
    assert (await world.intake.try_post(path, {})).status_code == 422
    shown = await world.intake.post(
        f"/households/{household['household_id']}/identities", {"reason": "to look at it"}
    )
    assert shown["identities"][1]["given_name"] == "Rosina"
    await world.settled()


async def test_an_import_is_undone_as_far_as_nothing_was_handed_out(world: World) -> None:
    await world.inventory.stock(rice=100_000)
    first = await sent(world, csv_of([ROSAL]))
    rows = [head("U-1", "Una"), head("U-2", "Uma"), head("U-3", "Ulla"), ROSIN]
    second = await sent(world, csv_of(rows))
    assert second["people"] == 4
    fed, grown = await found(world, "U-2"), await found(world, "U-3")
    await world.intake.post(f"/households/{grown['household_id']}/members", person(9))
    await world.settled()
    await world.inventory.hand_out(fed)
    await world.settled()
    before = await world.intake.get("/counts")
    path = f"/imports/{second['import_id']}/undo"
    undone = await world.intake.post(path)
    assert (undone["closed"], undone["people"]) == (1, 3)
    assert [(each["code"], "handed out" in each["reason"]) for each in undone["kept"]] == [
        (fed["code"], True)
    ]
    after = await world.intake.get("/counts")
    assert before["people"] - after["people"] == 3
    assert before["people_helped_now"] - after["people_helped_now"] == 3
    listed = (await world.intake.get("/imports"))["items"]
    assert [each["import_id"] for each in listed] == [second["import_id"], first["import_id"]]
    assert (listed[0]["people"], listed[0]["undone_by"], listed[0]["finished"]) == (4, "local-operator", True)
    assert listed[1]["undone_on"] is None
    assert await world.intake.post("/households/find", {"register_ref": "U-1"}) == []
    again = await world.intake.post(path)
    assert (again["closed"], again["people"], again["kept_count"]) == (0, 0, 1)
    right = await sent(world, csv_of(rows))
    assert (right["people"], right["already_there"]) == (3, 1)
    assert (await world.intake.try_post(f"/imports/{fed['household_id']}/undo")).status_code == 404


async def test_a_hand_out_that_was_undone_keeps_no_household_of_an_import(world: World) -> None:
    await world.inventory.stock(rice=100_000)
    rows = [head("U-1", "Una", needs="food"), head("U-2", "Uma", needs="food")]
    report = await sent(world, csv_of(rows))
    await world.settled()
    mistaken, fed = await found(world, "U-1"), await found(world, "U-2")
    async with world.listen(HandOutUndone) as heard:
        papers = [await world.inventory.hand_out(each) for each in (mistaken, fed)]
        why = {"reason": "the wrong household"}
        await world.inventory.post(f"/deliveries/{papers[0]['delivery_id']}/undo", why)
        (fact,) = await heard.until(bool)
    assert str(fact.hand_out_id) == papers[0]["delivery_id"]
    assert [(each.item, each.quantity, each.depot) for each in fact.lines] == [
        ("rice", 15_000, "depot-north")
    ]
    await world.settled()
    told = [each["summary"] for each in await world.intake.timeline(mistaken)]
    assert "Not handed out after all: rice 15,000 g at depot-north." in told
    undone = await world.intake.post(f"/imports/{report['import_id']}/undo")
    assert undone["closed"] == 1
    assert [each["code"] for each in undone["kept"]] == [fed["code"]]


async def test_undoing_the_only_import_of_a_household_that_others_left_is_refused_in_words(
    world: World,
) -> None:
    await sent(world, csv_of([ROSAL]))
    household = await found(world, "W-10")
    second = await sent(world, csv_of([ROSAL, ROSIN]))
    leaving = f"/households/{household['household_id']}/members/{household['members'][0]['member_id']}/leave"
    await world.intake.post(leaving, {})
    undone = await world.intake.post(f"/imports/{second['import_id']}/undo")
    assert (undone["closed"], undone["people"]) == (0, 0)
    assert "everybody else has left" in undone["kept"][0]["reason"]


BREAK = {
    "nobody is twice in one household": "UPDATE identity SET given = ' UNA ', family = 'testo'",
    "no two register references are one": "UPDATE household SET register_ref = 'ｗ-1' WHERE register_ref = 'W-2'",
    "nobody is present in two households": "UPDATE identity SET given = 'Una' WHERE given = 'Uma'",
}


@pytest.mark.parametrize("name", BREAK)
async def test_the_doctor_counts_people_who_are_there_twice(world: World, name: str) -> None:
    rows = [head("W-1", "Una"), child("W-1", "Ulla", birth_date="1980-05-17"), head("W-2", "Uma")]
    await sent(world, csv_of(rows))
    await world.settled()
    assert await breaches(world) == []
    world.servers.sql(BREAK[name], world.databases["intake"])
    assert name in await breaches(world)
    mended = "UPDATE identity SET given = member_id::text; UPDATE household SET register_ref = id::text"
    world.servers.sql(mended, world.databases["intake"])


REGISTER = table_of([head("X-1", "Visible")])
OTHER = table_of([head("X-2", "Hidden")])
COVER = [[None], ["This document was exported"]]
BOOKS: dict[str, Any] = {
    "a hidden sheet before it": (("old", "hidden", OTHER), ("Register 2006", "visible", REGISTER)),
    "a cover before it": (("Summary", "visible", COVER), ("Households", "visible", REGISTER)),
    "a blank sheet after it": (("Households", "visible", REGISTER), ("Sheet2", "visible", [])),
}


async def test_a_workbook_is_read_as_people_see_it(world: World) -> None:
    """Files that are taken come last: one person is registered by the first, and there for the others."""
    two = book_of(("Sheet", "visible", OTHER), ("Oct", "visible", REGISTER))
    refused = await sent(world, two, kind="xlsx")
    assert refused["status"] == 422
    assert '"Sheet", "Oct"' in refused["detail"]
    for place, sheets in enumerate(BOOKS.values()):
        report = await sent(world, book_of(*sheets), kind="xlsx")
        assert (report["rows"], report["people"], report["error_count"]) == (1, int(place == 0), 0)
    far = book_of(("Households", "visible", REGISTER), A200005=" ", B1000="")
    assert (await sent(world, far, kind="xlsx"))["already_there"] == 1
    note = book_of(("Households", "visible", REGISTER), AB2="a note")
    by_book = reasons(await sent(world, note, kind="xlsx"))
    cells = csv_of([head("X-1", "Visible")]).decode().rstrip("\n") + "," * 15 + "a note"
    assert by_book == reasons(await sent(world, cells.encode())) != []
    for part, first in (("\t", ""), (",", "sep=,\r\n"), (";", "sep=;\n")):
        assert (await sent(world, csv_of([head("X-1", "Visible")], part, first)))["already_there"] == 1
    empty = await sent(world, csv_of([]))
    assert "no rows under the headings" in empty["detail"]


MAPPING = """
[headings]
"가구 번호" = "household"
"성명" = "full_name"
"도착" = "arrived_on"
[values.sex]
"계집아이" = "female"
[fixed]
region = "north"
[options]
ignored = ["비고"]
size_from_age = true
"""


async def test_a_register_with_headings_and_values_of_its_own(world: World) -> None:
    lines = (
        "가구번호,성명,성별,생년월일,나이,관계,언어,도착,비고",
        "K-1,김 영희,여,1980-05-17,,가구주,한국어;중국어,2006-10-20,a note",
        "K-1,김철수,남,,7,아들,한국어,,",
        "K-1,남궁민,계집아이,,3,딸,,,",
    )
    report = await sent(world, "\n".join(lines).encode(), mapping=MAPPING)
    assert (report["people"], report["error_count"]) == (3, 0), report
    assert [row for row, reason in reasons(report, "warnings") if "by age" in reason] == [2, 3, 4]
    household = await found(world, "ｋ-1")
    told = [(each["sex"], each["size"], each["relation"]) for each in household["members"]]
    assert told == [("female", "M", "head"), ("male", "122", "child"), ("female", "98", "child")]
    assert household["members"][0]["languages"] == ["ko", "zh"]
    names = (
        await world.intake.post(f"/households/{household['household_id']}/identities", {"reason": "a look"})
    )["identities"]
    assert [(each["family_name"], each["given_name"]) for each in names] == [
        ("김", "영희"),
        ("김", "철수"),
        ("남궁", "민"),
    ]
    refused = await sent(world, "\n".join(lines).encode(), mapping="[headings]\nx = 'no_such'")
    assert "names columns that a register does not have" in refused["detail"]


async def test_a_household_has_one_head_whichever_way_a_second_one_comes(world: World) -> None:
    await world.start("intake")
    two = [person(0, relation="head"), person(1, relation="head")]
    body = {"region": "north", "arrived_on": "2006-10-20", "members": two}
    assert (await world.intake.try_post("/households", body)).status_code == 422
    household = await world.intake.register([person(0, relation="head"), person(1, relation="spouse")])
    path = f"/households/{household['household_id']}/members"
    first, second = (f"{path}/{each['member_id']}/correct" for each in household["members"])
    for where, said in ((path, person(2, relation="head")), (second, {"relation": "head"})):
        refused = await world.intake.try_post(where, said)
        assert refused.status_code == 409
        assert "head of this household" in refused.json()["detail"]
    assert (await world.intake.try_post(first, {"relation": "head"})).is_success
    await world.intake.post(first, {"relation": "spouse"})
    # Inventory may answer meanwhile, so it need not be the newest line.
    assert any("Who is head" in each["summary"] for each in await world.intake.timeline(household))
    corrected = await world.intake.post(second, {"relation": "head"})
    assert [each["relation"] for each in corrected["members"]] == ["spouse", "head"]
    await world.intake.post(f"{path}/{household['members'][1]['member_id']}/leave", {})
    assert (await world.intake.try_post(path, person(3, relation="head"))).is_success


async def test_the_command_line_finds_a_household_by_code_reference_or_id_and_corrects_a_member(
    world: World,
) -> None:
    await world.start("intake")
    first = await world.intake.register(2, register_ref="W-7")
    # A reference that looks like the first one's code.
    other = await world.intake.register(1, register_ref=first["code"])
    transport = httpx.ASGITransport(world.intake.app)
    client = httpx.AsyncClient(transport=transport, base_url="http://test", headers=MEANT)
    services = Services({"intake": client})
    for called in ("w-7", "Ｗ-7", first["household_id"], first["household_id"].upper()):
        assert [each["code"] for each in await looked_up(services, called)] == [first["code"]]
    both = await looked_up(services, first["code"].lower())
    assert {each["code"] for each in both} == {first["code"], other["code"]}
    assert [each["code"] for each in await looked_up(services, other["code"])] == [other["code"]]
    for unknown in ("LF-06-9999", "LF-06", "nobody", "\x00", "x" * 61):
        with pytest.raises(Trouble, match="LF-06-0042"):
            await looked_up(services, unknown)
    with pytest.raises(Trouble, match="Two households"):
        await corrected(services, first["code"], "1", {"size": "122"})
    after = await corrected(services, "W-7", "2", {"size": "122", "birth_date": "1998"})
    assert [each["size"] for each in after["members"]] == ["M", "122"]
    assert after["members"][1]["age_band"] == "school"
    with pytest.raises(Trouble, match="intake show"):
        await corrected(services, "W-7", "3", {"size": "122"})
    with pytest.raises(Trouble, match="birth_date"):
        await corrected(services, "W-7", "1", {"birth_date": "48.3.4"})
    await client.aclose()


async def test_a_child_moves_to_another_family_and_is_given_nothing_twice(world: World) -> None:
    await world.start("intake", "inventory")
    await world.inventory.stock(winter_M=10)
    rows = [head("M-1", "Mona"), child("M-1", "Mira", size="M"), head("M-2", "Mala")]
    await sent(world, csv_of(rows))
    await world.settled()
    here, there = await found(world, "M-1"), await found(world, "M-2")
    await world.inventory.hand_out(here)
    await world.settled()
    path = f"/households/{here['household_id']}/members/{here['members'][1]['member_id']}/move"
    to = {"to": there["household_id"], "relation": "child"}
    for body in ({**to, "relation": "head"}, {"to": here["household_id"]}):
        assert (await world.intake.try_post(path, body)).status_code == 409
    for wrong in ({"to": here["members"][0]["member_id"]}, {}):
        assert (await world.intake.try_post(path, wrong)).status_code in (404, 422)
    after = await world.intake.post(path, to)
    assert sorted(each["relation"] for each in after["members"]) == ["child", "head"]
    await world.settled()
    assert (await world.inventory.set_aside(after)).get("winter-M") == 1
    last = f"/households/{here['household_id']}/members/{here['members'][0]['member_id']}/move"
    assert "last member" in (await world.intake.try_post(last, {**to, "relation": "other"})).json()["detail"]
    again = await sent(world, csv_of(rows))
    assert (again["people"], again["already_there"], again["left"]) == (0, 2, 1)
    assert [(each["row"], "left in household" in each["reason"]) for each in again["errors"]] == [(3, True)]
    entries = [each["summary"] for each in await world.intake.timeline(there)]
    assert any(f"came from {here['code']}" in each for each in entries)
    assert await breaches(world) == []
    assert (await world.intake.get(f"/households/{here['household_id']}"))["people"] == 1
