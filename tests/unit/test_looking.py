"""Whoever asks a silent server waits a short while, and nobody asks it twice at the same time."""

import asyncio

import pytest

from shared.service.looking import Look


class Server:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.cancelled = 0
        self.answer = asyncio.Event()

    async def ask(self) -> int:
        self.asked += 1
        asked = self.asked
        try:
            await self.answer.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return asked


async def test_a_silent_server_is_asked_once_and_everybody_is_told_in_time() -> None:
    server = Server()
    look = Look(server.ask)
    async with asyncio.timeout(3):
        for _ in range(3):
            results = await asyncio.gather(*(look.within(0.01) for _ in range(5)), return_exceptions=True)
            assert [type(each) for each in results] == [TimeoutError] * 5
    assert (server.asked, server.cancelled) == (1, 0)

    waiting = asyncio.gather(look.within(30), look.within(30))
    server.answer.set()
    assert list(await waiting) == [1, 1]
    assert await look.within(30) == 2, "an answer is not kept: the next who asks gets a new one"


async def test_who_gives_up_waiting_does_not_end_the_question_of_others() -> None:
    server = Server()
    look = Look(server.ask)
    impatient, patient = asyncio.create_task(look.within(30)), asyncio.create_task(look.within(30))
    await asyncio.wait([impatient, patient], timeout=0.01)
    impatient.cancel()
    server.answer.set()
    assert await patient == 1
    assert impatient.cancelled()


async def test_an_error_is_passed_on_and_asked_anew_the_next_time() -> None:
    asked = iter([ZeroDivisionError(), None])

    async def ask() -> str:
        if error := next(asked):
            raise error
        return "well"

    look = Look(ask)
    with pytest.raises(ZeroDivisionError):
        await look.within(30)
    assert await look.within(30) == "well"
