"""Two sorted streams held side by side, without holding either in memory."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Ordered)
L = TypeVar("L")
R = TypeVar("R")


@dataclass(frozen=True)
class Pair(Generic[K, L, R]):
    """What each stream has for one key: nothing, one value, or several when the key is there more than once."""

    key: K
    left: list[L]
    right: list[R]


class NotSorted(ValueError):
    """A stream that should come in order does not."""


async def side_by_side(
    left: AsyncIterator[tuple[K, L]], right: AsyncIterator[tuple[K, R]]
) -> AsyncIterator[Pair[K, L, R]]:
    """Every key of two sorted streams, in order. Raises NotSorted."""
    lefts, rights = _groups(left), _groups(right)
    one, other = await anext(lefts, None), await anext(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0] < other[0]):
            assert one is not None
            yield Pair(one[0], one[1], [])
            one = await anext(lefts, None)
        elif one is None or other[0] < one[0]:
            yield Pair(other[0], [], other[1])
            other = await anext(rights, None)
        else:
            yield Pair(one[0], one[1], other[1])
            one, other = await anext(lefts, None), await anext(rights, None)


T = TypeVar("T")


async def _groups(stream: AsyncIterator[tuple[K, T]]) -> AsyncIterator[tuple[K, list[T]]]:
    """The values of each key together."""
    key: K | None = None
    values: list[T] = []
    async for next_key, value in stream:
        if key is not None and next_key < key:
            raise NotSorted(f"{next_key} comes after {key}")
        if key is not None and key < next_key:
            yield key, values
            values = []
        key = next_key
        values.append(value)
    if key is not None:
        yield key, values
