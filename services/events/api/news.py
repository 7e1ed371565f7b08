"""Whom to tell that something changed or is off; shown with a reason, which is kept with whoever asks."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from fastapi import APIRouter, Response

from services.events.api.letters import Telling
from services.events.api.models import EVENTS, reading_of
from services.events.commands import news as commands
from services.events.commands.news import ToTell
from shared.principals import Role
from shared.web.csv_files import CSV, csv_file, plain
from shared.web.work import Asking, OpenUnits, accepted

router = APIRouter(tags=["lists"])
OF_GATHERING, OF_HELPERS = "/gatherings/{gathering_id}/to-tell", "/volunteers/to-tell"
HEADINGS = ("name", "mail", "phone", "language", "how", "as", "news")


@router.post(OF_GATHERING, dependencies=[EVENTS], response_class=Response, responses=CSV)
async def of_gathering(gathering_id: UUID, body: Telling, units: OpenUnits, reader: Asking) -> Response:
    """Guests, speakers and helpers who are to be told that the gathering was moved or called off, as CSV: each once."""
    reading = reading_of("guests", gathering_id, OF_GATHERING, body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = accepted(await commands.of_gathering(unit, gathering_id, reading, again=body.again))
    return csv_file("to-tell", HEADINGS, map(_line, found))


@router.post(OF_HELPERS, dependencies=[EVENTS], response_class=Response, responses=CSV)
async def of_helpers(body: Telling, units: OpenUnits, reader: Asking) -> Response:
    """Helpers who are to be told that a task is another one or theirs no longer, as CSV: each once."""
    reading = reading_of("contact", UUID(int=0), OF_HELPERS, body.reason, Role.EVENTS)
    async with units.open(actor=reader) as unit:
        found = await commands.of_helpers(unit, reading, again=body.again)
    return csv_file("to-tell", HEADINGS, map(_line, found))


def _line(told: ToTell) -> Sequence[str]:
    """Who is never written to has no mail here; of a member of a household there is a stage name alone."""
    contact, silent = told.contact, any(each.no_contact for each in told.things)
    if contact is None:
        reached, how = (told.first.alias or "", "", ""), "at intake"
    else:
        mail = "" if silent else plain(contact.mail or "")
        reached, how = (
            (plain(contact.name), mail, plain(contact.phone or "")),
            "in person" if silent else "by letter",
        )
    language = next((each.language for each in told.things if each.language), "")
    return (
        *reached,
        language,
        how,
        _once(each.role for each in told.things),
        _once(each.words for each in told.things),
    )


def _once(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))
