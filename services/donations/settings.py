"""Settings of the donations service."""

from pathlib import Path
from typing import Self

from pydantic import Field, SecretStr, field_validator, model_validator

from services.donations.domain.deciding import Limits
from services.donations.domain.letters import Numbering
from services.donations.domain.money import DIGITS
from services.donations.paypal.environments import Environment, environment
from services.donations.paypal.signature import Rules
from services.donations.printing.copies import letters_press
from services.donations.printing.office import Office
from services.donations.printing.words import Language
from shared.printing.settings import PrintingSettings
from shared.security.sealing import Seal


class Settings(PrintingSettings):
    """Who has to agree to a grant, in minor units by currency; where PayPal is, once it has been told of us; the key of
    what it sends; and what letters say of the organisation.
    """

    grant_limits: dict[str, int] = Field(
        default={
            "JPY": 50_000,
            "KRW": 500_000,
            "USD": 500_00,
            "EUR": 500_00,
            "CNY": 3_500_00,
            "THB": 17_000_00,
        },
        description="up to so much nobody has to agree to a grant; above it, a treasurer",
    )
    grant_second_limits: dict[str, int] = Field(
        default={
            "JPY": 200_000,
            "KRW": 2_000_000,
            "USD": 2_000_00,
            "EUR": 2_000_00,
            "CNY": 14_000_00,
            "THB": 68_000_00,
        },
        description="above so much a second person has to agree too",
    )

    conversion_percent: int = Field(
        default=10,
        ge=0,
        le=100,
        description="a conversion that is off from the day's rate by more percent is refused, unless it says why",
    )
    monthly_grace_days: int = Field(
        default=45,
        ge=1,
        le=366,
        description="a monthly gift that fails lapses after so many days; the next month's tries lie within 45",
    )
    advance_days: int = Field(
        default=30, ge=1, le=366, description="an advance of a fieldworker that is open longer is listed"
    )
    look_days: int = Field(
        default=30,
        ge=1,
        le=366,
        description="the doctor tells of money without a purpose, or that could not be booked, after so many days",
    )
    paypal_webhook_id: str = Field(
        default="", description="PayPal's own id of our webhook; without it no notice of PayPal's is taken"
    )
    paypal_receivers: str = Field(
        default="",
        description="our mails and account ids at PayPal, parted by blanks; without them no IPN is taken",
    )
    paypal_client_id: str = Field(
        default="", description="an app of PayPal's that may read the transaction list; may be left out"
    )
    paypal_client_secret_file: Path | None = Field(
        default=None, description="the file that has that app's secret"
    )
    paypal_environment: str = Field(default="live", description="live or sandbox")
    paypal_base: str | None = Field(
        default=None, description="for tests: where the sandbox is, like http://127.0.0.1:8099"
    )
    paypal_roots: Path | None = Field(
        default=None,
        description="for tests: a file of root certificates in PEM, in the place of the public ones",
    )

    notice_days: int = Field(
        default=90,
        ge=7,
        le=3660,
        description="after so many days what PayPal sent is removed, whatever waits for it; ids and dates stay",
    )
    notice_key: SecretStr = Field(
        description=(
            "secret file `relief_notice_key`; what PayPal sends is kept sealed with it. It holds two keys, "
            "parted by white space, while the key is changed: the first one seals"
        )
    )

    organisation_name: dict[Language, str] = Field(
        default={}, description="as letters name it, by language: ja, en; without it there are no letters"
    )
    organisation_address: dict[Language, str] = Field(
        default={}, description="as letters give it, by language: ja, en"
    )
    receipt_tax_sentence: dict[Language, str] = Field(
        default={}, description="what receipts say of taxes, by language; for a certified group alone"
    )
    receipt_numbering: Numbering = Field(
        default=Numbering.CALENDAR, description="calendar, or fiscal for years from September to August"
    )

    @model_validator(mode="after")
    def _a_paypal_that_there_is(self) -> Self:
        environment(self.paypal_environment, self.paypal_base)
        if self.paypal_webhook_id:
            Rules(self.paypal_webhook_id)
        if bool(self.paypal_client_id) != (self.paypal_client_secret_file is not None):
            raise ValueError("paypal_client_id and paypal_client_secret_file belong together")
        if self.paypal_roots and self.paypal_base is None:
            raise ValueError("paypal_roots is for the sandbox of the tests alone, which paypal_base names")
        return self

    @property
    def paypal(self) -> Environment:
        """The environment of PayPal's that notices come from."""
        return environment(self.paypal_environment, self.paypal_base)

    @property
    def paypal_app(self) -> tuple[str, str] | None:
        """The app's id and secret; None if there is none."""
        if self.paypal_client_secret_file is None:
            return None
        return self.paypal_client_id, self.paypal_client_secret_file.read_text().strip()

    @property
    def seal(self) -> Seal:
        """What PayPal sends is kept under it."""
        return Seal(self.notice_key.get_secret_value().split(), "notice body")

    @property
    def office(self) -> Office:
        """Who writes letters, and on which press."""
        return Office(
            self.organisation_name,
            self.organisation_address,
            self.receipt_tax_sentence,
            self.receipt_numbering,
            letters_press(self.letter_fonts),
        )

    @property
    def receivers(self) -> frozenset[str]:
        """Whose money an IPN may be about, in lower case."""
        return frozenset(self.paypal_receivers.lower().split())

    @field_validator("notice_key")
    @classmethod
    def _one_key_or_two(cls, keys: SecretStr) -> SecretStr:
        Seal(keys.get_secret_value().split(), "")
        return keys

    @field_validator("grant_limits", "grant_second_limits")
    @classmethod
    def _for_every_currency(cls, limits: dict[str, int]) -> dict[str, int]:
        if limits.keys() != DIGITS.keys() or any(each < 0 for each in limits.values()):
            raise ValueError(f"names a limit of at least 0 for each of {', '.join(DIGITS)}")
        return limits

    def limits(self, currency: str) -> Limits:
        """Who has to agree to grants in this currency."""
        return Limits(self.grant_limits[currency], self.grant_second_limits[currency])
