"""Who of the register has a part in the story: chosen by what does not change, so that each run chooses the same."""

from typing import Any

from shared.cli.demo.steps import Steps

CASE = {
    "people": [
        {"given_name": "Haram", "family_name": "Dosun", "role": "imprisoned"},
        {"given_name": "Nabi", "family_name": "Dosun", "role": "family"},
    ],
    "topics": ["arrest", "family"],
}


async def case_of(steps: Steps) -> str:
    """The id of the case, which is opened once."""
    return str((await steps.post("intake", "/cases", "case", CASE))["case_id"])


COUPLES = 3
"""So many households of two have a part, the last ones that the register has."""
ADULT = "adult"
GROWN = frozenset({ADULT, "elderly"})


async def registered(steps: Steps) -> list[dict[str, Any]]:
    """The households of the first day in the order of their codes, those who left among them."""
    every = await steps.all_of("intake", "/households")
    first = steps.stage.first.isoformat()
    return sorted(
        (each for each in every if each["registered_on"] <= first), key=lambda each: str(each["code"])
    )


async def couples(steps: Steps) -> list[dict[str, Any]]:
    """Households of two grown-ups, the last one first."""
    found: list[dict[str, Any]] = []
    for household in reversed(await registered(steps)):
        if household["people"] == 2 and len(found) < COUPLES:
            both = await members(steps, household["household_id"])
            found += [household] if all(each["age_band"] in GROWN for each in both) else []
    return found


async def members(steps: Steps, household: str) -> list[dict[str, Any]]:
    """Those of a household who have not left."""
    found = (await steps.services.get("intake", f"/households/{household}"))["members"]
    return [each for each in found if each["left_on"] is None]


async def adults(steps: Steps, many: int) -> list[dict[str, Any]]:
    """So many adults of other households than the couples', each of a household of its own, with its id."""
    apart = {each["household_id"] for each in await couples(steps)}
    found: list[dict[str, Any]] = []
    for household in await registered(steps):
        if len(found) == many:
            break
        if household["household_id"] in apart:
            continue
        grown = [
            each for each in await members(steps, household["household_id"]) if each["age_band"] == ADULT
        ]
        found += [{**each, "household_id": household["household_id"]} for each in grown[:1]]
    return found
