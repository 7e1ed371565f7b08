"""Settings of the events service."""

from datetime import UTC, date, datetime, timedelta

from pydantic import Field

from services.events.domain.helping import Rules
from services.events.domain.hours import Hours
from services.events.domain.seats import SeatRules
from services.events.domain.teams import TeamRules
from services.events.printing.door_list import door_list_press
from shared.printing.press import Press
from shared.printing.settings import PrintingSettings
from shared.settings import ClockMode


class Settings(PrintingSettings):
    """How long offers stand, how long seats are kept, when a place may be told; and how speakers and helpers are dealt
    with.
    """

    offer_hours: int = Field(
        default=48, ge=1, le=24 * 60, description="an offer of a seat ends after so many hours"
    )
    moved_days: int = Field(
        default=5, ge=1, le=60, description="so many days a seat is kept after a gathering was moved"
    )
    place_hours: int = Field(
        default=24,
        ge=1,
        le=24 * 14,
        description="so many hours before it begins a gathering's place may be told",
    )

    speaker_rest_days: int = Field(
        default=14, ge=0, le=366, description="so many days lie between two talks of one speaker"
    )
    settlement_level: str = Field(
        default="b1",
        pattern=r"^[a-z0-9]{2,10}$",
        description="how well who helps a household that settles speaks one of its languages, from a1 to c2",
    )
    helper_offer_days: int = Field(
        default=7, ge=1, le=60, description="a volunteer who is asked answers within so many days"
    )
    helper_most_open: int = Field(
        default=5, ge=1, le=100, description="so many open tasks a volunteer may have"
    )
    helper_checks: dict[str, tuple[str, ...]] = Field(
        default={
            "interpret": ("confidentiality",),
            "translate_letter": ("confidentiality", "safeguarding"),
            "receive_guests": ("confidentiality",),
        },
        description="what is checked before a task, by task; a task that is not here takes all checks",
    )
    helper_alone_at_first: tuple[str, ...] = Field(
        default=("translate_letter",), description="tasks that somebody may do alone the first time"
    )
    team_two_minutes: int = Field(
        default=40,
        ge=1,
        le=1440,
        description="above so many minutes of simultaneous work two people are needed",
    )
    team_three_minutes: int = Field(default=240, ge=1, le=1440, description="above so many, three")
    team_four_minutes: int = Field(default=360, ge=1, le=1440, description="above so many, four")
    team_consecutive_minutes: int = Field(
        default=300,
        ge=1,
        le=1440,
        description="above so many minutes of consecutive work two people are needed",
    )
    helper_most_hours: int = Field(
        default=10, ge=1, le=24, description="so many hours in any 24 a volunteer may work"
    )
    helper_rest_hours: int = Field(
        default=11, ge=0, le=23, description="so many hours a volunteer rests between two days of work"
    )

    @property
    def helping(self) -> Rules:
        """What the group decides on volunteers."""
        teams = TeamRules(
            self.team_two_minutes,
            self.team_three_minutes,
            self.team_four_minutes,
            self.team_consecutive_minutes,
            self.helper_most_hours,
            self.helper_rest_hours,
        )
        alone = frozenset(self.helper_alone_at_first)
        return Rules(teams, self.helper_checks, alone, self.helper_most_open, self.helper_offer_days)

    @property
    def hours(self) -> Hours:
        """Which moment it is, for what is told by the hour."""
        return Hours(self.zone, self.clock is ClockMode.MANUAL)

    def now(self, today: date) -> datetime:
        """The moment that it is at the service whose day is `today`."""
        return self.hours.now(today, datetime.now(UTC))

    @property
    def place_before(self) -> timedelta:
        """How long before a gathering its place may be told."""
        return timedelta(hours=self.place_hours)

    @property
    def press(self) -> Press:
        """What lists for the door are printed on."""
        return door_list_press(self.letter_fonts)

    @property
    def seat_rules(self) -> SeatRules:
        """What the rules of seats need to know."""
        return SeatRules(self.hours, timedelta(hours=self.offer_hours), timedelta(days=self.moved_days))
