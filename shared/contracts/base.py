"""What every contract is: a fact in the past tense, frozen, with a wire name that never changes."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""Counts the changes of an aggregate, from 1; as much as its column holds."""


Code = Annotated[str, Field(max_length=40, pattern=r"^[a-z][a-z0-9_]*$")]
"""A lower-case code whose list may grow: whoever does not know one treats it as another one of its kind."""

Language = Annotated[str, Field(max_length=10, pattern=r"^[a-z]{2,3}(-[A-Za-z]+)*$")]
"""A language by its code of ISO 639, perhaps with a script or region: ko, zh-Hans."""

PrincipalId = Annotated[str, Field(max_length=100, pattern=r"^[A-Za-z0-9][A-Za-z0-9:._@-]*$")]
"""Who did something, by id: staff by their code, never by a name."""


class Contract(BaseModel):
    """A fact one service tells the others.

    `wire` is the name on the wire, `<publisher>.<fact>.v<version>`: it is the routing key and part of each
    consumer's queue name, so it outlives any rename of the class. Within a version only optional fields are added.
    Contracts carry ids, age bands, sizes and counts; never a name, a birth date, a place to sleep or a note.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    wire: ClassVar[str]

    @property
    def subject(self) -> UUID:
        """The id of the aggregate the fact is about."""
        raise NotImplementedError(f"{type(self).__name__} must say what it is about")

    @classmethod
    def publisher(cls) -> str:
        return cls.wire.split(".", 1)[0]


class Part(BaseModel):
    """A frozen piece of a contract."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Money(Part):
    """So many minor units (yen, cents) of a currency, by its code of ISO 4217."""

    amount: Annotated[int, Field(ge=0, le=10**13)]
    currency: Annotated[str, Field(max_length=3, pattern=r"^[A-Z]{3}$")]
