"""Somebody is in prison, the family visits, and whoever can type a name at intake types canaries."""

from typing import TYPE_CHECKING, Any

from tests.support.canaries import Canaries

if TYPE_CHECKING:
    from tests.support.canary_story import Story

NAMES = ("given_name", "family_name")


async def speak_for(story: "Story") -> None:
    """A case from its opening to its close, with money asked for, and its names shown once."""
    people = [{name: story.plant("intake", "/cases", f"people[].{name}") for name in NAMES} for _ in range(2)]
    roles = [{**people[0], "role": "imprisoned"}, {**people[1], "role": "family"}]
    case = await story.post("intake", "/cases", {"people": roles, "topics": ["arrest"]})
    path = "/cases/{case_id}/people"
    joined = await _named(story, path, **case)
    # A name that was wrong is kept no longer.
    named = [key for key, home in story.canaries.homes.items() if home.startswith("intake case_identity")]
    await _named(story, "/cases/{case_id}/people/{person_id}/correct", **joined)
    story.canaries.homes.update(Canaries.of(*named[-2:]).homes)
    await _live(story, case)
    path = "/cases/{case_id}/identities"
    reason = {"reason": story.plant("intake", path, "reason")}
    seen = await story.world.intake.post(path.format(**case), reason)
    assert people[0]["given_name"] in str(seen)
    await _refuse(story, case)
    for each in ("", "/history", "/visits", "/grants"):
        shown = await story.world.intake.client.get(f"/cases/{case['case_id']}{each}")
        story.answers["intake"].append(shown.text)
    for each in ("/cases", "/readings"):
        story.answers["intake"].append((await story.world.intake.client.get(each)).text)


async def _named(story: "Story", path: str, **which: Any) -> Any:
    names = {name: story.plant("intake", path, name) for name in NAMES}
    return await story.post("intake", path.format(**which), names)


async def _live(story: "Story", case: Any) -> None:
    path = f"/cases/{case['case_id']}"
    visit = await story.post("intake", f"{path}/visits", {"planned_for": "2006-11-05"})
    money = {"kind": "family_visit", "amount": 100, "currency": "JPY"}
    await story.post("intake", f"{path}/grants", money)
    await story.post("intake", f"{path}/visits/{visit['visit_id']}/cancel", {"reason": "not_allowed"})
    await story.world.settled()
    await story.post("intake", f"{path}/close", {"reason": "released"})
    await story.world.settled()


async def _refuse(story: "Story", case: Any) -> None:
    """What is refused is kept nowhere, and no answer repeats it."""
    name = story.canaries.plant()
    path, person = f"/cases/{case['case_id']}", {"given_name": name, "family_name": "=" + name * 40}
    for where, body in (
        ("/cases", {"people": [{**person, "role": "imprisoned"}]}),
        ("/cases", {"people": [{**person, "role": name}]}),
        (f"{path}/people", person),
        (f"{path}/topics", {"topics": [name]}),
        (f"{path}/close", {"reason": name}),
        (f"{path}/visits", {"planned_for": name}),
    ):
        answer = await story.world.intake.try_post(where, body)
        assert answer.status_code == 422, (where, answer.text)
        story.answers["intake"].append(answer.text)
