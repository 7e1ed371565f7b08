"""S4 with S9: somebody who knows both languages translates a letter, and nothing of it leaves sponsorship."""

from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.sponsorship import HelperAsked
from tests.support.correspondence import ALL_CLEAR, BORIS, Correspondence
from tests.support.world import FIRST_DAY, World

KOREAN_TO_JAPANESE = {"language": "ko", "into": "ja", "level": "cefr:c1", "modes": ["written"]}
DUE = FIRST_DAY + timedelta(days=30)
WANTED = {"into": "ja", "due_on": str(DUE)}
TEXT = "Canary words of a child."


async def wanted(staff: Correspondence, letter: str) -> dict[str, Any]:
    """What was asked last for a letter, once nothing is left to be handled."""
    await staff.world.at_rest()
    return dict((await staff.world.sponsorship.get(f"/letters/{letter}/translators"))[-1])


async def passed_on(staff: Correspondence, letter: str) -> None:
    await staff.do(f"/{letter}/mask", {"text": "I like to draw."})
    await staff.do(f"/{letter}/check", ALL_CLEAR, BORIS)
    await staff.do(f"/{letter}/deliver")


async def test_a_letter_is_translated_by_a_volunteer_whose_hours_are_told_after_it_was_passed_on(
    world: World,
) -> None:
    staff, events = await Correspondence.begun(world), world.events
    letter = await staff.comes(TEXT)
    async with world.listen(HelperAsked) as heard:
        need = (await staff.do(f"/{letter}/translator", WANTED))["need_id"]
        assert (await staff.do(f"/{letter}/translator", WANTED))["need_id"] == need, (
            "asked twice, wanted once"
        )
        asked = await heard.until(lambda facts: len(facts) == 1)
    assert all(TEXT not in each.model_dump_json() and letter not in each.model_dump_json() for each in asked)
    assert (await wanted(staff, letter))["status"] == "unmet"
    await events.helper({**KOREAN_TO_JAPANESE, "into": "en"}, tasks=("translate_letter",))
    fits = await events.helper(KOREAN_TO_JAPANESE, tasks=("translate_letter",))
    (one,) = (await events.need(need, "offered"))["assignments"]
    assert one["volunteer_id"] == fits
    await events.accept(await events.need(need, "offered"))
    assert (await wanted(staff, letter))["status"] == "accepted"
    await staff.do(f"/{letter}/read", {"reason": "translating", "what": "original"})
    await passed_on(staff, letter)
    shown = await wanted(staff, letter)
    assert (shown["open"], shown["status"]) == (True, "accepted"), "the hours are still to be told"
    await events.post(f"/assignments/{one['assignment_id']}/done", {"minutes": 45})
    assert (await wanted(staff, letter))["status"] == "done"


async def test_a_second_translation_is_a_need_of_its_own(world: World) -> None:
    staff, events = await Correspondence.begun(world), world.events
    letter = await staff.comes(TEXT)
    await events.helper(KOREAN_TO_JAPANESE, tasks=("translate_letter",))
    first = (await staff.do(f"/{letter}/translator", WANTED))["need_id"]
    await events.accept(await events.need(first, "offered"))
    (one,) = (await events.need(first, "accepted"))["assignments"]
    await events.post(f"/assignments/{one['assignment_id']}/done", {"minutes": 45})
    assert (await wanted(staff, letter))["status"] == "done"
    assert (await staff.do(f"/{letter}/translator", WANTED))["need_id"] == first
    second = (await staff.do(f"/{letter}/translator", {**WANTED, "into": "en", "version": 1}))["need_id"]
    assert second != first
    assert (await events.need(second, "unmet"))["reason"] != "found"
    shown = await events.get(f"/needs/{first}")
    assert [each["state"] for each in shown["assignments"]] == ["done"], "the hours are kept"


@pytest.mark.parametrize("end", ["returned", "passed_on", "withdrawn"])
async def test_a_letter_that_is_over_wants_no_translator(world: World, end: str) -> None:
    staff, events = await Correspondence.begun(world), world.events
    letter = await staff.comes(TEXT)
    need = (await staff.do(f"/{letter}/translator", {"into": "en", "due_on": str(DUE)}))["need_id"]
    otherwise = {**WANTED, "version": 1}
    assert (await staff.do(f"/{letter}/translator", otherwise))["need_id"] == need, "asked otherwise"
    fits = await events.helper(KOREAN_TO_JAPANESE, tasks=("translate_letter",))
    await events.accept(await events.need(need, "offered"))
    await world.at_rest()
    if end == "returned":
        await staff.do(f"/{letter}/return", {"reason": "not_wanted"})
    elif end == "withdrawn":
        await staff.do(f"/{letter}/translator/withdraw")
        assert (await staff.ask(f"/{letter}/translator/withdraw")).status_code == 409
    else:
        await passed_on(staff, letter)
        assert (await wanted(staff, letter))["open"]
        # Whoever had agreed stops: nobody else is looked for.
        await events.post(f"/volunteers/{fits}/state", {"state": "left"})
    shown = await wanted(staff, letter)
    assert (shown["open"], shown["status"], shown["translate_into"]) == (False, "withdrawn", "ja")
    assert (await events.need(need, "withdrawn"))["status"] == "withdrawn"
    again = await staff.ask(f"/{letter}/translator", WANTED)
    assert again.status_code == (200 if end == "withdrawn" else 409)
    database = world.databases["sponsorship"]
    if end != "withdrawn":
        for still, wrong in (
            ("true", ["no translator is looked for when the letter is over"]),
            ("false", []),
        ):
            world.servers.sql(f"UPDATE helper_need SET open = {still}", database)  # noqa: S608, a word of ours
            found = await world.sponsorship.get("/checks")
            assert [each["name"] for each in found if each["breaches"]] == wrong


async def test_what_cannot_be_asked_for_or_taken_in_is_refused_and_says_why(world: World) -> None:
    staff = await Correspondence.begun(world)
    letter = await staff.comes(TEXT)
    late, stranger = DUE + timedelta(days=90), "0190c3a2-7d5e-7c3b-9f0a-1b2c3d4e5f60"
    for path, body, code, words in (
        (f"/{letter}/translator", {**WANTED, "into": "ko"}, 422, "is its own"),
        (f"/{letter}/translator", {**WANTED, "due_on": str(FIRST_DAY - timedelta(1))}, 422, "90 days"),
        (f"/{letter}/translator", {**WANTED, "due_on": str(late)}, 422, "90 days"),
        (f"/{stranger}/translator", WANTED, 404, "letter"),
        ("", staff.letter_of(TEXT, donor_id=stranger), 409, "never sponsored"),
        ("", staff.letter_of(" \n "), 422, "text"),
        ("", staff.letter_of("\u200b\u200b"), 422, "text"),
        ("", staff.letter_of(TEXT, received_on="1998-01-01"), 422, "since when the child waits"),
        ("", staff.letter_of(TEXT, received_on=str(FIRST_DAY + timedelta(1))), 422, "future"),
    ):
        answer = await staff.ask(path, body)
        assert (answer.status_code, words in answer.text) == (code, True), answer.text
