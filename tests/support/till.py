"""Donations on a real database, without a broker: commands and handlers are called directly, a unit each."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import RowMapping, make_url, text
from uuid_utils.compat import uuid7

from services.donations.checks import check
from services.donations.commands import conversions, donors, gifts
from services.donations.commands.transfers import Opened, Opening, open_balance
from services.donations.contacts import Contact
from services.donations.day import look_at_news, serve
from services.donations.domain.conversions import Conversion
from services.donations.domain.donors import Choices
from services.donations.domain.funds import FundKey
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from services.donations.domain.payments import Payment
from services.donations.handlers import (
    on_advocacy_changed,
    on_goods_received,
    on_grant_asked,
    on_household_closed,
    on_item_priced,
    on_purchase_changed,
    on_shortage_changed,
    on_shortfall_forecast,
)
from services.donations.repository import books, grants
from services.donations.settings import Settings
from services.donations.tables import ACCOUNT, FUND_BALANCE, Row
from shared.cli.wiring import filled_in
from shared.contracts.base import Contract
from shared.contracts.intake import AdvocacyChanged, GrantAsked, HouseholdClosed
from shared.contracts.inventory import (
    GoodsReceived,
    ItemPriced,
    PurchaseChanged,
    ShortageChanged,
    ShortfallForecast,
)
from shared.database.engine import connect
from shared.database.tables import day, journal, timer
from shared.messaging.day import begin
from shared.messaging.housekeeping import make_months
from shared.messaging.unit import Unit, Units
from shared.outcomes import Refused
from shared.principals import Principal, PrincipalKind, service_principal
from tests.support.donations import Donations
from tests.support.meeting import meets

T = TypeVar("T")
GRACE = timedelta(days=45)
HANDLERS: Mapping[type[Contract], Callable[[Sequence[Any], Unit], Awaitable[None]]] = {
    AdvocacyChanged: on_advocacy_changed,
    GoodsReceived: on_goods_received,
    HouseholdClosed: on_household_closed,
    ItemPriced: on_item_priced,
    PurchaseChanged: on_purchase_changed,
    ShortageChanged: on_shortage_changed,
    ShortfallForecast: on_shortfall_forecast,
}
KEPT = (
    "account",
    "entry",
    "posting",
    "closed_month",
    "contact_reading",
    "journal",
    "letter",
    "letter_reading",
    "receipt",
)
"""Tables whose rows nobody may change or delete."""
FOLLOWING = ("account_month", "fund_balance")
"""Tables whose numbers follow the postings, whoever writes."""


_EMPTIED = [
    table.name
    for table in (*reversed(Row.metadata.sorted_tables), day, journal, timer)
    if table not in (ACCOUNT, FUND_BALANCE)
]
EMPTY = ";\n".join(
    [
        *(f"ALTER TABLE {name} DISABLE TRIGGER {name}_append_only" for name in KEPT),
        *(f"ALTER TABLE {name} DISABLE TRIGGER {name}_follows" for name in FOLLOWING),
        *(f'DELETE FROM "{name}"' for name in _EMPTIED),  # noqa: S608, the names are ours
        "UPDATE fund_balance SET balance = 0, held = 0, set_aside = 0",
        # The lines of entries are gone with their entries; what is left to be checked is nothing.
        "SET CONSTRAINTS ALL IMMEDIATE",
        *(f"ALTER TABLE {name} ENABLE TRIGGER {name}_append_only" for name in KEPT),
        *(f"ALTER TABLE {name} ENABLE TRIGGER {name}_follows" for name in FOLLOWING),
    ]
)

WITHOUT_PURPOSE = "money that came without a purpose is given one in time"
"""What the doctor finds of money that waits for a treasurer for a month: that is no defect."""


class _Undone(Exception):
    """Rolls a unit back."""


def _end(done: object) -> None:
    if isinstance(done, Refused):
        raise _Undone


def staff(name: str) -> Principal:
    """Somebody who acts."""
    return Principal(f"staff:{name}", PrincipalKind.STAFF)


def converting(
    fund: str, place: str, given: Money, got: Money, on: date, note: str | None = None, **more: Any
) -> Callable[[Unit], Awaitable[conversions.Converted | Refused]]:
    """The work of changing money of a fund; ten percent off the day's rate it needs a note."""
    wanted = Conversion(uuid7(), fund, place, given, got, on, note, **more)
    return partial(conversions.convert, wanted=wanted, percent=10)


class Till:
    """A donations service with nothing in it."""

    def __init__(self, url: str, pool_size: int = 3) -> None:
        self.engine = connect(make_url(url), pool_size=pool_size)
        self.units = Units(self.engine, service_principal("donations"))
        self.settings = cast(Settings, filled_in("donations", **Donations.settings))
        self._slips = 0

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str, first: date, pool_size: int = 3) -> AsyncIterator["Till"]:
        """On the day `first`; whatever the database had is gone."""
        till = cls(url, pool_size)
        try:
            async with till.engine.begin() as connection:
                await make_months(connection, datetime.now(UTC).date())
            await till.clear(first)
            yield till
        finally:
            await till.engine.dispose()

    async def clear(self, first: date) -> None:
        """Whatever is there is gone, and it is the day `first`: by one request, so that a till serves many stories."""
        async with self.engine.begin() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection
            # The driver begins its transactions at the first statement that goes through it.
            await connection.execute(text("SELECT 1"))
            await driver.execute(EMPTY)
        await begin(self.engine, first)

    async def do(
        self, work: Callable[[Unit], Awaitable[T]], actor: Principal | None = None, *, alone: bool = False
    ) -> T:
        """Work in a unit of its own; what is refused leaves nothing behind."""
        with suppress(_Undone):
            async with self.units.open(actor=actor, alone=alone) as unit:
                done = await work(unit)
                _end(done)
        return done

    async def donor(self, name: str = "Donor", **more: str) -> donors.Donor:
        return await self.do(lambda unit: donors.add(unit, Contact(name, **more), Choices()))

    async def gift(
        self, minor: int, purpose: str = "general", currency: str = "JPY", on: date | None = None
    ) -> Payment:
        """A gift by bank, on a slip of its own."""
        self._slips += 1
        giver, reference = (await self.donor(address="Street 1")).id, f"slip {self._slips}"
        received = on or await self.today()
        slip = gifts.Slip(giver, "bank", reference, Money(minor, currency), purpose, received)
        done = await self.do(lambda unit: gifts.receive(unit, slip))
        assert isinstance(done, Payment), done
        return done

    async def lies(self, minor: int, place: str, currency: str = "JPY", fund: str = "clothing") -> None:
        """So much lies in a place from the beginning; of a fund about which the test is not, unless it names one."""
        amount, on = Money(minor, currency), date(2006, 8, 1)
        begun = Opening(fund, place, amount, on, "as on the statement")
        done = await self.do(lambda unit: open_balance(unit, begun))
        assert isinstance(done, Opened), done

    def asked(self, minor: int, kind: str = "hospital", **more: Any) -> GrantAsked:
        """What intake says when money is asked for, for a household unless it is for a case; a request of its own."""
        household = {} if "case_id" in more else {"household_id": uuid7(), "household_version": 1}
        values = {
            "request_id": uuid7(),
            "version": 1,
            **household,
            "kind": kind,
            "estimate": Money(minor, more.pop("currency", "JPY")).as_part,
            "urgency": 2,
            "asked_on": date(2006, 11, 1),
            "asked_by": "staff:caseworker",
            "status": "asked",
            "on": date(2006, 11, 1),
        }
        return GrantAsked(**{**values, **more})

    async def hears(self, *facts: Contract) -> None:
        """In one batch; they are all of one contract."""
        asked = partial(on_grant_asked, self.settings.limits)
        for kind in {type(each) for each in facts}:
            await self.do(partial(asked if kind is GrantAsked else HANDLERS[kind], facts))

    async def serve(self) -> None:
        """What the timer does once money has come."""
        await self.do(lambda unit: serve({}, unit))
        await self.rows("DELETE FROM timer")

    async def look(self) -> None:
        """What the timer does once something was told of monthly gifts, until there is nothing new."""
        more = True
        while more:
            await self.do(lambda unit: look_at_news(unit, GRACE))
            more = bool(await self.rows("SELECT id FROM subscription_news LIMIT 1"))
        await self.rows("DELETE FROM timer WHERE name = 'look_at_monthly_gifts'")

    async def grant(self, asked: GrantAsked) -> Grant:
        async with self.units.read() as session:
            found = await grants.find(session, asked.request_id)
        assert found
        return found

    async def fund(self, fund: str, currency: str = "JPY") -> tuple[int, int, int]:
        """Balance, held, set aside."""
        async with self.units.read() as session:
            found = {each.key: each for each in await books.funds(session)}[FundKey(fund, currency)]
        return found.balance, found.held, found.set_aside

    async def today(self) -> date:
        return cast(date, (await self.rows("SELECT processed FROM day"))[0]["processed"])

    async def to(self, on: date) -> None:
        """The day is another one; nothing falls due by date."""
        await self.rows("UPDATE day SET processed = :on", on=on)

    async def meets(
        self,
        work: Callable[[], Awaitable[Any]],
        first: Callable[[Unit], Awaitable[Any]],
        then: Callable[[Unit], Awaitable[Any]],
    ) -> None:
        """Something is done, and waits for another unit that has locked something; which then locks the rest."""
        await meets(self, work, first, then)

    async def breaches(self) -> set[str]:
        """The names of the invariants that are broken."""
        async with self.units.read() as session:
            return {each.name for each in await check(self.settings)(session) if each.breaches}

    async def rows(self, query: str, **values: object) -> list[RowMapping]:
        """What a statement finds; of one that changes rows, nothing."""
        async with self.engine.begin() as connection:
            found = await connection.execute(text(query), values)
            return list(found.mappings()) if found.returns_rows else []
