"""Donors: who gives, as codes and choices; and how their names are compared."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class DonorKind(StrEnum):
    """A person or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Choices:
    """What a donor is and wants. An anonymous one is named in no list and no letter to others."""

    kind: DonorKind = DonorKind.PERSON
    member: bool = False
    anonymous: bool = False
    may_write: bool = False
    language: str = "ja"


def folded(text: str) -> str:
    """As names and addresses are compared: width, capitals and blanks make no other one."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def digits_of(phone: str) -> str:
    """As telephone numbers are compared: their digits, without what groups them."""
    return "".join(each for each in unicodedata.normalize("NFKC", phone) if each.isdecimal())


def masked(name: str) -> str:
    """A name as lists show it: its first letter alone."""
    return f"{name.strip()[:1]}…"
