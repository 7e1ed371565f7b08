"""Who speaks what: languages with their direction, level, variety, topics and ways of interpreting."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from services.events.domain.lacks import Lack
from shared.contracts.sponsorship import LEVELS

RANKS: Final = {level: rank for rank, level in enumerate(LEVELS)}
"""How far a level is, from 0."""


def rank(level: str | None) -> int | None:
    """How far a level is; None for none, and for one that is not known here. `cefr:b2` is `b2`.

    Levels of other scales, like those of the JLPT, are not turned into one of these: what they say of speaking differs.
    """
    return RANKS.get(level.removeprefix("cefr:")) if level else None


@dataclass(frozen=True)
class Skill:
    """A language that somebody speaks; with `into`, one that they put into the other. `level` is None where nobody has
    tested it. A skill holds for the varieties, topics and modes that it names, and for no others.
    """

    language: str
    into: str | None = None
    level: str | None = None
    varieties: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """A language that is wanted, at least at this level; with `into`, out of the one into the other. None of `variety`,
    `topic` and `mode` means that any will do.
    """

    language: str
    level: str
    into: str | None = None
    variety: str | None = None
    topic: str | None = None
    mode: str | None = None


def lacking(skill: Skill, wanted: Wanted) -> tuple[Lack, ...]:
    """What a skill lacks for what is wanted; nothing if it will do.

    A level that nobody has tested is no level, and one whose code is not known here is none either.
    """
    if skill.language != wanted.language:
        return (Lack.LANGUAGE,)
    found = []
    if wanted.into and skill.into != wanted.into:
        found.append(Lack.DIRECTION)
    has, wants = rank(skill.level), rank(wanted.level)
    if has is None or wants is None:
        found.append(Lack.LEVEL_UNKNOWN)
    elif has < wants:
        found.append(Lack.LEVEL)
    named = (
        (wanted.variety, skill.varieties, Lack.VARIETY),
        (wanted.topic, skill.topics, Lack.TOPIC),
        (wanted.mode, skill.modes, Lack.MODE),
    )
    found += [lack for one, known, lack in named if one and one not in known]
    return tuple(found)


def lacking_of(skills: Collection[Skill], wanted: Sequence[Wanted], any_of: bool) -> tuple[Lack, ...]:
    """What somebody with these skills lacks: for all that is wanted, or for the one of it that is nearest.

    Where no language is named at all nobody fits: whoever asks has to say one.
    """
    if not wanted:
        return (Lack.NO_LANGUAGE_NAMED,)
    each = [
        min((lacking(skill, one) for skill in skills), key=len, default=(Lack.LANGUAGE,)) for one in wanted
    ]
    if any_of:
        return min(each, key=lambda lacks: (len(lacks), Lack.LANGUAGE in lacks))
    return tuple(dict.fromkeys(lack for lacks in each for lack in lacks))
