"""Volunteers: who would help, in which languages, and what was checked. Names are masked here."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import RowMapping

from services.events import contacts
from services.events.api.contacts import ContactBody
from services.events.api.models import EVENTS, LOOKING, Code, EventsSettings, Language, NoContactBody
from services.events.commands import volunteers as commands
from services.events.commands.volunteers import Applicant, Profile
from services.events.domain.helping import Volunteer, VolunteerState
from services.events.domain.languages import Skill
from services.events.queries import helping as queries
from shared.messaging.day import today_of
from shared.messaging.unit import Unit
from shared.outcomes import Refused, missing
from shared.web.models import Body, Day
from shared.web.paging import After, Limit, Page, page_of, place_of
from shared.web.work import Reading, Work, accepted

router = APIRouter(prefix="/volunteers", tags=["volunteers"])
Level = Annotated[str, Field(max_length=20, pattern=r"^([a-z]{2,10}:)?[a-z0-9]{1,10}$", examples=["cefr:c1"])]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Codes = Annotated[list[Code], Field(max_length=20)]
Region = Annotated[str, Field(max_length=40, pattern=r"^[a-z0-9-]+$", examples=["tokyo"])]


class SkillBody(Body):
    """A language; with `into`, one that is put into the other. Without a level, nobody has tested it."""

    language: Language
    into: Language | None = None
    level: Level | None = None
    varieties: Codes = Field(default=[])
    topics: Codes = Field(default=[])
    modes: Codes = Field(default=[], examples=[["consecutive", "simultaneous"]])

    def skill(self) -> Skill:
        sets = (frozenset(self.varieties), frozenset(self.topics), frozenset(self.modes))
        return Skill(self.language, self.into, self.level, *sets)

    @classmethod
    def of(cls, skill: Skill) -> Self:
        sets = {name: sorted(getattr(skill, name)) for name in ("varieties", "topics", "modes")}
        return cls(language=skill.language, into=skill.into, level=skill.level, **sets)


class ProfileBody(Body):
    """What somebody would do, in which languages, where and when."""

    tasks: Annotated[Codes, Field(examples=[["interpret", "accompany"]])]
    skills: list[SkillBody] = Field(default=[], max_length=20)
    regions: list[Region] = Field(default=[], max_length=20)
    online: bool = False
    weekdays: list[Weekday] = Field(default=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    gender: Literal["female", "male", "other"] | None = None
    available_from: Day | None = None
    available_until: Day | None = None
    earlier: Annotated[int, Field(strict=True, ge=0, le=10_000)] = Field(
        default=0, description="tasks done elsewhere before; who has none is not alone at the first one"
    )

    def profile(self) -> Profile:
        return Profile(
            frozenset(self.tasks),
            tuple(each.skill() for each in self.skills),
            frozenset(self.regions),
            self.online,
            frozenset(self.weekdays),
            self.gender,
            self.available_from,
            self.available_until,
            self.earlier,
        )


class ReprofileBody(ProfileBody):
    """All that somebody would do from now on, and whether they are of age, if that was written down wrongly."""

    adult: bool | None = Field(default=None, strict=True, description="left out, it stays")


class NewVolunteer(ProfileBody):
    """Somebody who wants to help."""

    contact: ContactBody
    adult: bool = Field(strict=True, description="is of age; somebody has looked")


class CheckBody(Body):
    """Something that was checked."""

    what: Code = Field(examples=["police_record", "safeguarding", "confidentiality"])
    until: Day | None = Field(
        default=None, description="the last day on which it counts; without one it has no end"
    )


class TieBody(Body):
    """A household that a volunteer does not help, and why."""

    household_id: UUID
    why: Literal["same_town", "known", "relative"]


class StateBody(Body):
    """What a volunteer is from now on."""

    state: Literal["checked", "active", "paused", "left"]


class VolunteerId(BaseModel):
    """Whom it is about."""

    volunteer_id: UUID


class VolunteerOut(BaseModel):
    """A volunteer. The name is behind the contact, and asked for with a reason."""

    volunteer_id: UUID
    contact_id: UUID = Field(
        description="`POST /guests/{contact_id}/contact` shows it with a reason, and "
        "`POST /contacts/{contact_id}/correct` corrects it"
    )
    name: str = Field(description="its first letter alone")
    state: VolunteerState
    adult: bool
    no_contact: bool = Field(description="is never written to, and so asked for nothing")
    tasks: list[str]
    skills: list[SkillBody]
    regions: list[str]
    online: bool
    weekdays: list[str]
    gender: str | None
    available_from: date | None
    available_until: date | None
    checks: dict[str, date | None] = Field(description="until when each counts")
    run_out: list[str] = Field(description="checks that count no longer")
    open: int = Field(description="tasks that they have")
    served: int = Field(description="tasks that they have done here")
    earlier: int
    minutes: int

    @classmethod
    def of(cls, row: RowMapping, volunteer: Volunteer, name: str, today: date) -> Self:
        return cls(
            run_out=volunteer.run_out(today),
            volunteer_id=row["id"],
            name=name,
            skills=[SkillBody.of(each) for each in volunteer.skills],
            checks=dict(volunteer.checks),
            **{each: row[each] for each in cls.model_fields.keys() & row.keys()},
        )


def _it(outcome: UUID | Refused) -> VolunteerId | Refused:
    return outcome if isinstance(outcome, Refused) else VolunteerId(volunteer_id=outcome)


@router.post("", status_code=201, dependencies=[EVENTS])
async def apply(body: NewVolunteer, work: Work) -> VolunteerId:
    """Somebody wants to help. Nobody is asked before they are checked and active."""
    who = Applicant(body.contact.contact(), body.adult, body.profile())

    async def do(unit: Unit) -> VolunteerId | Refused:
        return _it(await commands.apply(unit, who))

    return await work.once(VolunteerId, do)


@router.get("", dependencies=[LOOKING])
async def find(
    session: Reading, state: VolunteerState | None = None, after: After = None, limit: Limit = 100
) -> Page[VolunteerOut]:
    """Volunteers in the order in which they came."""
    found = await queries.volunteers(session, limit + 1, place_of(after), state.value if state else None)
    names = await contacts.masks(session, [row["contact_id"] for row, _ in found])
    today = await today_of(session)
    return page_of(
        found,
        limit,
        lambda each: VolunteerOut.of(*each, names[each[0]["contact_id"]], today),
        lambda each: each[0]["id"],
    )


@router.get("/{volunteer_id}", dependencies=[LOOKING])
async def show(volunteer_id: UUID, session: Reading) -> VolunteerOut:
    """One volunteer."""
    found = await queries.volunteers(session, 1, volunteer_id=volunteer_id)
    row, volunteer = accepted(found[0] if found else missing("such volunteer"))
    names = await contacts.masks(session, [row["contact_id"]])
    return VolunteerOut.of(row, volunteer, names[row["contact_id"]], await today_of(session))


@router.post("/{volunteer_id}/profile", dependencies=[EVENTS])
async def reprofile(
    volunteer_id: UUID, body: ReprofileBody, work: Work, settings: EventsSettings
) -> VolunteerId:
    """All that a volunteer would do from now on, with all languages and days."""

    async def do(unit: Unit) -> VolunteerId | Refused:
        profile = body.profile()
        return _it(await commands.reprofile(unit, settings.helping, volunteer_id, profile, body.adult))

    return await work.once(VolunteerId, do)


@router.post("/{volunteer_id}/checks", dependencies=[EVENTS])
async def check(volunteer_id: UUID, body: CheckBody, work: Work, settings: EventsSettings) -> VolunteerId:
    """Something was checked of a volunteer; a later check of the same takes its place."""

    async def do(unit: Unit) -> VolunteerId | Refused:
        return _it(await commands.check(unit, settings.helping, volunteer_id, body.what, body.until))

    return await work.once(VolunteerId, do)


@router.post("/{volunteer_id}/ties", dependencies=[EVENTS])
async def tie(volunteer_id: UUID, body: TieBody, work: Work, settings: EventsSettings) -> VolunteerId:
    """A volunteer does not help this household: they are from one town, or know each other."""

    async def do(unit: Unit) -> VolunteerId | Refused:
        return _it(await commands.tie(unit, settings.helping, volunteer_id, body.household_id, body.why))

    return await work.once(VolunteerId, do)


@router.post("/{volunteer_id}/no-contact", dependencies=[EVENTS])
async def set_no_contact(volunteer_id: UUID, body: NoContactBody, work: Work) -> VolunteerId:
    """A volunteer is never written to, or may be again. What they have agreed to stays theirs."""

    async def do(unit: Unit) -> VolunteerId | Refused:
        return _it(await commands.set_no_contact(unit, volunteer_id, body.no_contact))

    return await work.once(VolunteerId, do)


@router.post("/{volunteer_id}/state", dependencies=[EVENTS])
async def step(volunteer_id: UUID, body: StateBody, work: Work, settings: EventsSettings) -> VolunteerId:
    """A volunteer is checked, active, paused or gone. Who is not active is freed of all open tasks."""

    async def do(unit: Unit) -> VolunteerId | Refused:
        return _it(await commands.step(unit, settings.helping, volunteer_id, VolunteerState(body.state)))

    return await work.once(VolunteerId, do)
