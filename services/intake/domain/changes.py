"""What can happen to a household. Each change gives the household after it, or says why it cannot be."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.intake.domain.households import MOST_MEMBERS, Household, Member, Outcome, Priority, Status
from services.intake.domain.people import Relation
from shared.contracts.intake import AgeBand, NeedKind
from shared.outcomes import Refused, conflict, missing

CLOSED_ALREADY = conflict("This household is closed. Reopen it first.")
FULL = conflict(f"A household has at most {MOST_MEMBERS} members.")


TWO_HEADS = conflict(
    "Another member is head of this household. Correct the relation of that one first, then name the new head."
)


def has_head(household: Household, besides: UUID | None = None) -> bool:
    """Whether somebody present is head; `besides` is not looked at."""
    return any(each.relation is Relation.HEAD and each.id != besides for each in household.present)


def lost_its_head(before: Household, after: Household) -> bool:
    """Whether a household had a head before a change, and has none after it."""
    return has_head(before) and not has_head(after)


def change(
    household: Household,
    region: str | None = None,
    needs: frozenset[NeedKind] | None = None,
    priorities: frozenset[Priority] | None = None,
) -> Household | Refused:
    """What is None stays; a household that is no different afterwards keeps its version."""
    if not household.helped:
        return CLOSED_ALREADY
    after = replace(
        household,
        region=household.region if region is None else region,
        needs=household.needs if needs is None else needs,
        priorities=household.priorities if priorities is None else priorities,
    )
    return after if after == household else _next(after)


def join(household: Household, *newcomers: Member) -> Household | Refused:
    """Members join, all in one change."""
    if not household.helped:
        return CLOSED_ALREADY
    if len(household.present) + len(newcomers) > MOST_MEMBERS:
        return FULL
    if any(member.joined_on < household.arrived_on for member in newcomers):
        return conflict("A member cannot join before the household arrived.")
    return _next(replace(household, members=household.members + newcomers))


def leave(household: Household, member_id: UUID, on: date) -> Household | Refused:
    """A member leaves."""
    found = next((member for member in household.members if member.id == member_id), None)
    if found is None:
        return missing("such member in this household")
    if not household.helped:
        return CLOSED_ALREADY
    if found.left_on is not None:
        return conflict("This member has left already.")
    if on < found.joined_on:
        return conflict("A member cannot leave before joining.")
    if len(household.present) == 1:
        return conflict("The last member cannot leave. Close the household instead.")
    members = tuple(replace(each, left_on=on) if each.id == member_id else each for each in household.members)
    return _next(replace(household, members=members))


def move(
    here: Household, there: Household, member_id: UUID, relation: Relation, on: date
) -> tuple[Household, Household] | Refused:
    """A member moves from one household to another, and stays the same person for whoever gave them something."""
    found = next((member for member in here.present if member.id == member_id), None)
    if found is None:
        return missing("such member present in this household")
    if refused := _cannot_move(here, there, relation):
        return refused
    after = join(there, replace(found, relation=relation, joined_on=on))
    if isinstance(after, Refused):
        return after
    others = tuple(member for member in here.members if member.id != member_id)
    return _next(replace(here, members=others)), after


def _cannot_move(here: Household, there: Household, relation: Relation) -> Refused | None:
    if here.id == there.id:
        return conflict("This member is in that household already.")
    if len(here.present) == 1:
        return conflict("The last member cannot move. Let the others move here, or close this household.")
    if relation is Relation.HEAD and has_head(there):
        return TWO_HEADS
    return None if here.helped else CLOSED_ALREADY


def close(household: Household, outcome: Outcome, on: date) -> Household | Refused:
    """The household is no longer helped."""
    if not household.helped:
        return conflict("This household is closed already.")
    return _next(replace(household, status=Status.CLOSED, outcome=outcome, closed_on=on))


def undo(household: Household, brought: Collection[UUID], on: date) -> Household | Refused:
    """An import that brought these members is undone: what it alone brought was never there.

    A household of nobody else is closed as mistaken, and free for another import; from any other the members leave.
    """
    if not household.helped:
        return conflict("it is closed already")
    others = [member for member in household.present if member.id not in brought]
    if others:
        members = (_gone(each, on) if each.id in brought else each for each in household.members)
        after = replace(household, members=tuple(members))
        return household if after == household else _next(after)
    if household.import_id is None or any(member.id not in brought for member in household.members):
        return conflict("everybody else has left it: close it by hand if nobody is there")
    after = replace(household, status=Status.CLOSED, outcome=Outcome.MISTAKEN, closed_on=on)
    return _next(replace(after, register_ref=None, priorities=frozenset()))


def _gone(member: Member, on: date) -> Member:
    return member if member.left_on else replace(member, left_on=max(on, member.joined_on))


def correct(household: Household, member_id: UUID, **values: Any) -> Household | Refused:
    """Other values of a member, who was this all along; a household that is no different keeps its version.

    A closed household keeps its version too: the others hear its whole state when it is opened again.
    """
    if all(member.id != member_id for member in household.members):
        return missing("such member in this household")
    if values.get("relation") is Relation.HEAD and has_head(household, besides=member_id):
        return TWO_HEADS
    members = (replace(each, **values) if each.id == member_id else each for each in household.members)
    after = replace(household, members=tuple(members))
    told = [
        tuple((each.age_band, each.size, each.languages, each.circumstances) for each in some.present)
        for some in (household, after)
    ]
    return _next(after) if household.helped and told[0] != told[1] else after


def reopen(household: Household, bands: Mapping[UUID, AgeBand]) -> Household | Refused:
    """A closed household is helped again, with the members it had; `bands` are their age bands today, by member."""
    if household.helped:
        return conflict("This household is not closed.")
    again = replace(household, status=Status.REOPENED, outcome=None, closed_on=None)
    return _next(_with_bands(again, bands))


def grow(household: Household, bands: Mapping[UUID, AgeBand]) -> Household:
    """Members come into other age bands, all in one change; `bands` holds the new ones, by member."""
    after = _with_bands(household, bands)
    return after if after == household else _next(after)


def _with_bands(household: Household, bands: Mapping[UUID, AgeBand]) -> Household:
    members = (replace(each, age_band=bands.get(each.id, each.age_band)) for each in household.members)
    return replace(household, members=tuple(members))


def _next(household: Household) -> Household:
    return replace(household, version=household.version + 1)
