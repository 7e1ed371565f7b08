"""What is asked at the same time is decided in one unit, and each is answered as if it had come alone."""

import asyncio
from collections.abc import Sequence
from hashlib import sha256
from typing import Any
from uuid import uuid4

from sqlalchemy import func, select

from services.events.api.asking import together
from services.events.api.seats import PartyOut
from services.events.commands import seats
from services.events.commands.asking import Wish
from services.events.commands.guests import NewGuest
from services.events.contacts import Contact
from services.events.domain.seats import SeatRole
from services.events.repository.guests import Choices
from services.events.tables import CONTACT
from shared.database.tables import answer
from shared.messaging.unit import Unit
from shared.principals import Principal, PrincipalKind
from shared.web.problems import Problem
from shared.web.work import Once
from tests.support.box_office import BoxOffice


class Desk:
    """Somebody who sends many requests at once."""

    def __init__(self, office: BoxOffice) -> None:
        self._office = office
        self._taking = together(office.settings.seat_rules)
        self._who = Principal(f"desk {uuid4()}", PrincipalKind.STAFF)

    async def ask(self, asks: Sequence[tuple[str, Wish]], *, dry_run: bool = False) -> list[Any]:
        """The answer or the problem of each, by its key and what it asks for."""

        async def one(key: str, wish: Wish) -> PartyOut:
            digest = sha256(repr(wish).encode()).digest()
            once = Once(self._office.units, self._who, key, digest, dry_run=dry_run)
            return await self._taking.once(once, self._office.gathering, wish)

        return await asyncio.gather(*(one(*each) for each in asks), return_exceptions=True)

    async def kept(self) -> set[str]:
        """The keys whose answers are kept."""
        async with self._office.units.read() as session:
            return set(await session.scalars(select(answer.c.key).where(answer.c.actor == self._who.id)))


def _in_short(answers: Sequence[Any]) -> list[Any]:
    return [each.status.value if isinstance(each, Problem) else each.state.value for each in answers]


def _new(name: str) -> NewGuest:
    return NewGuest(Contact(name, f"{name}@example.org"), Choices())


async def _contacts(office: BoxOffice) -> int:
    async with office.units.read() as session:
        return int(await session.scalar(select(func.count()).select_from(CONTACT)) or 0)


async def test_what_comes_at_once_is_one_unit_and_a_refusal_costs_no_other(desk_url: str) -> None:
    async with BoxOffice.open(desk_url, 3, 6, passing=False) as office:
        desk, guest = Desk(office), office.guests
        asks = [
            ("alone", Wish([guest[0]])),
            ("unknown", Wish([uuid4()])),
            ("three", Wish(guest[1:4])),
            ("twice", Wish([guest[0], guest[4]])),
            ("behind", Wish([guest[4]])),
            ("too many", Wish(guest[2:6])),
            ("new", Wish([], [_new("new")])),
            ("staff", Wish([guest[5]], role=SeatRole.STAFF)),
        ]
        assert _in_short(await desk.ask(asks, dry_run=True))[0] == "seated"
        assert await desk.kept() == set()
        answers = await desk.ask(asks)
        assert _in_short(answers) == ["seated", 404, "waiting", 409, "waiting", 422, "waiting", "seated"]
        assert [each.number for each in answers if isinstance(each, PartyOut)] == [1, 2, 3, 4, 5]
        assert [answers[n].ahead for n in (2, 4, 6)] == [0, 3, 4]
        _, rows = await office.state()
        assert len({each["asked_at"] for each in rows}) == 1
        assert await desk.kept() == {"alone", "three", "behind", "new", "staff"}
        # Repeats, beside something new: the same answers, and a used key with another body is refused.
        more = [*asks, ("more", Wish([], [_new("more")])), ("other", Wish([guest[0]]))]
        again = await desk.ask([("alone", Wish([guest[1]])), *more[1:]])
        assert _in_short(again[:1]) == [409]
        assert [each for each in again if isinstance(each, PartyOut)][:4] == [
            answers[n] for n in (2, 4, 6, 7)
        ]
        assert _in_short(again[8:]) == ["waiting", 409]
        assert await office.breaches() == []


async def test_one_key_twice_at_once_and_a_refused_party_with_somebody_new(desk_url: str) -> None:
    async with BoxOffice.open(desk_url, 3, 3, passing=False) as office:
        desk, guest = Desk(office), office.guests
        asks = [
            ("a", Wish([guest[0]])),
            ("b", Wish([guest[1]])),
            ("a", Wish([guest[0]])),
            ("a", Wish([guest[2]])),
            ("c", Wish([guest[1]], [_new("refused")])),
            ("d", Wish([], [_new("same")])),
            ("e", Wish([], [_new("same")])),
        ]
        answers = await desk.ask(asks)
        assert _in_short(answers) == ["seated", "seated", "seated", 409, 409, "seated", 409]
        assert answers[0] == answers[2]
        assert await desk.kept() == {"a", "b", "d"}
        assert await _contacts(office) == 4, "of a refused party nobody is written down"
        assert await office.breaches() == []


async def test_an_invited_guest_who_asks_twice_at_once_has_one_seat(desk_url: str) -> None:
    async with BoxOffice.open(desk_url, 3, 1, passing=False) as office:

        async def invite(unit: Unit) -> Any:
            return await seats.invite(unit, office.settings.seat_rules, office.gathering, office.guests)

        await office.do(invite)
        answers = await Desk(office).ask([("a", Wish(office.guests)), ("b", Wish(office.guests))])
        assert _in_short(answers) == ["seated", 409]
        gathering, rows = await office.state()
        assert (gathering["taken"], len(rows)) == (1, 1)
