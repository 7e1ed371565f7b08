"""A gift in the name of another donor, by whatever road it comes; lists follow merges, and hide who is anonymous."""

from typing import Any
from uuid import uuid4

from tests.support.told import Told

REFERENCES = ("slip 1", "B-1", "I-1", "I-2")


async def test_in_whose_name_gifts_are_given_is_shown_as_merged_and_not_of_who_is_anonymous(
    donations: Told,
) -> None:
    api = donations.world.donations
    giver, honoured, kept = await api.giver("One"), await api.giver("Two"), await api.giver("Three")
    await api.gift("10", donor_id=giver, on_behalf_of=honoured)
    monthly = {"purpose": "education", "reference": "I-1", "donor_id": giver}
    unknown = {**monthly, "on_behalf_of": str(uuid4())}
    assert (await api.try_post("/monthly-gifts", unknown)).status_code == 404
    await api.post("/monthly-gifts", {**monthly, "on_behalf_of": honoured})
    second = (await api.post("/monthly-gifts", {**monthly, "reference": "I-2"}))["gift_id"]
    await api.post(f"/monthly-gifts/{second}/change", {"on_behalf_of": honoured})
    rows = [f"B-1,2006-11-01,10,JPY,food,{giver},{honoured}", f"B-2,2006-11-01,10,JPY,food,{giver},{uuid4()}"]
    file = "\n".join(["reference,received_on,amount,currency,purpose,donor,on_behalf_of", *rows])
    report = (
        await api.client.post("/gifts/imports", files={"file": ("a.csv", file.encode(), "text/csv")})
    ).json()
    assert [(each["row"], each["column"]) for each in report["errors"]] == [(3, "on_behalf_of")]

    async def named() -> list[Any]:
        lists = [await api.get(path) for path in ("/payments", "/monthly-gifts")]
        mine = (each for found in lists for each in found["items"] if each["reference"] in REFERENCES)
        return [each["on_behalf_of"] for each in mine]

    assert await named() == [honoured] * 4
    await api.post(f"/donors/{honoured}/merge", {"into": kept})
    assert await named() == [kept] * 4
    await api.post(f"/donors/{kept}/change", {"anonymous": True})
    assert await named() == [None] * 4
