"""Invented guests: they ask for seats, give one up, use what they are offered, and come."""

from datetime import date
from typing import Any

from shared.cli.demo.steps import Steps


def contact(name: str) -> dict[str, str]:
    """How an invented person is reached."""
    return {"name": name, "mail": f"{name.rsplit(maxsplit=1)[-1].lower()}@example.org"}


def guest(name: str, *, member: bool = False) -> dict[str, Any]:
    return {"contact": contact(name), "language": "en", "member": member}


async def ask(steps: Steps, gathering: str, code: str, parties: list[list[dict[str, Any]]]) -> list[str]:
    """Each party asks for its seats once; gives the ids of the parties, in the order of arrival."""
    found = []
    for number, party in enumerate(parties, 1):
        path = f"/gatherings/{gathering}/seats"
        answer = await steps.post("events", path, f"{code}/party/{number}", {"guests": party})
        found.append(str(answer["party_id"]))
    return found


async def accept_offers(steps: Steps, gathering: str, code: str) -> None:
    """Whoever is offered a seat takes it."""
    seats = await steps.all_of("events", f"/gatherings/{gathering}/seats")
    for party in {each["party_id"] for each in seats if each["state"] == "offered"}:
        path = f"/gatherings/{gathering}/parties/{party}/accept"
        await steps.post("events", path, f"{code}/accept/{party}", None)


async def hold(steps: Steps, gathering: str, code: str) -> None:
    """Everybody who had a seat came, and the gathering is told as held."""
    seats = await steps.all_of("events", f"/gatherings/{gathering}/seats")
    came = {each["seat_id"]: True for each in seats if each["state"] == "seated"}
    if came:
        path = f"/gatherings/{gathering}/attendance"
        await steps.post("events", path, f"{code}/attendance", {"came": came})
    await steps.post("events", f"/gatherings/{gathering}/hold", f"{code}/hold", None)


def times(day: date, zone: str, offset: str, hours: tuple[int, int] = (10, 12)) -> dict[str, str]:
    """From and to whole hours of a day in a zone."""
    begins, ends = (f"{day}T{hour:02}:00:00{offset}" for hour in hours)
    return {"zone": zone, "starts_at": begins, "ends_at": ends}
