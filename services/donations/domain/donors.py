"""Donors: who gives, as codes and choices."""

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
