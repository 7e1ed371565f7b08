"""What comes back instead of a result when something cannot be done: an outcome, not an exception."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """MISSING: there is no such thing. CONFLICT: not as things stand now. INVALID: not with these values. FORBIDDEN:
    not for whoever asks, as things stand now.
    """

    MISSING = "missing"
    CONFLICT = "conflict"
    INVALID = "invalid"
    FORBIDDEN = "forbidden"


@dataclass(frozen=True)
class Refused:
    """Nothing was done. `words` say why and what to do; `fields` are pairs of a field and what is wrong with it."""

    kind: Kind
    words: str
    fields: tuple[tuple[str, str], ...] = ()


def missing(what: str) -> Refused:
    """There is no `what` ("household", "such member in this household")."""
    return Refused(Kind.MISSING, f"There is no {what}.")


def conflict(words: str) -> Refused:
    """Not as things stand now."""
    return Refused(Kind.CONFLICT, words)


def invalid(words: str, *fields: tuple[str, str]) -> Refused:
    """Not with these values."""
    return Refused(Kind.INVALID, words, fields)


def forbidden(words: str) -> Refused:
    """Not for whoever asks, as things stand now."""
    return Refused(Kind.FORBIDDEN, words)
