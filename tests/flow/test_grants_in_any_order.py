"""Whatever is asked, agreed to, refused, withdrawn, paid and given, in any order: only what was agreed to holds money.

A small model says beside the service what is agreed to: it counts people by amounts, and knows nothing of funds.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import example, given
from hypothesis import strategies as st

from services.donations.commands import grants as commands
from services.donations.commands.booking import Came
from services.donations.commands.giving_back import WentBack, book_refund
from services.donations.commands.grants import Payout
from services.donations.domain.days import Sure
from services.donations.domain.grants import Grant
from services.donations.domain.money import Money
from shared.contracts.intake import GrantAsked
from shared.messaging.unit import Unit
from tests.support.noticed import book_payment
from tests.support.properties import tried_with
from tests.support.till import Till, staff

DAY = date(2006, 11, 1)
ASKER = "caseworker"
RULE, SECOND = 50_000, 200_000
"""The limits in yen that the settings have by themselves."""
AMOUNTS = st.sampled_from([10_000, RULE, RULE + 1, 120_000, SECOND, SECOND + 1])
NUMBER, URGENCY = st.integers(0, 3), st.integers(0, 3)
Step = tuple[str, tuple[Any, ...]]


def step(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[Step]:
    return st.tuples(st.just(name), st.tuples(*values))


STEPS = st.lists(
    st.one_of(
        step("asks", AMOUNTS, URGENCY, st.sampled_from(["hospital", "hospital", "return"])),
        step("changes", NUMBER, AMOUNTS, URGENCY, st.sampled_from([ASKER, "one", "two"])),
        step("agrees", NUMBER, st.sampled_from(["one", "two", ASKER]), st.sampled_from([0, 0, 0, 1])),
        step("agrees", NUMBER, st.sampled_from(["one", "two"]), st.just(0)),
        step("refuses", NUMBER),
        step("withdraws", NUMBER),
        step("pays", NUMBER, st.sampled_from([5_000, 60_000])),
        step("returns", NUMBER, st.just(2_000)),
        step("gives", st.sampled_from([30_000, 150_000])),
        step("sells", st.sampled_from([30_000, 150_000])),
        step("refunds", NUMBER),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Known:
    """What the model knows of a grant."""

    asked: GrantAsked
    wanted: int
    agreed_to: int = 0
    people: dict[str, int] = field(default_factory=dict)
    ended: bool = False

    def decide(self) -> None:
        if self.ended:
            return
        two = self.asked.kind == "return" or self.wanted > SECOND
        needed = 2 if two else 1 if self.wanted > RULE else 0
        others = [each for who, each in self.people.items() if f"staff:{who}" not in self.asked.raised_by]
        enough = len([each for each in others if each >= self.wanted]) >= needed
        self.agreed_to = self.wanted if enough else min(self.agreed_to, self.wanted)


class Story:
    """Tells steps to donations and to the model."""

    def __init__(self, till: Till) -> None:
        self.till, self.slips = till, 0
        self.known: list[Known] = []
        self.sales: list[int] = []

    async def tell(self, told: Step) -> None:
        name, values = told
        await getattr(self, name)(*values)
        await self.till.serve()

    async def asks(self, minor: int, urgency: int, kind: str) -> None:
        asked = self.till.asked(minor, kind, urgency=urgency)
        self.known.append(Known(asked, minor))
        self.known[-1].decide()
        await self.till.hears(asked)

    async def changes(self, number: int, minor: int, urgency: int, who: str) -> None:
        """Whoever asks for more than was asked for before does not decide about it any more."""
        if known := self._at(number):
            before = known.asked
            more = minor > before.estimate.amount
            raised = (*before.raised_by, f"staff:{who}") if more else before.raised_by
            await self._hears(known, status="changed", urgency=urgency, minor=minor, raised_by=raised)

    async def withdraws(self, number: int) -> None:
        if known := self._at(number):
            known.ended = True
            await self._hears(known, status="withdrawn")

    async def agrees(self, number: int, who: str, behind: int) -> None:
        if known := self._at(number):
            may = not (known.ended or behind or who == ASKER or known.agreed_to >= known.wanted)
            may = (
                may
                and f"staff:{who}" not in known.asked.raised_by
                and known.people.get(who, 0) < known.wanted
            )
            limits, version = self.till.settings.limits, known.asked.version + behind
            agree = partial(commands.approve, limits=limits, grant_id=known.asked.request_id, version=version)
            assert isinstance(await self.till.do(agree, staff(who)), Grant) == may, (known, who)
            if may:
                known.people[who] = known.wanted
                known.decide()

    async def refuses(self, number: int) -> None:
        if known := self._at(number):
            no = partial(commands.refuse, grant_id=known.asked.request_id, reason="other")
            known.ended |= isinstance(await self.till.do(no), Grant)

    async def pays(self, number: int, minor: int) -> None:
        await self._pays(number, minor, partial(commands.pay, limits=self.till.settings.limits))

    async def returns(self, number: int, minor: int) -> None:
        if await self._pays(number, minor, commands.take_back):
            known = self._at(number)
            assert known
            known.wanted -= minor
            known.agreed_to = min(known.agreed_to, known.wanted)

    async def gives(self, minor: int) -> None:
        await self.till.gift(minor, "medical")
        await self.till.gift(minor, "resettlement")

    async def sells(self, minor: int) -> None:
        sale = Came(
            "paypal",
            f"S{len(self.sales)}",
            yen(minor),
            DAY,
            yen(0),
            held=False,
            purpose="medical",
            sure=Sure.PAID,
        )
        self.sales.append(minor)
        await self.till.do(lambda unit: book_payment(unit, sale))

    async def refunds(self, number: int) -> None:
        if number < len(self.sales):
            back = WentBack("paypal", f"R{number}", f"S{number}", yen(self.sales[number]), DAY)
            await self.till.do(lambda unit: book_refund(unit, back))

    def _at(self, number: int) -> Known | None:
        return self.known[number] if number < len(self.known) else None

    async def _hears(self, known: Known, *, minor: int | None = None, **more: Any) -> None:
        more |= {"version": known.asked.version + 1}
        if minor is not None:
            more |= {"estimate": yen(minor).as_part}
        known.asked = known.asked.model_copy(update=more)
        known.wanted = known.asked.estimate.amount
        known.decide()
        await self.till.hears(known.asked)

    async def _pays(self, number: int, minor: int, how: Callable[..., Awaitable[Any]]) -> bool:
        if (known := self._at(number)) is None:
            return False
        self.slips += 1
        payout = Payout(yen(minor), "bank", "clinic-02", f"slip {self.slips}")

        async def paying(unit: Unit) -> Any:
            return await how(unit, grant_id=known.asked.request_id, payout=payout)

        return isinstance(await self.till.do(paying), Grant)


def yen(minor: int) -> Money:
    return Money(minor, "JPY")


@tried_with(12)
@given(STEPS)
@example(
    [
        ("gives", (150_000,)),
        ("asks", (SECOND + 1, 0, "hospital")),
        ("asks", (RULE, 3, "hospital")),
        ("agrees", (0, "one", 0)),
        ("changes", (0, 120_000, 1, ASKER)),
        ("changes", (0, SECOND, 1, ASKER)),
        ("agrees", (0, "one", 1)),
        ("agrees", (0, "two", 0)),
    ]
)
@example(
    [
        ("gives", (150_000,)),
        ("asks", (10_000, 0, "hospital")),
        ("changes", (0, 120_000, 0, "one")),
        ("agrees", (0, "one", 0)),
        ("agrees", (0, "two", 0)),
        # Somebody agreed, and asks for as much again once it had become less.
        ("changes", (0, 10_000, 0, ASKER)),
        ("changes", (0, 120_000, 0, "two")),
        ("agrees", (0, "two", 0)),
    ]
)
def test_only_what_was_agreed_to_holds_money_and_what_is_free_goes_to_the_first_of_these(
    till_url: str, steps: list[Step]
) -> None:
    async def telling() -> None:
        async with Till.open(till_url, DAY) as till:
            story = Story(till)
            before: dict[UUID, int] = {}
            for each in steps:
                await story.tell(each)
                stand = [(known, await till.grant(known.asked)) for known in story.known]
                for known, grant in stand:
                    assert (grant.ended is not None) == known.ended
                    if not known.ended:
                        assert grant.agreed_to == known.agreed_to, each
                        assert grant.set_aside <= max(0, known.agreed_to - grant.paid), each
                    else:
                        assert grant.set_aside == 0
                gained = [grant for _, grant in stand if grant.set_aside > before.get(grant.id, 0)]
                waiting = [grant for _, grant in stand if grant.due]
                past = [
                    (one, two)
                    for one in gained
                    for two in waiting
                    if one.key == two.key and one.place > two.place
                ]
                assert not past, each
                before = {grant.id: grant.set_aside for _, grant in stand}
                assert await till.breaches() == set(), each

    asyncio.run(telling())
