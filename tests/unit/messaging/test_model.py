"""A small model of the way from a unit to its effect, and a machine that tries to lose or double one.

It has the broker's queue, the outbox, the inbox and two processes, each of which may die between any two steps. The
rules of the messaging layer are switches: as they are, nothing is lost or doubled in any order of steps; with any one
of them switched off, the machine finds an order in which something is. That is why each of them is there.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from hypothesis.strategies import booleans, integers, sampled_from

TRIES = 2
PROCESSES = 2


@dataclass(frozen=True)
class Rules:
    """What the messaging layer keeps to; each can be switched off."""

    outbox: bool = True
    """What is said is committed with the rows, and published afterwards; otherwise it is sent after the commit."""
    said_in_unit: bool = True
    """...and not before the commit either, which may never come."""
    delete_after_confirm: bool = True
    """An outbox row goes once the broker has it."""
    inbox: bool = True
    """An effect and the id of its message are one transaction, and an id has one effect."""
    ack_after_commit: bool = True
    copy_before_ack: bool = True
    """A message to be tried again is safe in the retry queue before the original is given up."""


@dataclass
class Process:
    """What one replica has in its memory, which dies with it."""

    said: list[int] = field(default_factory=list)
    claimed: int | None = None
    confirmed: bool = False
    taken: tuple[int, int] | None = None
    """A message and how often it failed."""
    acknowledged: bool = False
    handled: bool = False
    copied: bool = False


@dataclass
class World:
    """What outlives a process: two databases and the broker."""

    facts: set[int] = field(default_factory=set)
    """Said by units that are committed."""
    outbox: set[int] = field(default_factory=set)
    queue: list[tuple[int, int]] = field(default_factory=list)
    retry: list[tuple[int, int]] = field(default_factory=list)
    parked: Counter[int] = field(default_factory=Counter)
    inbox: set[int] = field(default_factory=set)
    effects: Counter[int] = field(default_factory=Counter)
    processes: list[Process] = field(default_factory=lambda: [Process() for _ in range(PROCESSES)])

    def wrong(self) -> list[str]:
        """What must never be, whatever is still under way."""
        doubled = [fact for fact, times in self.effects.items() if times > 1]
        unsaid = [fact for fact in self.effects if fact not in self.facts]
        return [f"doubled {doubled}"] * bool(doubled) + [f"never said {unsaid}"] * bool(unsaid)

    def lost(self) -> set[int]:
        """What was said and has neither an effect nor lies parked; only to be asked when nothing moves."""
        return self.facts - set(self.effects) - set(self.parked)


class Layer:
    """The steps of the messaging layer on a world, as the rules have them. A step that does not apply does nothing."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.world = World()
        self._next = 0

    # a unit that says a fact

    def unit(self, process: Process, *, commits: bool) -> None:
        """A unit runs to its end, or dies before its commit."""
        self._next += 1
        fact = self._next
        if not self.rules.said_in_unit:
            self.world.queue.append((fact, 0))
        if not commits:
            return
        self.world.facts.add(fact)
        if self.rules.outbox:
            self.world.outbox.add(fact)
        elif self.rules.said_in_unit:
            process.said.append(fact)

    def send_unsaved(self, process: Process) -> None:
        """Without an outbox: publish after the commit, from memory."""
        while process.said:
            self.world.queue.append((process.said.pop(), 0))

    # the relay

    def claim(self, process: Process, fact: int) -> None:
        """Another process may hold the row too: its lease may be over."""
        if process.claimed is None and fact in self.world.outbox:
            process.claimed, process.confirmed = fact, False
            if not self.rules.delete_after_confirm:
                self.world.outbox.discard(fact)

    def publish(self, process: Process) -> None:
        """The broker has it, and may have it again: a confirm can be lost."""
        if process.claimed is not None:
            self.world.queue.append((process.claimed, 0))
            process.confirmed = True

    def delete(self, process: Process) -> None:
        if process.claimed is not None and process.confirmed:
            self.world.outbox.discard(process.claimed)
            process.claimed = None

    # the consumer

    def take(self, process: Process, place: int) -> None:
        """In any order; until it is acknowledged the message stays the broker's."""
        if process.taken is None and self.world.queue:
            process.taken = self.world.queue.pop(place % len(self.world.queue))
            process.acknowledged = not self.rules.ack_after_commit
            process.handled = process.copied = False

    def commit(self, process: Process) -> None:
        """The effect and the inbox row, in one transaction."""
        if process.taken is None or process.handled or process.copied:
            return
        fact, _ = process.taken
        if not self.rules.inbox or fact not in self.world.inbox:
            self.world.effects[fact] += 1
        self.world.inbox.add(fact)
        process.handled = True

    def fail(self, process: Process) -> None:
        """The handler raises: nothing is committed, and a copy goes to the retry queue or is parked."""
        if process.taken is None or process.handled or process.copied:
            return
        if not self.rules.copy_before_ack and not process.acknowledged:
            process.acknowledged = True
            return
        fact, failures = process.taken
        if failures + 1 > TRIES:
            self.world.parked[fact] += 1
        else:
            self.world.retry.append((fact, failures + 1))
        process.copied = True

    def acknowledge(self, process: Process) -> None:
        if process.taken is not None and (process.handled or process.copied):
            process.taken = None

    def back_from_retry(self) -> None:
        if self.world.retry:
            self.world.queue.append(self.world.retry.pop(0))

    # what happens to it

    def die(self, number: int) -> None:
        """`kill -9`: memory is gone, and what was not acknowledged is the broker's to deliver again."""
        process = self.world.processes[number]
        if process.taken is not None and not process.acknowledged:
            self.world.queue.append(process.taken)
        self.world.processes[number] = Process()

    def rest(self) -> None:
        """No more faults: everything goes on until nothing moves."""
        for process in self.world.processes:
            self.send_unsaved(process)
        while self._moves():
            for process in self.world.processes:
                for fact in list(self.world.outbox):
                    self.claim(process, fact)
                    self.publish(process)
                    self.delete(process)
                self.publish(process)
                self.delete(process)
                self.take(process, 0)
                self.commit(process)
                self.acknowledge(process)
            self.back_from_retry()

    def _moves(self) -> bool:
        busy = any(each.claimed is not None or each.taken is not None for each in self.world.processes)
        return bool(self.world.outbox or self.world.queue or self.world.retry or busy)


OF_A_PROCESS = ["send_unsaved", "publish", "delete", "commit", "fail", "acknowledge"]
Number = integers(min_value=0, max_value=PROCESSES - 1)


class Machine(RuleBasedStateMachine):
    """Takes steps in any order, and lets everything come to rest at the end."""

    kept = Rules()

    @initialize()
    def begin(self) -> None:
        self.layer = Layer(self.kept)

    def process(self, number: int) -> Process:
        return self.layer.world.processes[number]

    @rule(number=Number, commits=booleans())
    def unit(self, number: int, commits: bool) -> None:
        self.layer.unit(self.process(number), commits=commits)

    @rule(number=Number)
    def send_unsaved(self, number: int) -> None:
        self.layer.send_unsaved(self.process(number))

    @precondition(lambda self: self.layer.world.outbox)
    @rule(number=Number, place=integers(min_value=0, max_value=5))
    def claim(self, number: int, place: int) -> None:
        rows = sorted(self.layer.world.outbox)
        self.layer.claim(self.process(number), rows[place % len(rows)])

    @rule(number=Number, step=sampled_from(OF_A_PROCESS[1:]))
    def step(self, number: int, step: str) -> None:
        getattr(self.layer, step)(self.process(number))

    @precondition(lambda self: self.layer.world.queue)
    @rule(number=Number, place=integers(min_value=0, max_value=5))
    def take(self, number: int, place: int) -> None:
        self.layer.take(self.process(number), place)

    @rule()
    def back_from_retry(self) -> None:
        self.layer.back_from_retry()

    @rule(number=Number, dies=sampled_from([True, False, False, False]))
    def die(self, number: int, dies: bool) -> None:
        """Seldom, or no process ever gets far."""
        if dies:
            self.layer.die(number)

    def teardown(self) -> None:
        if not hasattr(self, "layer"):
            return
        self.layer.rest()
        assert not self.layer.world.wrong()
        assert not self.layer.world.lost()


def machine(rules: Rules) -> Any:
    return type("Machine", (Machine,), {"kept": rules})


EXAMPLES = settings(
    max_examples=400,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
SWITCHED_OFF = list(Rules.__dataclass_fields__)
WALKS, STEPS = 50_000, 40


def walked(rules: Rules, seed: int) -> list[str]:
    """What is wrong after a walk at random: quicker than a machine that looks for the shortest way."""
    rng = random.Random(seed)
    layer = Layer(rules)
    world = layer.world
    for _ in range(STEPS):
        number = rng.randrange(PROCESSES)
        process = world.processes[number]
        steps: dict[str, Callable[[], None]] = {
            "unit": partial(layer.unit, process, commits=rng.random() < 0.8),
            "take": partial(layer.take, process, rng.randrange(6)),
            "die": partial(layer.die, number),
            "back": layer.back_from_retry,
            **{name: partial(getattr(layer, name), process) for name in OF_A_PROCESS},
        }
        if world.outbox:
            steps["claim"] = partial(layer.claim, process, rng.choice(sorted(world.outbox)))
        steps[rng.choice(sorted(steps))]()
    layer.rest()
    return [*world.wrong(), *(f"lost {each}" for each in world.lost())]


def test_no_order_of_steps_and_deaths_loses_or_doubles_an_effect() -> None:
    run_state_machine_as_test(machine(Rules()), settings=EXAMPLES)
    assert not any(walked(Rules(), seed) for seed in range(WALKS // 10))


@pytest.mark.parametrize("name", SWITCHED_OFF)
def test_without_any_one_of_its_rules_something_is_lost_or_doubled(name: str) -> None:
    assert any(walked(Rules(**{name: False}), seed) for seed in range(WALKS))
