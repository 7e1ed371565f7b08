"""Lists of guests as they are written in Japan, and guests who are written down twice by other spellings."""

from typing import Any

import pytest

from tests.support.sheets import CSV, XLSX, workbook
from tests.support.world import World

pytestmark = pytest.mark.runs("events")

HEADINGS = "氏名,Ｅメール,電話番号,言語,会員・非会員,人数,グループ,備考"
ROWS = (
    "山田　太郎,ｙａｍａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ,,日本語,会員,１,A組,車椅子",
    "山田 花子,hanako@example.org,,日本語,非会員,1名,Ａ組,",
    "金 英姫,,＋８１－３－００００－００００,韓国語,はい,,,",
    "Lee,lee@example.org,,ko,○,,,",
    "Park,park@example.org,,ko,×,,,",
    "Ono,ono@example.org,,ja,たぶん,,,",
    "Abe,abe@example.org,,ja,無,４,,",
    "Sato,sato at example.org,,ja,有,,,",
)
BAD = {(7, "member"), (8, "people"), (9, "mail")}


async def take(world: World, gathering: str, content: bytes, kind: str = "csv") -> dict[str, Any]:
    files = {"file": (f"guests.{kind}", content, CSV if kind == "csv" else XLSX)}
    answer = await world.events.client.post(f"/gatherings/{gathering}/imports", files=files)
    assert answer.is_success, answer.text
    return dict(answer.json())


async def kept(world: World, gathering: str) -> list[Any]:
    return [(await world.events.get(path))["items"] for path in (f"/gatherings/{gathering}/seats", "/guests")]


async def people(world: World, gathering: str) -> dict[str, bool]:
    """Names of those who have a seat, and whether each is a member."""
    found = {}
    for each in (await world.events.get(f"/gatherings/{gathering}/seats"))["items"]:
        shown = await world.events.post(f"/guests/{each['guest_id']}/contact", {"reason": "to compare"})
        found[shown["name"]] = each["member"]
    return found


async def test_a_list_as_it_is_written_in_japan_is_taken_and_a_bad_row_stops_no_good_one(
    world: World,
) -> None:
    gathering = await world.events.announced()
    text = "\r\n".join([HEADINGS, *ROWS])
    first = await take(world, gathering, text.encode("cp932"))
    assert {(each["row"], each["column"]) for each in first["errors"]} == BAD
    assert (first["rows"], first["seated"], first["already_there"]) == (8, 5, 0)
    assert not any(name in str(first) for name in ("Ono", "Abe", "sato"))
    # As a workbook and in UTF-8, it is the same list: nothing is changed.
    before = await kept(world, gathering)
    again = await take(
        world, gathering, workbook(*[row.split(",") for row in ROWS], headings=HEADINGS.split(",")), "xlsx"
    )
    for report in (again, await take(world, gathering, text.encode())):
        assert (report["seated"], report["already_there"], report["bad_rows"]) == (0, 5, 3)
    assert await kept(world, gathering) == before
    assert list((await people(world, gathering)).values()) == [True, False, True, True, False]


SPELLINGS = ("Kim@example.org", " KIM@Example.org ", "ｋｉｍ＠example.org", "kim+seminar@example.org")


async def test_a_mail_spelled_otherwise_is_the_same_guest_who_has_one_seat(world: World) -> None:
    """Alone, in one group, by a list, and once more after the seat was given up."""
    events = world.events
    gathering = await events.announced(seats=3)
    path = f"/gatherings/{gathering}/seats"
    everybody = [{"contact": {"name": "Kim", "mail": each}} for each in SPELLINGS]
    ids = {(await events.post("/guests", each))["guest_id"] for each in everybody}
    assert len(ids) == 1
    party = await events.post(path, {"guests": everybody, "guest_ids": [*ids, *ids]})
    assert (party["state"], len(party["people"])) == ("seated", 1)
    answer = await events.try_post(path, {"guests": everybody[1:2]})
    assert (answer.status_code, "Ask without them" in answer.text) == (409, True)
    rows = "\n".join(f"Kim,{each},g" for each in SPELLINGS)
    report = await take(world, gathering, f"name,mail,party\n{rows}\nLee,lee@example.org,g".encode())
    assert (report["already_there"], report["seated"], report["bad_rows"]) == (4, 0, 1)
    await events.party(gathering, party, "give-up")
    again = await take(world, gathering, f"name,mail,party\n{rows}\nLee,lee@example.org,g".encode())
    assert (again["already_there"], again["seated"], again["bad_rows"]) == (3, 2, 0)
    assert await events.counts(gathering) == (3, 2, 0)
    assert await events.states(gathering) == {"given_up": 1, "seated": 2}
