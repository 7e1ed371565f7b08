"""A member agrees and no longer does, and whoever writes that down types canaries."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.support.canary_story import Story

GIVE = "/households/{household_id}/members/{member_id}/consents"
STEPS = "/households/{household_id}/consents/{consent_id}/steps"
WITHDRAW = GIVE + "/{consent_id}/withdraw"


async def agree(story: "Story", household: Any) -> None:
    """A consent that is given and withdrawn, each with a note; only whoever asks for its steps is shown them."""
    which = {"household_id": household["household_id"], "member_id": household["members"][0]["member_id"]}
    note = story.plant("intake", GIVE, "note")
    body = {"purpose": "public_speaking", "scopes": ["speaking"], "until": "2007-03-31", "note": note}
    body |= {"explained_by": "caseworker-3", "language": "ko", "edition": "2"}
    given = await story.post("intake", GIVE.format(**which), body)
    gone = {"note": story.plant("intake", WITHDRAW, "note")}
    await story.post("intake", WITHDRAW.format(**which, consent_id=given["consent_id"]), gone)
    path = f"/households/{household['household_id']}/consents"
    story.answers["intake"].append((await story.world.intake.client.get(path)).text)
    why = {"reason": story.plant("intake", STEPS, "reason")}
    steps = await story.world.intake.post(f"{path}/{given['consent_id']}/steps", why)
    assert [each["note"] for each in steps] == [note, gone["note"]]
    await _refuse(story, which)
    settling = {"region": "tokyo", "wishes": ["helper"]}
    await story.post("intake", f"/households/{household['household_id']}/settlements", settling)


async def _refuse(story: "Story", which: dict[str, Any]) -> None:
    """What is refused is kept nowhere, and no answer repeats it."""
    word = story.canaries.plant()
    right = {"purpose": "help", "explained_by": "caseworker-3", "language": "ko", "edition": "2"}
    for wrong in ("explained_by", "witness", "guardian", "edition", "language", "purpose"):
        answer = await story.world.intake.try_post(GIVE.format(**which), {**right, wrong: f"{word} {word}"})
        assert answer.status_code == 422, (wrong, answer.text)
        story.answers["intake"].append(answer.text)
