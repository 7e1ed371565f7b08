"""Which gift has which child: holds, and the sponsorships that come of them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Column, DateTime, Index, Integer, String, Uuid, text
from sqlmodel import Field

from services.sponsorship.tables.columns import (
    Row,
    actor_column,
    code_column,
    day_column,
    flag_column,
    id_column,
    maybe_code_column,
    maybe_day_column,
    number_column,
    ref_column,
)
from shared.database.rows import table_of

_MAIN_HELD = text("state = 'held' AND role = 'main'")
_MAIN_NOW = text("ends_on IS NULL AND role = 'main'")
_NOW = text("ends_on IS NULL")


class HoldRow(Row, table=True):
    """A gift keeps a child until a day or an instant that staff chose; one main hold a child at a time.

    On the day `joined_on` the two came together last, and up to `agreed_until` a guardian then agreed that sponsors are
    shown the child. The entries of the donor who gave the gift were then `joined_by`. `spare` is how many places the
    gift had left then beside those that it keeps for children who may come back: null of a place that staff gave by
    hand, or that the child had already. All of that is for the doctor, and the same of a sponsorship.

    A hold is `held_off` once its gift had begun in time while the two could not come together.
    """

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("(until_on IS NULL) <> (until_at IS NULL)", name="a_day_or_an_instant"),
        CheckConstraint("(state = 'held') = (closed_on IS NULL)", name="closed_on_a_day"),
        CheckConstraint("share >= 0 AND share < 10000 AND (role = 'co') = (share > 0)", name="share"),
        Index("uq_hold_main", "child_id", unique=True, postgresql_where=_MAIN_HELD),
        Index(None, "child_id"),
        Index(None, "gift_id"),
    )
    id: UUID = id_column()
    child_id: UUID = ref_column()
    gift_id: UUID = ref_column()
    role: str = code_column()
    share: int = number_column()
    made_on: date = day_column()
    until_on: date | None = maybe_day_column()
    until_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    state: str = code_column()
    closed_on: date | None = maybe_day_column()
    reason: str | None = maybe_code_column()
    held_off: bool = flag_column()
    actor: str = actor_column()
    joined_on: date | None = maybe_day_column()
    agreed_until: date | None = maybe_day_column()
    joined_by: list[UUID] | None = Field(default=None, sa_column=Column(ARRAY(Uuid)))
    spare: int | None = Field(default=None, sa_column=Column(Integer))


class SponsorshipRow(Row, table=True):
    """A gift supports a child from a day up to and with another; one main sponsor a child at a time.

    A co-sponsor bears a share, in ten-thousandths, and the main sponsor the rest. `farewell` is the agreed text by
    which a sponsor who was followed by another one was told. `ended_by` is who of the staff ended it, if somebody did.
    """

    __tablename__ = "sponsorship"
    __table_args__ = (
        CheckConstraint("ends_on >= starts_on", name="ends_after_its_start"),
        CheckConstraint("(ends_on IS NULL) = (reason IS NULL)", name="ends_for_a_reason"),
        CheckConstraint("share >= 0 AND share < 10000 AND (role = 'co') = (share > 0)", name="share"),
        Index("uq_sponsorship_main", "child_id", unique=True, postgresql_where=_MAIN_NOW),
        Index("uq_sponsorship_gift", "child_id", "gift_id", unique=True, postgresql_where=_NOW),
        Index(None, "child_id"),
        Index(None, "gift_id"),
    )
    id: UUID = id_column()
    hold_id: UUID = ref_column()
    child_id: UUID = ref_column()
    gift_id: UUID = ref_column()
    role: str = code_column()
    share: int = number_column()
    starts_on: date = day_column()
    ends_on: date | None = maybe_day_column()
    reason: str | None = maybe_code_column()
    farewell: str | None = maybe_code_column()
    ended_by: str | None = Field(default=None, sa_column=Column(String(100)))
    joined_on: date | None = maybe_day_column()
    agreed_until: date | None = maybe_day_column()
    joined_by: list[UUID] | None = Field(default=None, sa_column=Column(ARRAY(Uuid)))
    spare: int | None = Field(default=None, sa_column=Column(Integer))


HOLD = table_of(HoldRow)
SPONSORSHIP = table_of(SponsorshipRow)
