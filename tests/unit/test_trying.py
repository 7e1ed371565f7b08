"""Work that was in somebody else's way is done once more, and other errors are nobody's but its own."""

import pytest

from shared.database.trying import TRIES, tried


class InTheWay(Exception):
    """Two met."""


class Meeting:
    """Work that is in somebody's way so many times, and then comes to how often it was done."""

    def __init__(self, times: int, error: Exception) -> None:
        self.times, self.error, self.done = times, error, 0

    async def __call__(self) -> int:
        self.done += 1
        if self.done <= self.times:
            raise self.error
        return self.done


def passes(error: Exception) -> bool:
    return isinstance(error, InTheWay)


@pytest.mark.parametrize("times", range(TRIES))
async def test_what_was_in_the_way_is_done_once_more(times: int) -> None:
    assert await tried(Meeting(times, InTheWay()), passes) == times + 1


@pytest.mark.parametrize(("error", "done"), [(InTheWay(), TRIES), (ValueError("bad"), 1)], ids=repr)
async def test_the_last_error_is_raised_and_another_one_at_once(error: Exception, done: int) -> None:
    work = Meeting(TRIES, error)
    with pytest.raises(type(error)):
        await tried(work, passes)
    assert work.done == done
