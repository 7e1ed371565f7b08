"""A gathering is moved or called off: whoever knew of it is listed to be told, once, and nobody else."""

import csv
import importlib
import io
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.events.commands import (
    asking,
    deciding,
    guests,
    letters,
    news,
    seats,
    slots,
    speakers,
    volunteers,
)
from services.events.commands.asking import Wish
from services.events.commands.guests import NewGuest
from services.events.commands.news import ToTell
from services.events.commands.seats import Party
from services.events.commands.slots import NewSlot
from services.events.commands.speakers import NewSpeaker
from services.events.contacts import Contact, Reading
from services.events.domain.gatherings import Gathering, Language, Moving
from services.events.domain.seats import SeatRole
from services.events.domain.speakers import Consent, Slot
from services.events.repository.guests import Choices
from services.events.repository.news import people_of
from shared.contracts.intake import ConsentChanged
from shared.outcomes import Refused
from tests.support.events import HEARING
from tests.support.helpdesk import DAY, Helpdesk
from tests.support.waiting import until
from tests.support.world import World

REST = 14
KOREAN = Language("ko", "ja", "cefr:c1", "consecutive", 1)
READING = Reading("guests", UUID(int=0), "events", "/", "letters")
IN_PERSON = {"seated, silent", "staff, silent", "helper, silent"}
KNEW = {
    "invited and told", "waits", "offered", "seated", "staff", "speaks and has a seat", "a member", "helper"
} | IN_PERSON  # fmt: skip
"""Who knows of the gathering. Somebody who was invited and not told yet does not; who wants no letters and was only
invited, who gave the seat up, and who declined the task is told nothing.
"""


class Hall:
    """A seminar of four seats with somebody in each state, by the names above."""

    def __init__(self, desk: Helpdesk) -> None:
        self.desk, self.rules = desk, desk.settings.seat_rules
        self.guests: dict[str, UUID] = {}
        self.gathering: Gathering
        self.names: dict[UUID, str] = {}

    @classmethod
    async def of(cls, desk: Helpdesk) -> "Hall":
        hall = cls(desk)
        hall.gathering = await desk.gathering(DAY + timedelta(days=30))
        await desk.rows("UPDATE gathering SET seats = 4")
        for invite in (hall.invited, hall.seated, hall.speaking, hall.helping):
            await invite()
        return hall

    async def guest(self, name: str, **choices: Any) -> UUID:
        new = [NewGuest(Contact(name, f"{uuid4()}@example.org"), Choices(**choices))]
        (self.guests[name],) = await self.desk.do(lambda unit: guests.write_down(unit, new))
        return self.guests[name]

    async def invited(self) -> None:
        for name in ("invited and told", "invited, silent", "invited later"):
            who = [await self.guest(name)]
            await self.desk.do(lambda unit, who=who: seats.invite(unit, self.rules, self.gathering.id, who))  # type: ignore[misc]
            if name != "invited later":
                assert len(await self.lists("invitations")) == 1
        await self.silence("invited, silent")

    async def silence(self, name: str) -> None:
        await self.desk.do(lambda unit: guests.set_no_contact(unit, self.guests[name], no_contact=True))

    async def seated(self) -> None:
        parties = {}
        for name in ("seated", "seated, silent", "speaks and has a seat", "gave up", "offered", "waits"):
            parties[name] = await self.asks(name)
        await self.silence("seated, silent")
        gone = parties["gave up"].seats[0].party
        await self.desk.do(
            partial(seats.give_up, rules=self.rules, gathering_id=self.gathering.id, party_id=gone)
        )
        for name in ("staff", "staff, silent"):
            await self.asks(name, SeatRole.STAFF)
        await self.silence("staff, silent")
        await self.lists("offers")

    async def asks(self, name: str, role: SeatRole = SeatRole.GUEST) -> Party:
        wish = [Wish([await self.guest(name)], role=role)]
        (party,) = await self.desk.do(lambda unit: asking.ask(unit, self.rules, self.gathering.id, wish))
        assert isinstance(party, Party)
        return party

    async def speaking(self) -> None:
        contact, home, member = await self.contact("speaks and has a seat"), uuid4(), uuid4()
        agreed: Any = {"version": 1, "scopes": frozenset({"speaking"}), "agreed": True, "on": DAY}
        who: Any = {"household_id": home, "member_id": member}
        await self.desk.hears(ConsentChanged(consent_id=uuid4(), purpose="public_speaking", **who, **agreed))
        for some in ({"contact": contact}, who):
            new = NewSpeaker(True, frozenset(), frozenset({"ko"}), **some)
            key = await self.desk.do(lambda unit, new=new: speakers.add(unit, new))  # type: ignore[misc]
            assert isinstance(key, UUID)
            await self.desk.do(partial(speakers.train, speaker_id=key, on=DAY))
            if some is not who:
                yes = Consent(frozenset({"speaking"}), True)
                await self.desk.do(partial(speakers.agree, rest_days=REST, speaker_id=key, consent=yes))
            slot = NewSlot(key, self.gathering.id, frozenset(), frozenset({"school"}), frozenset())
            assert isinstance(await self.desk.do(partial(slots.plan, rest_days=REST, new=slot)), Slot)

    async def contact(self, name: str) -> Contact:
        (row,) = await self.desk.rows("SELECT name, mail FROM contact WHERE name = :name", name=name)
        return Contact(**row)

    async def helping(self) -> None:
        """Two interpret, of whom one is never written to later on, and one declined."""
        for name in ("declined", "helper", "helper, silent"):
            who = await self.desk.volunteer()
            query = (
                "UPDATE contact SET name = :name WHERE id = (SELECT contact_id FROM volunteer WHERE id = :id)"
            )
            await self.desk.rows(query, name=name, id=who)
        await self.desk.rows(
            """UPDATE gathering SET languages = '[{"source": "ko", "target": "ja", "level": "cefr:c1",
                "mode": "consecutive", "people": 2}]'"""
        )
        await self.desk.rows(
            "INSERT INTO timer (key, name, payload, due_at, ready_at) "
            "VALUES ('follow', 'follow_gatherings', '{}', now(), now())"
        )
        await self.desk.works()

        async def answer(unit: Any, rules: Any, key: UUID) -> Any:
            (row,) = await self.desk.rows(
                "SELECT name FROM contact JOIN volunteer ON contact_id = contact.id "
                "JOIN assignment ON volunteer_id = volunteer.id WHERE assignment.id = :id",
                id=key,
            )
            if row["name"] == "declined":
                return await volunteers.decline(unit, rules, key, for_good=True)
            return await volunteers.accept(unit, rules, key)

        for _ in range(2):
            await self.desk.answers(answer)
        (row,) = await self.desk.rows(
            "SELECT volunteer.id FROM volunteer JOIN contact ON contact.id = contact_id "
            "WHERE name = 'helper, silent'"
        )
        await self.desk.do(partial(volunteers.set_no_contact, volunteer_id=row["id"], no_contact=True))
        await self.desk.works()

    async def lists(self, *which: str, again: bool = False) -> list[tuple[str, bool]]:
        """Who stands in these lists, and whether they are told in person."""
        found = list[tuple[str, bool]]()
        key = self.gathering.id
        for each in which:
            listed: Any
            if each == "to tell":
                told = await self.desk.do(
                    partial(news.of_gathering, gathering_id=key, reading=READING, again=again)
                )
                assert not isinstance(told, Refused), told
                found += map(_shown, told)
                continue
            listed = await self.desk.do(
                partial(
                    getattr(letters, each), rules=self.rules, gathering_id=key, reading=READING, again=again
                )
            )
            if not isinstance(listed, Refused):
                found += [(one.contact.name, one.asked.no_contact) for one in listed]
        return found

    async def still_to_tell(self) -> int:
        """How many people the gathering says are to be told."""
        async with self.desk.units.read() as session:
            return await people_of(session, self.gathering)

    async def moves(self, days: int) -> None:
        old, later = self.gathering.times, timedelta(days=days)
        to = Moving(old.zone, old.starts_at + later, old.ends_at + later)
        done = await self.desk.do(
            lambda unit: deciding.move(unit, self.rules, self.gathering.id, to, None, "no hall")
        )
        assert isinstance(done, Gathering), done
        await self.desk.works()

    async def releases(self) -> None:
        """Nobody confirmed or took a seat in time."""
        (row,) = await self.desk.rows("SELECT confirm_until FROM gathering")
        offers = await self.desk.rows("SELECT DISTINCT party, ends_at FROM seat WHERE state = 'offered'")
        key, until = self.gathering.id, row["confirm_until"]
        for each in offers:
            ended = (key, each["party"], each["ends_at"])
            await self.desk.do(lambda unit, ended=ended: seats.lapse(unit, self.rules, *ended))  # type: ignore[misc]
        await self.desk.do(lambda unit: deciding.release(unit, self.rules, key, until))

    async def invites(self) -> None:
        """All guests are invited anew; whoever has a seat or waits keeps that."""
        who = list(self.guests.values())
        done = await self.desk.do(
            lambda unit: seats.invite(unit, self.rules, self.gathering.id, who, by_themselves=True)
        )
        assert not isinstance(done, Refused), done

    async def cancels(self) -> None:
        done = await self.desk.do(
            lambda unit: deciding.cancel(unit, self.rules, self.gathering.id, "no visas")
        )
        assert isinstance(done, Gathering), done
        await self.desk.works()


def _shown(told: ToTell) -> tuple[str, bool]:
    name = told.contact.name if told.contact else "a member"
    return name, any(each.no_contact for each in told.things)


ALL = ("invitations", "offers", "to tell")


def once(*names: str) -> Counter[tuple[str, bool]]:
    return Counter((name, name in IN_PERSON) for name in names)


@pytest.mark.parametrize("steps", ["c", "m", "mm", "mc", "mlc", "mlm", "lc", "mlb", "mr", "mlr", "mri"])
async def test_whoever_knew_is_listed_once_whatever_happened_before(desk: Helpdesk, steps: str) -> None:
    """Moved (m), moved back (b), called off (c), the time to confirm is over (r), all are invited anew (i); in between
    all is listed (l).
    """
    hall = await Hall.of(desk)
    assert await hall.lists("offers", "to tell") == []
    for number, step in enumerate(steps):
        if step == "l":
            await hall.lists(*ALL)
        elif step == "c":
            await hall.cancels()
        elif step == "r":
            await hall.releases()
        elif step == "i":
            await hall.invites()
        else:
            await hall.moves(0 if step == "b" else 7 * (number + 1))
    still = await hall.still_to_tell()
    told = await hall.lists("to tell")
    assert len(told) == still, told
    found = Counter([*told, *await hall.lists("invitations", "offers")])
    knew = KNEW | ({"invited later"} if steps[-1] != "c" or "l" in steps else set())
    # Who is never written to and had agreed to the old days was told that the task is theirs no longer.
    knew -= {"helper, silent"} if steps.startswith("ml") else set()
    # Whoever had been asked to confirm and did not has nothing more to hear; who waited is offered a seat.
    knew = {"waits"} if steps == "mlr" else knew
    # Whoever lost a seat unheard and is invited anew is told both; who wants no letters hears of the seat alone.
    anew = once("seated", "speaks and has a seat", "offered", "gave up") if steps[-1] == "i" else Counter()
    expected = once(*knew) + anew
    assert found == expected, (found - expected, expected - found)
    assert (await hall.lists(*ALL), await hall.still_to_tell()) == ([], 0)
    if steps[-1] == "c":
        assert Counter(await hall.lists("to tell", again=True)) == once(*knew, *IN_PERSON - knew)
        # Whoever is more than a guest there is to be found by their own id, too.
        query = (
            "SELECT DISTINCT name FROM reading JOIN contact ON contact.id = subject WHERE what = 'contact'"
        )
        shown = {row["name"] for row in await desk.rows(query)}
        assert shown == {"helper", "helper, silent", "speaks and has a seat"}


async def test_an_interpreter_who_is_never_written_to_is_not_freed_in_silence(world: World) -> None:
    """Staff tell them in person that the days are others, by the gathering's list or by that of all helpers."""
    events, why = world.events, {"reason": "to call them"}
    who = await events.helper(
        {"language": "ko", "into": "ja", "level": "c1", "modes": ["consecutive"]}, tasks=("interpret",)
    )
    language = {"source": "ko", "target": "ja", "level": "cefr:c1"}
    gathering = await events.announced(languages=[language])
    path = f"/gatherings/{gathering}"

    async def needs(status: str) -> Any:
        found = await until(
            lambda: events.get("/needs", gathering_id=gathering),
            lambda page: [each["status"] for each in page["items"]] == [status],
        )
        return found["items"][0]

    await events.accept(await events.get(f"/needs/{(await needs('offered'))['need_id']}"))
    await needs("accepted")
    await events.post(f"/volunteers/{who}/no-contact", {"no_contact": True})
    moved = {name: HEARING[name].replace("04-12", "05-12") for name in ("starts_at", "ends_at")}  # type: ignore[attr-defined]
    await events.post(f"{path}/move", {"zone": "Europe/Brussels", **moved, "note": "the hall is not free"})
    await needs("unmet")
    assert (await events.get(path))["to_tell"] == 1
    for place, again in ((f"{path}/to-tell", False), ("/volunteers/to-tell", True)):
        answer = await events.try_post(place, {**why, "again": again})
        assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
        assert (row["name"], row["mail"], row["how"], row["as"]) == (
            "Example Helper", "", "in person", "helper, interpret",
        )  # fmt: skip
        assert row["news"] == "does not have the task any more: who has it does not want to be written to"
        empty = await events.try_post(place, why)
        assert empty.text.count("\n") == 1
    assert (await events.get(path))["to_tell"] == 0
    register = (await events.get("/guests/readings"))["items"]
    contact = (await events.get(f"/volunteers/{who}"))["contact_id"]
    of_all, of_one = (
        (gathering, "/gatherings/{gathering_id}/to-tell"),
        (contact, "/gatherings/{gathering_id}/to-tell"),
    )
    assert [(each["subject"], each["route"]) for each in register] == [
        of_all, of_one, of_all, (contact, "/volunteers/to-tell"),
    ]  # fmt: skip
    await events.post(f"{path}/cancel", {"note": "no visas"})
    assert (await events.try_post(f"{path}/to-tell", why)).text.count("\n") == 1


MIGRATION = importlib.import_module("services.events.migrations.versions.0008_news")


@pytest.mark.parametrize("over", [False, True])
async def test_after_an_update_whoever_knew_of_what_was_called_off_before_is_listed(
    desk: Helpdesk, over: bool
) -> None:
    """Of gatherings to come; nobody is told of those whose day is over. Who was invited is not known to have heard."""
    hall = await Hall.of(desk)
    await hall.cancels()
    for table in ("seat", "slot", "assignment"):
        await desk.rows(f"UPDATE {table} SET news = '', told_on = NULL")  # noqa: S608, ours
    if over:
        await desk.turn(DAY + timedelta(days=40))
    for statement in (MIGRATION.SEATS, MIGRATION.SLOTS, MIGRATION.HELPERS):
        await desk.rows(statement)
    knew = set() if over else KNEW - {"invited and told"}
    assert Counter(await hall.lists("to tell")) == once(*knew)


async def test_after_an_update_nobody_is_asked_who_was_found_to_be_never_written_to(desk: Helpdesk) -> None:
    """Before the day turns."""
    who = await desk.volunteer()
    await desk.gathering(DAY + timedelta(days=30), KOREAN)
    assert [volunteer for _, volunteer in await desk.held()] == [who]
    await desk.rows("UPDATE volunteer SET no_contact = true")
    await desk.rows(MIGRATION.LOOK_AGAIN)
    await desk.works()
    assert (await desk.held(), len(await desk.held("freed"))) == ([], 1)
