"""Children at school: terms, their fees, and what donations answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from uuid_utils.compat import uuid7

from services.sponsorship.commands.seen import stale
from services.sponsorship.domain.rules import Rules
from services.sponsorship.domain.school import AHEAD, Level, due_days, last_day
from services.sponsorship.ledger import MANY, Book
from services.sponsorship.repository import children, school
from services.sponsorship.tables import SCHOOL_MONTH, SCHOOL_TERM
from shared.contracts.donations import GrantChanged
from shared.messaging.states import newer
from shared.messaging.unit import Unit
from shared.outcomes import Refused, conflict, invalid, missing

SCHOOL = "school"
"""The kind of the grants that are asked for here."""

TELL_ASKER = "tell_asker"
"""The timer that says a payment of before `asked_by` once more, with who asked for it."""


@dataclass(frozen=True)
class NewTerm:
    """A child goes to school; the `fee` of each month is in minor units of the currency."""

    child_id: UUID
    level: Level
    starts_on: date
    ends_on: date
    fee: int
    currency: str


@dataclass(frozen=True)
class Planned:
    """A term that was written down. For `too_early` of its months nobody is asked: the child is listed since a later
    day, `listed_on`.
    """

    term_id: UUID
    too_early: int
    listed_on: date


async def plan(unit: Unit, rules: Rules, wanted: NewTerm) -> Planned | Refused:
    """Write down a term. Of months that are due already, the fund is asked for what no gift covers since the day on
    which the child was listed. A term that was over by then is refused.
    """
    if refused := _unfit(wanted, unit.today):
        return refused
    async with Book.open(unit, rules) as book:
        session, child = unit.session, wanted.child_id
        if not (found := (await children.known(session, [child])).get(child)):
            return missing("such child")
        listed_on = found["waiting_since"]
        days = due_days(wanted.starts_on, wanted.ends_on)
        if days[-1] < listed_on:
            words = f"All months of this term were due before the child was listed on {listed_on}"
            return conflict(f"{words}: the fund pays nothing for them.")
        if await school.overlaps(session, child, wanted.starts_on, wanted.ends_on):
            return conflict("This child has a term within these days already.")
        term_id = uuid7()
        row = {**vars(wanted), "level": wanted.level.value, "id": term_id, "actor": unit.actor.id}
        unit.writes.insert(SCHOOL_TERM, [row])
        months = [{"id": uuid7(), "term_id": term_id, "child_id": child, "due_on": day} for day in days]
        unit.writes.insert(SCHOOL_MONTH, months)
        book.touch([child])
    return Planned(term_id, sum(day < listed_on for day in days), listed_on)


def _unfit(wanted: NewTerm, today: date) -> Refused | None:
    """Why no term has these days."""
    if wanted.starts_on > today + AHEAD:
        words = f"A term is written down at most {AHEAD.days} days before it begins."
        return invalid(words, ("starts_on", "lies too far ahead"))
    if wanted.ends_on < wanted.starts_on:
        return invalid("A term ends on its first day or later.", ("ends_on", "lies before the first day"))
    if wanted.ends_on > last_day(wanted.starts_on):
        words = "A term has twelve months at most."
        return invalid(words, ("ends_on", "is not within a year of the first day"))
    return None


@dataclass(frozen=True)
class Change:
    """What is otherwise of a term that was seen in this version; what is None stays."""

    version: int
    fee: int | None = None
    ends_on: date | None = None


async def change(unit: Unit, rules: Rules, term_id: UUID, wanted: Change) -> UUID | Refused:
    """A term costs more or less, for all its months, or ends earlier: what is not paid for the rest is withdrawn."""
    async with Book.open(unit, rules) as book:
        term = await school.term(unit.session, term_id)
        if term is None:
            return missing("such term")
        if refused := stale("term", term["version"], wanted.version):
            return refused
        values: dict[str, object] = {name: value for name, value in vars(wanted).items() if value is not None}
        if not term["starts_on"] <= (wanted.ends_on or term["ends_on"]) <= term["ends_on"]:
            words = "A term can only end earlier. For more months write down another term."
            return invalid(words, ("ends_on", "is not within the term"))
        if wanted.fee is not None and wanted.fee > term["fee"] and unit.actor.id not in term["raised_by"]:
            values["raised_by"] = [*term["raised_by"], unit.actor.id]
        await school.change_term(unit.session, term_id, **{**values, "version": wanted.version + 1})
        book.touch([term["child_id"]])
    return term_id


async def hear(unit: Unit, rules: Rules, facts: Sequence[GrantChanged]) -> None:
    """Keep what became of payments that were asked for here. Grants of other kinds are intake's."""
    async with Book.open(unit, rules) as book:
        rows = await school.asked(unit.session, {each.grant_id for each in facts if each.kind == SCHOOL})
        news = newer([each for each in facts if each.grant_id in rows], rows, unit.looked_at)
        school.save_answers(unit.writes, news)
        book.touch(row["child_id"] for key in news if (row := rows[key]))


async def turn(unit: Unit, rules: Rules, day: date) -> None:
    """A month begins for some children: its fee is due."""
    found = sorted(await school.due_on(unit.session, day))
    for first in range(0, len(found), MANY):
        async with Book.open(unit, rules) as book:
            book.touch(found[first : first + MANY])


async def tell_asker(unit: Unit, rules: Rules, payment_id: UUID) -> None:
    """Donations has heard of a payment before it was told who asks: it is said once more, if it is open."""
    async with Book.open(unit, rules) as book:
        await book.say_again(payment_id)
