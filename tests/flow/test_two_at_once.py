"""Two who saw the same and change it at once: one of them does, the other one is told what happened and what to do."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import uuid4

import httpx
from uuid_utils.compat import uuid7

from tests.support.correspondence import ALL_CLEAR, ANNA, BORIS, CHO, VETTED, Correspondence
from tests.support.giving import gift, paid
from tests.support.settlers import asked
from tests.support.snapshots import snapshot
from tests.support.world import FIRST_DAY, World

DUE = "2006-12-01"
Bodies = Sequence[dict[str, Any]]
Asked = tuple[str, Bodies, str]
"""A path, what two people send there, and what the second one is told."""


async def a_letter(staff: Correspondence) -> str:
    return await staff.comes("I like to draw. I live in Yanji.")


async def masked(staff: Correspondence) -> Asked:
    letter = await a_letter(staff)
    bodies = [{"text": text, "version": 0} for text in ("I like to draw.", "I draw.")]
    return f"/letters/{letter}/mask", bodies, "Somebody changed this letter"


async def checked(staff: Correspondence) -> Asked:
    letter = await staff.comes("I like to draw.")
    await staff.do(f"/{letter}/mask", {"text": "I like to draw."}, CHO)
    return f"/letters/{letter}/check", [{**ALL_CLEAR, "version": 1}] * 2, "Somebody changed this letter"


async def answered(staff: Correspondence) -> Asked:
    letter = await a_letter(staff)
    await staff.do(f"/{letter}/mask", {"text": "I like to draw."})
    (finding,) = await staff.findings(letter)
    bodies: Bodies = [{"answer": "removed"}, {"answer": "harmless"}]
    return f"/letters/findings/{finding['finding_id']}/answer", bodies, "This finding is answered by"


async def translated(staff: Correspondence) -> Asked:
    letter = await a_letter(staff)
    bodies: Bodies = [{"into": into, "due_on": DUE, "version": 0} for into in ("ja", "en")]
    return f"/letters/{letter}/translator", bodies, "Somebody changed this letter's translation"


async def vetted(staff: Correspondence) -> Asked:
    bodies: Bodies = [
        {**VETTED, **more, "version": 1} for more in ({"restricted": True}, {"code_on": "2006-10-01"})
    ]
    return f"/sponsors/{staff.donor_id}/vetting", bodies, "Somebody changed this sponsor's vetting"


async def handed_over(staff: Correspondence) -> Asked:
    sponsorship, gifts = staff.world.sponsorship, [gift(None, "active"), gift(None, "active")]
    for each in gifts:
        await sponsorship.hears(each, paid(each.gift_id, FIRST_DAY, FIRST_DAY.replace(month=12)))
    seen = {"sponsorship_id": await sponsorship.main_of(staff.child), "farewell": "thanks"}
    bodies: Bodies = [{**seen, "gift_id": str(each.gift_id)} for each in gifts]
    return f"/children/{staff.child['child_id']}/hand-over", bodies, "This child has another sponsor by now"


async def a_term(staff: Correspondence) -> str:
    days = {"starts_on": "2006-11-01", "ends_on": "2007-01-31"}
    term = {"child_id": staff.child["child_id"], "level": "primary", **days, "fee": 1, "currency": "JPY"}
    return str((await staff.world.sponsorship.post("/school/terms", term))["term_id"])


async def termed(staff: Correspondence) -> Asked:
    bodies: Bodies = [{"fee": 2, "version": 0}, {"ends_on": "2006-12-31", "version": 0}]
    return f"/school/terms/{await a_term(staff)}/change", bodies, "Somebody changed this term"


async def reported(staff: Correspondence) -> Asked:
    bodies = [{"grade": "good", "attendance": each} for each in (90, 80)]
    return f"/school/terms/{await a_term(staff)}/report", bodies, "If it is wrong, correct"


async def corrected(staff: Correspondence) -> Asked:
    term = await a_term(staff)
    report = await staff.world.sponsorship.post(
        f"/school/terms/{term}/report", {"grade": "good", "attendance": 9}
    )
    bodies = [{"grade": "good", "attendance": each} for each in (90, 80)]
    return f"/school/reports/{report['report_id']}/correct", bodies, "This report card was corrected already"


async def a_lesson(staff: Correspondence) -> tuple[str, str, str]:
    """A course, its first lesson, and who has a place in it."""
    sponsorship, learner = staff.world.sponsorship, uuid7()
    await sponsorship.hears(asked(learner))
    await sponsorship.course(f"c{learner.hex}", terms=1, first_day=str(FIRST_DAY))
    course = (await sponsorship.place_of(learner, "placed"))["course_id"]
    lessons = await sponsorship.lessons(course)
    return course, next(each["lesson_id"] for each in lessons if not each["version"]), str(learner)


async def with_places(staff: Correspondence) -> Asked:
    course, _, _ = await a_lesson(staff)
    bodies = [{"places": each, "version": 0} for each in (20, 5)]
    return f"/courses/{course}/places", bodies, "Somebody changed this course"


async def attended(staff: Correspondence) -> Asked:
    _, lesson, learner = await a_lesson(staff)
    came = [[{"member_id": learner, "minutes": each}] for each in (120, 60)]
    bodies = [{"attended": each, "version": 0} for each in came]
    return f"/courses/lessons/{lesson}/attendance", bodies, "Somebody changed this lesson"


async def placement(staff: Correspondence) -> Asked:
    _, _, learner = await a_lesson(staff)
    bodies = [{"level": each, "version": 0} for each in ("a2", "b1")]
    return f"/learners/{learner}/test", bodies, "Somebody changed this learner's test"


def incident(staff: Correspondence, **more: Any) -> dict[str, Any]:
    between = {"child_id": staff.child["child_id"], "donor_id": str(staff.donor_id)}
    what = {"kind": "called", "happened_on": "2006-11-01", "note": "the child told of it"}
    return {**between, **what, **more}


async def written_down(staff: Correspondence) -> Asked:
    return "/incidents", [incident(staff)] * 2, "send again=true"


async def incident_corrected(staff: Correspondence) -> Asked:
    found = await staff.world.sponsorship.post("/incidents", incident(staff))
    bodies = [incident(staff, kind=kind) for kind in ("visited", "wrote_directly")]
    return f"/incidents/{found['incident_id']}/correct", bodies, "Somebody corrected this incident already"


async def come_in(staff: Correspondence) -> Asked:
    return "/letters", [staff.letter_of("I like to draw.")] * 2, "send again=true"


EDITS: list[Callable[[Correspondence], Awaitable[Asked]]] = [
    *(masked, checked, answered, translated, vetted, handed_over, termed, reported, corrected),
    *(with_places, attended, placement, written_down, incident_corrected, come_in),
]


async def test_of_two_who_saw_the_same_the_second_is_told(world: World) -> None:
    async def send(path: str, body: object, who: dict[str, str]) -> httpx.Response:
        headers = {"Idempotency-Key": str(uuid4()), **who}
        answer: httpx.Response = await world.sponsorship.client.post(path, json=body, headers=headers)
        return answer

    # All of them first: a sponsor who is free would be given the next child.
    staffs = [await Correspondence.begun(world) for _ in EDITS]
    for edit, staff in zip(EDITS, staffs, strict=True):
        path, bodies, told = await edit(staff)
        both = await asyncio.gather(
            *(send(path, body, who) for body, who in zip(bodies, (ANNA, BORIS), strict=True))
        )
        texts = [f"{edit.__name__}: {each.status_code} {each.text}" for each in both]
        assert sorted(each.is_error for each in both) == [False, True], texts
        (second,) = [each for each in both if each.is_error]
        assert (second.status_code, told in second.json()["detail"]) == (409, True), texts
    await world.sound()


async def test_whoever_adds_a_picture_while_a_letter_is_masked_has_it_looked_at(world: World) -> None:
    staff = await Correspondence.begun(world)
    letter = await staff.comes("I like to draw.")
    seen = await staff.do(f"/{letter}/read", {"what": "original", "reason": "masking"})
    picture = snapshot(position=False)
    added = (await staff.picture(letter, picture)).json()["photo_id"]
    again = await staff.picture(letter, picture)
    assert (again.status_code, added in again.text) == (409, True), "it says which picture it is"
    masking = {"text": "I draw.", "version": seen["version"]}
    assert (await staff.ask(f"/{letter}/mask", masking)).status_code == 409
    after = await staff.do(f"/{letter}/mask", {**masking, "version": (await staff.letter(letter))["version"]})
    await staff.do(f"/photos/{added}/remove")
    assert (
        await staff.ask(f"/{letter}/check", {**ALL_CLEAR, "version": after["version"]}, BORIS)
    ).status_code == 409
    await staff.do(f"/{letter}/check", ALL_CLEAR, BORIS)


async def test_the_same_words_are_taken_once_and_again_if_somebody_says_so(world: World) -> None:
    staff = await Correspondence.begun(world)
    first = await staff.comes("I like to draw.")
    same = staff.letter_of("  Ｉ like\nto draw. ")
    refused = await staff.ask("", same)
    assert (refused.status_code, first in refused.text) == (409, True)
    assert await staff.comes("I like to draw.", "to_child") != first, "the other one may write the same"
    assert (await staff.do("", {**same, "again": True}))["letter_id"] != first


async def test_an_incident_is_of_two_who_are_known_stops_letters_and_ends_with_what_was_wrong_of_it(
    world: World,
) -> None:
    staff, sponsorship = await Correspondence.begun(world), world.sponsorship
    other = gift(None, "active", children=2)
    await sponsorship.hears(other, paid(other.gift_id, FIRST_DAY, FIRST_DAY.replace(month=12)))
    unknown = str(uuid7())
    for more, status, words in (
        ({"child_id": unknown}, 404, "no such child"),
        ({"donor_id": unknown}, 404, "no such sponsor"),
        ({"donor_id": str(other.donor_id)}, 409, "has never sponsored this child"),
        ({"strangers": True}, 409, "sponsors this child, or did"),
        ({"donor_id": None}, 409, "Say who it was"),
    ):
        refused = await sponsorship.try_post("/incidents", incident(staff, **more))
        assert (refused.status_code, words in refused.json()["detail"]) == (status, True), refused.text
    await sponsorship.post("/incidents", incident(staff, donor_id=None, strangers=True))
    path = f"/sponsors/{staff.donor_id}/children/{staff.child['child_id']}/writing"

    async def stopped() -> bool:
        why = (await sponsorship.get(path))["why_not"]
        assert why in (None, "incident")
        return bool(why)

    assert not await stopped(), "it was somebody else"
    wrong = incident(staff, donor_id=str(other.donor_id), strangers=True)
    first = (await sponsorship.post("/incidents", wrong))["incident_id"]
    two = await sponsorship.one_child()
    body = {"gift_id": str(other.gift_id), "child_id": two["child_id"]}
    assert "incident" in (await sponsorship.try_post("/holds", body)).text
    assert (await sponsorship.child(two["child_id"]))["status"] == "listed", "nor by itself"
    second = (await sponsorship.post(f"/incidents/{first}/correct", incident(staff)))["incident_id"]
    assert await stopped()
    assert (await sponsorship.child(two["child_id"]))["status"] == "sponsored", "that was a mistake"
    await sponsorship.post(f"/incidents/{second}/settle")
    assert not await stopped()
    third = (await sponsorship.post("/incidents", incident(staff, again=True)))["incident_id"]
    assert await stopped()
    await sponsorship.post(f"/incidents/{third}/withdraw")
    assert not await stopped()
    for end in ("withdraw", "settle"):
        over = await sponsorship.try_post(f"/incidents/{third}/{end}")
        assert (over.status_code, "record it again" in over.text) == (409, True)
    found = (await sponsorship.get("/incidents"))["items"][1:]
    assert [(each["incident_id"], each["state"], each["replaced_by"]) for each in found] == [
        (first, "corrected", second),
        (second, "settled", None),
        (third, "withdrawn", None),
    ]


async def test_nothing_that_belongs_to_what_is_not_there_is_shown_as_an_empty_list(world: World) -> None:
    staff = await Correspondence.begun(world)
    known = {"child_id": staff.child["child_id"], "donor_id": str(staff.donor_id)}
    asked_for = []
    for path, methods in world.sponsorship.app.openapi()["paths"].items():
        names = [
            each["name"] for each in methods.get("get", {}).get("parameters", ()) if each["in"] == "path"
        ]
        for wrong in names:
            ids = {name: str(uuid7()) if name == wrong else known[name] for name in names}
            answer = await world.sponsorship.client.get(f"http://test{path.format(**ids)}")
            assert (answer.status_code, "There is no" in answer.text) == (404, True), (
                path,
                wrong,
                answer.text,
            )
            asked_for.append(path)
    assert len(asked_for) > 10
