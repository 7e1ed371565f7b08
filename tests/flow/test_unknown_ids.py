"""Whoever asks for what is not there is told so: an empty list would say that there is nothing about it."""

from collections.abc import Mapping

from tests.support.unknown import known_all_the_same
from tests.support.world import World

SERVICES: Mapping[str, Mapping[str, str]] = {
    "intake": {},
    "inventory": {},
    "events": {},
    "donations": {
        "/api/funds/{fund}/statement": "a fund is a code, and has a statement of zero before its first money",
    },
}
"""The services, and their reads that answer something else, each with its reason."""


async def test_a_read_of_an_unknown_id_says_that_there_is_none(bare_world: World) -> None:
    await bare_world.start(*SERVICES)
    found = {
        name: await known_all_the_same(bare_world.driver(name), exceptions)
        for name, exceptions in SERVICES.items()
    }
    assert found == {name: {} for name in SERVICES}
