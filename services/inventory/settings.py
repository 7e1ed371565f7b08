"""Settings of the inventory service."""

from datetime import timedelta

from pydantic import Field

from services.inventory.domain.rules import Rules
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """The rules of the store can be set by the NGO; the defaults are the action plan's."""

    grams_per_person_day: int = Field(default=500, ge=1, le=5000)
    ration_period: str = Field(default="month", description="month, week, or a number of days")
    ration_item: str = "rice"
    winter_months: frozenset[int] = frozenset({10, 11, 12, 1, 2, 3})
    fetch_within_days: int = Field(default=30, ge=1, le=366, description="then what was set aside goes back")
    forecast_days: int = Field(
        default=60, ge=1, le=366, description="a shortfall within so many days is told"
    )

    deal_after_seconds: float = Field(
        default=2,
        ge=0,
        le=30,
        description="so long a short food shelf waits for further news before it is dealt",
    )

    @property
    def rules(self) -> Rules:
        """As the domain sees them. Raises ValueError for a period that is none."""
        period = self.ration_period
        return Rules(
            grams_per_person_day=self.grams_per_person_day,
            ration_period=int(period) if period.isdigit() else period,  # type: ignore[arg-type]
            ration_item=self.ration_item,
            winter_months=self.winter_months,
            fetch_within_days=self.fetch_within_days,
            deal_after=timedelta(seconds=self.deal_after_seconds),
        )
