"""A child and its sponsor write to each other, and whoever can type words or send a picture there sends canaries."""

from typing import TYPE_CHECKING

from tests.support.correspondence import ALL_CLEAR, BORIS, Correspondence
from tests.support.snapshots import snapshot

if TYPE_CHECKING:
    from tests.support.canary_story import Story


async def write_letters(story: "Story") -> None:
    """A letter from its arrival until it is passed on, and contact past the organisation."""
    staff = await Correspondence.begun(story.world)
    letter = await staff.comes(f"I am {story.plant('sponsorship', '/letters', 'text')}, 090-1234-5678.")
    await _picture(story, staff, letter)
    path = "/letters/{letter_id}/mask"
    await staff.do(f"/{letter}/mask", {"text": f"I draw. {story.plant('sponsorship', path, 'text')}"})
    for each in await staff.findings(letter):
        await staff.do(f"/findings/{each['finding_id']}/answer", {"answer": "removed"})
    await staff.do(f"/{letter}/check", ALL_CLEAR, BORIS)
    await staff.do(f"/{letter}/deliver")
    seen = await staff.do(f"/{letter}/read", {"what": "original", "reason": "complaint"})
    assert story.canaries.within(str(seen))
    note = story.plant("sponsorship", "/incidents", "note")
    between = {"child_id": staff.child["child_id"], "donor_id": str(staff.donor_id)}
    what = {"kind": "visited", "happened_on": "2006-11-01", "note": note}
    wrong = await story.post("sponsorship", "/incidents", {**between, **what})
    note = story.plant("sponsorship", "/incidents/{incident_id}/correct", "note")
    path = f"/incidents/{wrong['incident_id']}/correct"
    await story.post("sponsorship", path, {**between, **what, "note": note})
    await _report(story, staff)
    await _refuse(story, staff)
    for path in ("", f"/{letter}/findings", f"/{letter}/photos", f"/{letter}/checks", "/readings"):
        answer = await story.world.sponsorship.client.get(f"/letters{path}")
        story.answers["sponsorship"].append(answer.text)
    story.answers["sponsorship"].append((await story.world.sponsorship.client.get("/incidents")).text)


async def _picture(story: "Story", staff: Correspondence, letter: str) -> None:
    """What a file has besides its pixels is kept nowhere."""
    story.planted.add(("sponsorship", "/letters/{letter_id}/photos", "file"))
    added = await staff.picture(letter, snapshot(words=story.canaries.plant()))
    assert added.status_code == 201, added.text
    story.answers["sponsorship"].append(added.text)


async def _report(story: "Story", staff: Correspondence) -> None:
    """What a teacher wrote is shown to whoever says why, and stands in no list."""
    child, days = staff.child["child_id"], {"starts_on": "2006-11-01", "ends_on": "2006-11-30"}
    term = {"child_id": child, "level": "primary", **days, "fee": 1, "currency": "JPY"}
    path = f"/school/terms/{(await story.post('sponsorship', '/school/terms', term))['term_id']}/report"
    note = story.plant("sponsorship", "/school/terms/{term_id}/report", "note")
    wrong = await story.post("sponsorship", path, {"grade": "good", "attendance": 9, "note": note})
    right = story.plant("sponsorship", "/school/reports/{report_id}/correct", "note")
    path = f"/school/reports/{wrong['report_id']}/correct"
    report = await story.post("sponsorship", path, {"grade": "good", "attendance": 90, "note": right})
    reading = f"/school/reports/{report['report_id']}/read"
    seen = await story.world.sponsorship.post(reading, {"reason": "complaint"})
    assert story.canaries.within(str(seen))
    for path in (f"/school/children/{child}/reports", f"/school/children/{child}/terms", "/school/payments"):
        story.answers["sponsorship"].append((await story.world.sponsorship.client.get(path)).text)


async def _refuse(story: "Story", staff: Correspondence) -> None:
    """What is refused is kept nowhere, and no answer repeats it."""
    name = story.canaries.plant()
    letter = await staff.comes("Hello")
    bodies: tuple[tuple[str, dict[str, str]], ...] = (
        ("", {"text": name}),
        (f"/{letter}/mask", {"text": name, "words": name}),
        (f"/{letter}/mask", {"text": name * 3_000}),
        (f"/{letter}/return", {"reason": name}),
    )
    for path, body in bodies:
        answer = await staff.ask(path, body)
        assert answer.status_code == 422, (path, answer.text)
        story.answers["sponsorship"].append(answer.text)
    refused = await staff.picture(letter, name.encode())
    assert refused.status_code == 422
    story.answers["sponsorship"].append(refused.text)
