"""Answers given once, to requests that wait at the same time and are done in one unit (`messaging/gathering.py`).

    asking = Together(PartyOut, work, leaves)     # work(unit, gathering_id, asks) gives an answer for each
    return await asking.once(once, gathering_id, ask)

Only requests of one principal and one group are done together, in the order in which they came. Each is answered as if
it had come alone: a refused one keeps nothing, and the repeat of a key gets the answer that was given.
"""

from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from pydantic import BaseModel
from sqlalchemy import ARRAY, LargeBinary, String, bindparam, delete, select, text

from shared.database.tables import answer
from shared.messaging.gathering import Gathered
from shared.messaging.unit import Unit
from shared.outcomes import Refused
from shared.principals import Principal
from shared.web.problems import Problem, conflict, problem_of
from shared.web.work import OTHER_BODY, Once

G = TypeVar("G", bound=Hashable)
A = TypeVar("A")
M = TypeVar("M", bound=BaseModel)

# In the order of the keys, so that two units wait for each other and do not deadlock.
_CLAIM = text("""
    INSERT INTO answer (actor, key, digest)
    SELECT :actor, new.key, new.digest FROM unnest(:keys, :digests) AS new (key, digest) ORDER BY new.key
    ON CONFLICT DO NOTHING RETURNING key
""").bindparams(
    bindparam("actor", type_=String),
    bindparam("keys", type_=ARRAY(String)),
    bindparam("digests", type_=ARRAY(LargeBinary)),
)


class _Apart(Exception):
    """These cannot be done in one unit: `Gathered` halves it."""


@dataclass(frozen=True)
class _Keyed(Generic[A]):
    """What is asked, under which key and with which body."""

    key: str
    digest: bytes
    what: A


class Together(Generic[G, A, M]):
    """Does requests of one kind, some at a time, once for each key of a principal."""

    def __init__(
        self,
        model: type[M],
        work: Callable[[Unit, G, Sequence[A]], Awaitable[Sequence[M | Refused]]],
        leaves: Callable[[A], bool],
    ) -> None:
        """`work` gives an answer for each that was asked, in their order. `leaves` says whether `work` may have written
        something for a request that it refuses: then its unit is undone, and halved until that one stands alone.
        """
        self._model = model
        self._work = work
        self._leaves = leaves
        # One that nobody asks any more goes by itself.
        self._gathered = WeakValueDictionary[tuple[Principal, G], Gathered[_Keyed[A], M | Problem]]()

    async def once(self, once: Once, group: G, what: A) -> M:
        """The answer, once it is committed, or the answer given before. Raises Problem as `Once.once` does."""
        if once.dry_run:
            return await once.once(self._model, partial(self._alone, group, what))
        at = (once.principal, group)
        if (gathered := self._gathered.get(at)) is None:
            gathered = self._gathered[at] = Gathered(partial(self._answer, group), once.principal)
        given = await gathered.ask(once.units, _Keyed(once.key, once.digest, what))
        if isinstance(given, Problem):
            raise given
        return given

    async def _alone(self, group: G, what: A, unit: Unit) -> M | Refused:
        (outcome,) = await self._work(unit, group, [what])
        return outcome

    async def _answer(self, group: G, unit: Unit, batch: Sequence[_Keyed[A]]) -> Sequence[M | Problem]:
        if len({each.key for each in batch}) < len(batch):
            raise _Apart
        claimed = await _claim(unit, batch)
        answers = await self._given(unit, [each for each in batch if each.key not in claimed])
        new = [each for each in batch if each.key in claimed]
        if new:
            outcomes = await self._work(unit, group, [each.what for each in new])
            answers |= await self._kept(unit, new, outcomes, alone=len(batch) == 1)
        return [answers[each.key] for each in batch]

    async def _given(self, unit: Unit, repeats: Sequence[_Keyed[A]]) -> dict[str, M | Problem]:
        """What was answered before, by the key."""
        if not repeats:
            return {}
        query = select(answer.c.key, answer.c.digest, answer.c.body).where(answer.c.actor == unit.actor.id)
        query = query.where(answer.c.key.in_([each.key for each in repeats]))
        found = {row.key: row for row in await unit.session.execute(query)}
        return {
            each.key: self._model.model_validate_json(found[each.key].body)
            if found[each.key].digest == each.digest
            else conflict(OTHER_BODY)
            for each in repeats
        }

    async def _kept(
        self, unit: Unit, new: Sequence[_Keyed[A]], outcomes: Sequence[M | Refused], *, alone: bool
    ) -> Mapping[str, M | Problem]:
        """Keep the answers, and let go of the keys of what was refused."""
        refused, rows, answers = list[str](), list[dict[str, str]](), dict[str, M | Problem]()
        for each, outcome in zip(new, outcomes, strict=True):
            if not isinstance(outcome, Refused):
                answers[each.key] = outcome
                body = outcome.model_dump_json()
                rows.append({"actor": unit.actor.id, "key": each.key, "body": body})
                continue
            if alone:
                # Raised within the unit, so that the unit rolls back.
                raise problem_of(outcome)
            if self._leaves(each.what):
                raise _Apart
            answers[each.key] = problem_of(outcome)
            refused.append(each.key)
        await _release(unit, refused)
        unit.writes.change(answer, rows)
        return answers


async def _claim(unit: Unit, batch: Sequence[_Keyed[A]]) -> set[str]:
    """The keys that were not used yet; they are used by this unit from now on."""
    keys, digests = [each.key for each in batch], [each.digest for each in batch]
    values = {"actor": unit.actor.id, "keys": keys, "digests": digests}
    return set(await unit.session.scalars(_CLAIM, values))


async def _release(unit: Unit, keys: Collection[str]) -> None:
    if keys:
        mine = answer.c.actor == unit.actor.id
        await unit.session.execute(delete(answer).where(mine, answer.c.key.in_(keys)))
