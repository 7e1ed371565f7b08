"""What several routes share: amounts, days, reasons, the settings, and showing what a command did."""

from datetime import date
from typing import Annotated, Literal, Self

from fastapi import Depends, Query
from pydantic import AfterValidator, BaseModel, Field, model_validator

from services.donations.domain.funds import Purpose
from services.donations.domain.marks import LONGEST_REFERENCE, reference_of
from services.donations.domain.money import MOST, Money, money_of, written
from services.donations.settings import Settings
from shared.principals import Role
from shared.web.models import Body, Currency
from shared.web.problems import invalid
from shared.web.roles import allows
from shared.web.work import app_settings

TREASURER = allows(Role.TREASURER)
LOOKING = allows(Role.TREASURER, Role.AUDITOR)
MoneySettings = Annotated[Settings, Depends(app_settings)]
FundCode = Literal[
    "food",
    "clothing",
    "medical",
    "education",
    "resettlement",
    "protection",
    "family_visits",
    "general",
    "unassigned",
]
Place = Literal["cash", "bank", "paypal"]
Note = Annotated[
    str,
    Field(
        min_length=3,
        max_length=200,
        description="in your own words; they stay with this decision and no other service is told them",
        examples=["typed twice"],
    ),
]
Reference = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_REFERENCE, examples=["statement 11, line 3"]),
    AfterValidator(reference_of),
]
"""Two that differ in blanks alone are one."""
Filter = Annotated[str | None, Query(max_length=40)]


def in_order(first: date | None, last: date | None) -> None:
    """Raise a problem (422) for days of which the last comes before the first: nothing would be found."""
    if first and last and last < first:
        words = "The last day comes before the first one: turn `from` and `to` round."
        raise invalid(words, [("to", f"is before {first}")])


class Amount(Body):
    """An amount as people write it, with its currency; above 0."""

    amount: Annotated[
        str, Field(max_length=20, pattern=r"^[0-9]{1,3}(,?[0-9]{3})*(\.[0-9]+)?$", examples=["1,000.50"])
    ]
    currency: Currency

    @model_validator(mode="after")
    def _fits_its_currency(self) -> Self:
        if not 0 < self.money.minor <= MOST:
            raise ValueError("the amount must be above 0")
        return self

    @property
    def money(self) -> Money:
        """As the rules see it. Raises ValueError for decimals that the currency does not have."""
        return money_of(self.amount, self.currency)


class AmountOut(BaseModel):
    """An amount: minor units (yen, cents) of a currency, and as people write it; or a sum, which may be larger."""

    minor: int
    currency: str
    words: str = Field(examples=["USD 1,000.50"])

    @classmethod
    def of(cls, minor: int, currency: str) -> Self:
        return cls(minor=minor, currency=currency, words=written(minor, currency))


class WithNote(Body):
    """Why."""

    note: Note


class WithPurpose(Body):
    """What money is for."""

    purpose: Purpose
