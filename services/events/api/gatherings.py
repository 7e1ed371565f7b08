"""Gatherings: planning, announcing and looking at them. No answer here says where one is."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from services.events import contacts
from services.events.api.models import (
    EVENTS,
    LOOKING,
    Code,
    EventsSettings,
    Language,
    Moment,
    Note,
    WithNote,
    Zone,
)
from services.events.commands import deciding
from services.events.commands import gatherings as commands
from services.events.contacts import Venue
from services.events.domain import gatherings as rules
from services.events.domain.gatherings import Deadlines, Gathering, Kind, Moving, Safety, Times
from services.events.queries import gatherings as queries
from services.events.repository import news
from services.events.repository.gatherings import find as find_one
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.people import LONGEST_PHONE, PHONE
from shared.web.models import Body, Day, shown
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/gatherings", tags=["gatherings"])
Seats = Annotated[int, Field(strict=True, ge=0, le=100_000)]


class TimesBody(Body):
    """When a gathering is. Moments are given with their zone's offset; days are counted in `zone`."""

    zone: Zone
    starts_at: Moment
    ends_at: Moment
    closes_at: Moment | None = Field(
        default=None, description="until when seats are given and offered; if left out, until it begins"
    )

    def times(self) -> Times:
        return Times(self.zone, self.starts_at, self.ends_at, self.closes_at or self.starts_at)


class VenueBody(Body):
    """What a gathering is called and where it is."""

    title: Annotated[str, Field(min_length=3, max_length=200, pattern=r"\S")]
    place: Annotated[str, Field(max_length=500, pattern=r"\S")] | None = None
    link: Annotated[str, Field(max_length=500, pattern=r"^https://\S+$")] | None = None
    emergency: Annotated[str, Field(max_length=LONGEST_PHONE, pattern=PHONE)] | None = None

    def venue(self) -> Venue:
        return Venue(self.title, self.place, self.link, self.emergency)


class LanguageBody(Body):
    """Whom a gathering needs: somebody who puts one language into another."""

    source: Language
    target: Language
    level: Annotated[str, Field(pattern=r"^[a-z]{2,10}:[a-z0-9]{1,10}$", examples=["cefr:c1"])]
    mode: Code = "consecutive"
    people: Annotated[int, Field(strict=True, ge=1, le=20)] = 1
    variety: Code | None = Field(
        default=None, description="of the language that is spoken, as skills name it"
    )
    topic: Code | None = Field(default=None, description="whose words they know, as skills name it")

    def language(self) -> rules.Language:
        return rules.Language(
            self.source, self.target, self.level, self.mode, self.people, self.variety, self.topic
        )


class NewGathering(TimesBody):
    """A gathering to be planned."""

    kind: Kind
    safety: Safety = Safety.OPEN
    seats: Seats
    venue: VenueBody
    languages: list[LanguageBody] = Field(default=[], max_length=10)
    topics: list[Code] = Field(default=[], max_length=20)
    papers_due_on: Day | None = None
    translation_due_on: Day | None = None
    smaller_may_pass: bool = Field(
        default=False, description="a smaller party may be seated before a larger one that waits for room"
    )

    def plan(self) -> commands.Plan:
        return commands.Plan(
            kind=self.kind,
            safety=self.safety,
            times=self.times(),
            seats=self.seats,
            venue=self.venue.venue(),
            languages=tuple(each.language() for each in self.languages),
            topics=frozenset(self.topics),
            deadlines=Deadlines(self.papers_due_on, self.translation_due_on),
            smaller_may_pass=self.smaller_may_pass,
        )


class GatheringOut(BaseModel):
    """A gathering as figures."""

    gathering_id: UUID
    code: str = Field(examples=["GK7Q2M4X"])
    kind: str
    status: str
    safety: Safety
    zone: str
    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    starts_on: date
    languages: list[LanguageBody]
    topics: list[str]
    seats: int
    taken: int
    waiting: int
    free: int
    plan_version: int = Field(description="how often languages, topics and safety class were written")
    smaller_may_pass: bool
    papers_due_on: date | None
    translation_due_on: date | None
    title: str | None = Field(
        default=None, description="none of a closed gathering: it is shown with a reason"
    )
    to_tell: int | None = Field(
        default=None,
        description="so many are still to be told that it was moved or called off: `to-tell` lists them; said of one",
    )

    @classmethod
    def of(cls, gathering: Gathering, title: str | None = None, to_tell: int | None = None) -> "GatheringOut":
        return cls(
            to_tell=to_tell,
            gathering_id=gathering.id,
            status=gathering.shown_status.value,
            languages=[LanguageBody(**vars(each)) for each in gathering.languages],
            topics=sorted(gathering.topics),
            papers_due_on=gathering.deadlines.papers,
            translation_due_on=gathering.deadlines.translation,
            starts_on=gathering.times.starts_on,
            title=None if gathering.safety is Safety.CLOSED else title,
            **vars(gathering.times),
            **{name: getattr(gathering, name) for name in _SAME},
        )


_SAME = ("code", "kind", "safety", "seats", "taken", "waiting", "free", "smaller_may_pass", "plan_version")


@router.post("", status_code=201, dependencies=[EVENTS])
async def plan(body: NewGathering, work: Work) -> GatheringOut:
    """Plan a gathering; nobody can ask for a seat before it is announced."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        return shown(await commands.plan(unit, body.plan()), GatheringOut.of)

    return await work.once(GatheringOut, do)


@router.post("/{gathering_id}/announce", dependencies=[EVENTS])
async def announce(gathering_id: UUID, work: Work) -> GatheringOut:
    """From now on seats are given."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        return shown(await commands.announce(unit, gathering_id), GatheringOut.of)

    return await work.once(GatheringOut, do)


class MovingBody(TimesBody):
    """Another time, and perhaps another place. What is left out moves along with the beginning."""

    closes_at: Moment | None = Field(
        default=None, description="if left out, as long before the beginning as it was"
    )
    papers_due_on: Day | None = Field(
        default=None, description="if left out, as many days later as the beginning"
    )
    translation_due_on: Day | None = Field(default=None, description="as papers_due_on")
    venue: VenueBody | None = None
    note: Note

    def moving(self) -> Moving:
        dues = (self.papers_due_on, self.translation_due_on)
        return Moving(self.zone, self.starts_at, self.ends_at, self.closes_at, *dues)


@router.post("/{gathering_id}/move", dependencies=[EVENTS])
async def move(gathering_id: UUID, body: MovingBody, work: Work, settings: EventsSettings) -> GatheringOut:
    """Move a gathering: who has a seat is asked to confirm it, and keeps it for some days; helpers are asked again."""
    venue = body.venue.venue() if body.venue else None

    async def do(unit: Unit) -> GatheringOut | Refused:
        done = await deciding.move(unit, settings.seat_rules, gathering_id, body.moving(), venue, body.note)
        return shown(done, GatheringOut.of)

    return await work.once(GatheringOut, do)


@router.post("/{gathering_id}/hold", dependencies=[EVENTS])
async def hold(gathering_id: UUID, work: Work, settings: EventsSettings) -> GatheringOut:
    """The gathering was held."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        return shown(await deciding.hold(unit, settings.seat_rules, gathering_id), GatheringOut.of)

    return await work.once(GatheringOut, do)


@router.post("/{gathering_id}/cancel", dependencies=[EVENTS])
async def cancel(gathering_id: UUID, body: WithNote, work: Work, settings: EventsSettings) -> GatheringOut:
    """The gathering does not take place: seats, places and offers end."""

    async def do(unit: Unit) -> GatheringOut | Refused:
        done = await deciding.cancel(unit, settings.seat_rules, gathering_id, body.note)
        return shown(done, GatheringOut.of)

    return await work.once(GatheringOut, do)


@router.get("/{gathering_id}", dependencies=[LOOKING])
async def show(gathering_id: UUID, session: Reading) -> GatheringOut:
    """One gathering."""
    gathering = accepted(await find_one(session, gathering_id) or missing("such gathering"))
    titles = await contacts.titles(session, [gathering_id])
    return GatheringOut.of(gathering, titles.get(gathering_id), await news.people_of(session, gathering))


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading,
    after: After = None,
    limit: Limit = 100,
    first: Annotated[Day | None, Query(description="from this day on")] = None,
    kind: Kind | None = None,
) -> Page[GatheringOut]:
    """Gatherings in the order in which they were planned."""
    found = await queries.found(session, limit + 1, place_of(after), first, kind.value if kind else None)
    titles = await contacts.titles(session, [each.id for each in found])
    return page_of(
        found, limit, lambda each: GatheringOut.of(each, titles.get(each.id)), lambda each: each.id
    )
