"""Claimed rows on their way out: the facts in them, their messages, and what became of each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from aiormq.exceptions import AMQPError, PublishError

from shared.contracts import CONTRACTS, HEARD_BY
from shared.messaging.envelope import Envelope, message_of, unpack
from shared.messaging.names import facts_exchange, feed_key
from shared.messaging.outbox_rows import Claimed
from shared.messaging.publishing import ClosesTheChannel, Outcome, Outgoing, is_its_own_fault
from shared.messaging.suspects import is_lost

FACTS_PER_WRITE = 500


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a row failed, of which contract, and how often it had failed before."""

    contract: str
    reason: str
    tries_before: int


@dataclass
class Row:
    """A claimed row, its facts, and what became of them; facts without an outcome were not sent."""

    claimed: Claimed
    facts: list[Envelope]
    messages: list[Outgoing]
    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def confirmed(self) -> list[Envelope]:
        return [fact for fact, each in zip(self.facts, self.outcomes, strict=False) if each is None]

    @property
    def left(self) -> list[Envelope]:
        """The facts that are still to be sent."""
        unsent = self.facts[len(self.outcomes) :]
        return [fact for fact, each in zip(self.facts, self.outcomes, strict=False) if each] + unsent

    @property
    def fault(self) -> tuple[Envelope, Exception] | None:
        """The first fact that is itself to blame."""
        told = zip(self.facts, self.outcomes, strict=False)
        return next(((fact, each) for fact, each in told if each and is_its_own_fault(each)), None)

    @property
    def lost(self) -> Exception | None:
        """The error by which the connection was lost while the row was published."""
        return next((each for each in self.outcomes if is_lost(each)), None)


def readable(claimed: Sequence[Claimed]) -> tuple[list[Row], dict[int, Failed]]:
    """The rows with their facts, and those that can't be read: these say nothing, and are not lost."""
    rows, failed = [], {}
    for each in claimed:
        try:
            rows.append(_row(each))
        except Exception as error:
            # Whatever is wrong with it: one row must not keep the others from being sent.
            failed[each.id] = Failed("unknown", reason_of(error), each.tries)
    return rows, failed


def _row(claimed: Claimed) -> Row:
    """Raises if somebody has tampered with the row, or a later version wrote it."""
    facts = unpack(claimed.packed)
    if not facts:
        raise ValueError("a row without facts")
    return Row(claimed, facts, [outgoing(fact, claimed.consumer) for fact in facts])


def reason_of(error: Exception) -> str:
    if isinstance(error, PublishError):
        return "no queue takes it"
    if isinstance(error, ClosesTheChannel):
        return f"the broker closes the channel on it ({error})"
    said = f": {error}" if isinstance(error, AMQPError) else ""
    return f"refused ({type(error).__name__}{said})"


def slices(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows that can be written at once: not too many facts, and no id twice, by which answers are matched."""
    found: list[list[Row]] = []
    ids: set[object] = set()
    for row in rows:
        mine = {fact.id for fact in row.facts}
        if not found or (len(ids) + len(mine) > FACTS_PER_WRITE or mine & ids):
            found.append([])
            ids = set()
        found[-1].append(row)
        ids |= mine
    return found


def outgoing(fact: Envelope, to: str | None) -> Outgoing:
    """The message of a fact: for everybody under its wire name, or under a key that reaches one consumer alone."""
    message = message_of(fact)
    key = fact.type if to is None else feed_key(fact.type, to)
    exchange, is_heard = facts_exchange(fact.source), to is not None or _is_heard(fact)
    return Outgoing(exchange, key, message.body, message.properties, is_heard)


def _is_heard(envelope: Envelope) -> bool:
    """Whether a fact that finds no queue is an error."""
    contract = CONTRACTS.get(envelope.type)
    return contract is None or bool(HEARD_BY[contract])
