"""How long the food lasts: from rations, sacks at home, lots and planned deliveries, never from a table.

The days are lived through as the store lives through them, depot by depot: in the morning lots past their date are
thrown out, and on the first day of a period rations are renewed; then what is planned for the day comes; in the evening
everybody has eaten, first from the sack at home, then what the own depot has, the first to expire first. Who wants what
is summed beforehand, so that the time depends on depots and days and not on households.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from services.inventory.domain.larder import Dated, Larder
from services.inventory.domain.rules import Rules, period_of
from services.inventory.domain.stock import Depot, depots_for

NOWHERE = ""
"""Stands for the depot of those who have none."""


@dataclass(frozen=True)
class Wanted:
    """What rations of one depot still want from its shelf: `begun` grams on the first day, `per_day` on later days."""

    depot: str
    region: str
    first: date
    last: date
    begun: int
    per_day: int

    def on(self, day: date) -> int:
        if day == self.first:
            return self.begun
        return self.per_day if self.first < day <= self.last else 0


@dataclass(frozen=True)
class Sack:
    """What was fetched and lies at home: `per_day` grams for each day before `until`, and `rest` on that day."""

    depot: str
    until: date
    per_day: int
    rest: int

    def on(self, day: date) -> int:
        if day == self.until:
            return self.rest
        return self.per_day if day < self.until else 0


@dataclass(frozen=True)
class Eaters:
    """People of one region who eat from the day `since` on."""

    region: str
    since: date
    people: int


@dataclass(frozen=True)
class Coming:
    """Goods that are to come, and until when they may be eaten."""

    depot: str
    day: date
    grams: int
    until: date = date.max


@dataclass(frozen=True)
class Outlook:
    """All that the store knows of one food in the evening before `today` is eaten.

    `lots` are those of each depot that keeps the food, `free` what nobody has set aside of them; `late` are grams that
    wait to be fetched for days past.
    """

    today: date
    depots: Sequence[Depot]
    rules: Rules
    lots: Mapping[str, Sequence[Dated]]
    free: Mapping[str, int] = field(default_factory=dict)
    late: Mapping[str, int] = field(default_factory=dict)
    wanted: Sequence[Wanted] = ()
    sacks: Sequence[Sack] = ()
    eaters: Sequence[Eaters] = ()
    coming: Sequence[Coming] = ()

    @property
    def eating_now(self) -> int:
        return sum(each.people for each in self.eaters if each.since <= self.today)


@dataclass(frozen=True)
class DayForecast:
    """One day in grams: needed, eaten, missing, and what the store and the households have left in the
    evening; `spoiled` was past its date in the morning.
    """

    day: date
    need: int
    eaten: int
    short: int
    left: int
    spoiled: int = 0


@dataclass(frozen=True)
class Forecast:
    """All days from first to last. Unmet need of a day is not carried forward: yesterday's rice feeds nobody.

    `depots` has the same for each depot; what is missing in total is the sum of what is missing in each.
    """

    days: tuple[DayForecast, ...]
    depots: Mapping[str, "Forecast"] = field(default_factory=dict)

    @property
    def balance_grams(self) -> int:
        """What is left at the end less what was missing: the same sum with unmet need carried forward."""
        return self.left_grams - self.short_grams

    @property
    def short_grams(self) -> int:
        return sum(day.short for day in self.days)

    @property
    def short_days(self) -> tuple[DayForecast, ...]:
        return tuple(day for day in self.days if day.short)

    @property
    def first_short_day(self) -> date | None:
        return next((day.day for day in self.days if day.short), None)

    @property
    def run_out_on(self) -> date | None:
        """The first day that ends with nothing left; None if there is always some."""
        return next((day.day for day in self.days if not day.left), None)

    @property
    def left_grams(self) -> int:
        return self.days[-1].left

    @property
    def missing_carried_forward_grams(self) -> int:
        return max(0, -self.balance_grams)


def forecast(outlook: Outlook, until: date) -> Forecast:
    """Eat through the days from the outlook's to `until`, both included."""
    if until < outlook.today:
        raise ValueError(f"a forecast cannot end on {until}, before it starts on {outlook.today}")
    store = _Store(outlook)
    many = (until - outlook.today).days + 1
    days = [store.live(outlook.today + timedelta(days=offset)) for offset in range(many)]
    codes = sorted({code for day in days for code in day})
    nothing = Counter[str]()
    parts = {
        code: Forecast(tuple(_day(outlook.today, n, day.get(code, nothing)) for n, day in enumerate(days)))
        for code in codes
    }
    totals = (sum(day.values(), Counter[str]()) for day in days)
    return Forecast(tuple(_day(outlook.today, n, total) for n, total in enumerate(totals)), parts)


def days_left(forecast: Forecast) -> int:
    """For how many days from the first on everyone eats in full; all the days looked at if none is short."""
    first_short = forecast.first_short_day
    return len(forecast.days) if first_short is None else (first_short - forecast.days[0].day).days


def together(parts: Sequence[Forecast]) -> Forecast:
    """Some depots' forecasts as one; there is at least one."""
    days = zip(*(each.days for each in parts), strict=True)
    sums = ([sum(getattr(each, name) for each in same) for name in _SUMMED] for same in days)
    return Forecast(tuple(DayForecast(day.day, *each) for day, each in zip(parts[0].days, sums, strict=True)))


_SUMMED = ("need", "eaten", "short", "left", "spoiled")


def _day(first: date, offset: int, sums: Mapping[str, int]) -> DayForecast:
    need, short = sums.get("need", 0), sums.get("short", 0)
    day = first + timedelta(days=offset)
    return DayForecast(day, need, need - short, short, sums.get("left", 0), sums.get("spoiled", 0))


class _Store:
    """The depots while the days go by."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self._larders = {depot: Larder(lots) for depot, lots in outlook.lots.items()}
        for depot, grams in outlook.late.items():
            self._larders.setdefault(depot, Larder(())).take(grams)
        self._wanted = list(outlook.wanted)
        self._coming: dict[date, list[Coming]] = defaultdict(list)
        for each in outlook.coming:
            self._coming[each.day].append(each)
        self._home = Counter[str]()
        for sack in outlook.sacks:
            days = (sack.until - outlook.today).days
            self._home[sack.depot] += days * sack.per_day + sack.rest

    def live(self, day: date) -> dict[str, Counter[str]]:
        """What happened in each depot on a day."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for depot, larder in self._larders.items():
            found[depot]["spoiled"] = larder.spoil(day.toordinal())
        if day > self._outlook.today and period_of(day, self._outlook.rules.ration_period)[0] == day:
            self._renew(day)
        for each in self._coming.get(day, ()):
            self._take_in(each)
        self._eat(day, found)
        for depot, larder in self._larders.items():
            found[depot]["left"] = larder.left
        for depot, grams in self._home.items():
            found[depot]["left"] += grams
        return found

    def _eat(self, day: date, found: Mapping[str, Counter[str]]) -> None:
        asked = Counter[str]()
        for each in self._wanted:
            asked[each.depot] += each.on(day)
        for sack in self._outlook.sacks:
            eaten = sack.on(day)
            found[sack.depot]["need"] += eaten
            self._home[sack.depot] -= eaten
        for depot, grams in asked.items():
            larder = self._larders.get(depot)
            found[depot]["need"] += grams
            found[depot]["short"] = grams - (larder.take(grams) if larder else 0)

    def _renew(self, day: date) -> None:
        last = period_of(day, self._outlook.rules.ration_period)[1]
        self._wanted = [
            ration_of(each, self.depot_for(each.region), day, last, self._outlook.rules)
            for each in self._outlook.eaters
            if each.since <= last
        ]

    def _take_in(self, goods: Coming) -> None:
        """Those who wait at a depot that keeps no food at all turn to where it comes first."""
        new = goods.depot not in self._larders
        self._larders.setdefault(goods.depot, Larder(())).put(goods.until, goods.grams)
        if new:
            self._wanted = [
                each if each.depot in self._larders else _moved(each, self.depot_for(each.region))
                for each in self._wanted
            ]

    def depot_for(self, region: str) -> str:
        return depot_for(region, self._outlook.depots, self._larders)


def depot_for(region: str, depots: Sequence[Depot], keeping: Iterable[str]) -> str:
    """Where people of a region are fed: the first depot in their order that keeps the food, else their first one."""
    ordered, keeping = depots_for(region, depots), set(keeping)
    return next((code for code in ordered if code in keeping), ordered[0] if ordered else NOWHERE)


def ration_of(eaters: Eaters, depot: str, first: date, last: date, rules: Rules) -> Wanted:
    """What people want from a depot from `first` (or their own first day) to `last`."""
    grams = eaters.people * rules.grams_per_person_day
    return Wanted(depot, eaters.region, max(first, eaters.since), last, grams, grams)


def _moved(wanted: Wanted, depot: str) -> Wanted:
    return Wanted(depot, wanted.region, wanted.first, wanted.last, wanted.begun, wanted.per_day)
