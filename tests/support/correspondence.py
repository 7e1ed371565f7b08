"""A child and its sponsor write to each other, and staff see to it."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from uuid_utils.compat import uuid7

from tests.support.giving import consent, gift, paid
from tests.support.people import person
from tests.support.world import FIRST_DAY, World

ANNA, BORIS, CHO = ({"X-Relief-As": name} for name in ("anna", "boris", "cho"))
"""Members of staff: each step of a letter is another one's."""
QUESTIONS = (
    *(
        "full_name",
        "address",
        "phone",
        "mail",
        "account",
        "school",
        "town",
        "route",
        "date",
        "photo_with_place",
    ),
    *("politics_or_religion", "meeting", "money"),
)
ALL_CLEAR = {"answers": dict.fromkeys(QUESTIONS, "none")}
VETTED = {"declared_on": "2006-11-01", "code_on": "2006-11-01", "restricted": False, "declined": False}


class Correspondence:
    """A child of school age whose guardian agreed, and the donor who sponsors it."""

    def __init__(self, world: World, child: Any, donor_id: UUID) -> None:
        self.world = world
        self.child = child
        self.donor_id = donor_id

    @classmethod
    async def begun(
        cls, world: World, scopes: tuple[str, ...] = ("alias", "story", "photo")
    ) -> "Correspondence":
        """The child is sponsored, and the sponsor is vetted."""
        born = person(birth_date="1998-05-01", size="122")
        household = await world.intake.register([born], needs=[])
        child = await world.sponsorship.child_of(household)
        made, donor_id = cls(world, child, uuid7()), uuid7()
        made.donor_id = donor_id
        await made.agrees(scopes)
        one = gift(status="active", donor_id=donor_id, correspondence=True)
        await world.sponsorship.hears(one, paid(one.gift_id, FIRST_DAY, FIRST_DAY.replace(month=12)))
        await world.sponsorship.child_of(household, "sponsored")
        await made.vet()
        return made

    async def agrees(self, scopes: tuple[str, ...], version: int = 1, **more: Any) -> None:
        """The guardian agrees to this."""
        await self.world.sponsorship.hears(consent(self.child, version, scopes=frozenset(scopes), **more))

    async def vet(self, **more: Any) -> None:
        """The sponsor has declared and signed everything, but for what is said here."""
        await self.world.sponsorship.vet(self.donor_id, {**VETTED, **more})

    async def ask(self, path: str, body: object = None, who: Any = None) -> httpx.Response:
        """Whatever answer somebody of the staff gets, who has seen the letter that they mask or check."""
        if path.endswith(("/mask", "/check")) and isinstance(body, dict) and "version" not in body:
            body = {**body, "version": (await self.letter(path.split("/")[1]))["version"]}
        headers = {"Idempotency-Key": str(uuid4()), **(who or ANNA)}
        answer: httpx.Response = await self.world.sponsorship.client.post(
            f"/letters{path}", json=body, headers=headers
        )
        return answer

    async def do(self, path: str, body: object = None, who: Any = None) -> Any:
        """What somebody of the staff does, which must succeed."""
        answer = await self.ask(path, body, who)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def comes(self, text: str, direction: str = "to_sponsor", **more: Any) -> str:
        """A letter's id."""
        return str((await self.do("", self.letter_of(text, direction, **more)))["letter_id"])

    def letter_of(self, text: str, direction: str = "to_sponsor", **more: Any) -> dict[str, Any]:
        """What is said of a letter that came, but for what is said here."""
        return {
            "direction": direction,
            "child_id": self.child["child_id"],
            "donor_id": str(self.donor_id),
            "language": "ko",
            "received_on": str(FIRST_DAY),
            "text": text,
            **more,
        }

    async def picture(self, letter: str, raw: bytes, kind: str = "photo") -> httpx.Response:
        """Whatever answer a picture gets."""
        files = {"file": ("IMG.jpg", raw, "image/jpeg")}
        path, params = f"/letters/{letter}/photos", {"kind": kind}
        client: httpx.AsyncClient = self.world.sponsorship.client
        return await client.post(path, files=files, params=params, headers=ANNA)

    async def findings(self, letter: str) -> list[dict[str, Any]]:
        """What was found in a letter and nobody has answered."""
        found = await self.world.sponsorship.get(f"/letters/{letter}/findings")
        return [each for each in found if not each["answer"]]

    async def letter(self, letter: str, **which: Any) -> dict[str, Any]:
        """A letter as it is listed."""
        found = (await self.world.sponsorship.get("/letters", limit=500, **which))["items"]
        (one,) = [each for each in found if each["letter_id"] == letter]
        return dict(one)
