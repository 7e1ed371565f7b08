"""Databases and virtual hosts of one test's own. A service's database is made when it is first asked for."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

from sqlalchemy import make_url

from shared.database.migrations import migrate
from tests.support.servers import Servers

_numbers = count(1)


class Templates:
    """A database per service, migrated once in the whole run, to be copied."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self._made: dict[str, str] = {}

    def __getitem__(self, service: str) -> str:
        if service not in self._made:
            name = f"template_{service}"
            self.servers.new_database(name, service)
            url = make_url(self.servers.database_url(service, name))
            # In a thread of its own: whoever asks may stand in a running loop.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(lambda: asyncio.run(migrate(service, url))).result()
            self._made[service] = name
        return self._made[service]


class Databases:
    """The databases of one test, by service."""

    def __init__(self, templates: Templates) -> None:
        self.made: dict[str, str] = {}
        self._templates = templates
        self._number = next(_numbers)

    def __getitem__(self, service: str) -> str:
        self.make(service)
        return self.made[service]

    def make(self, *services: str) -> None:
        """Make those that are not there yet, at once: asking the server takes as long as its making one."""
        missing = {each: f"{each}_{self._number}" for each in services if each not in self.made}
        if missing:
            wanted = {name: (each, self._templates[each]) for each, name in missing.items()}
            self._templates.servers.new_databases(wanted)
            self.made |= missing


@contextmanager
def fresh_databases(templates: Templates) -> Iterator[Databases]:
    """New databases, which are gone after the block."""
    databases = Databases(templates)
    yield databases
    if databases.made:
        templates.servers.drop_databases(*databases.made.values())


def new_vhost_name() -> str:
    """A name that no virtual host had in this run."""
    return f"test-{next(_numbers)}"


@contextmanager
def fresh_vhost(servers: Servers) -> Iterator[str]:
    """A new virtual host."""
    name = new_vhost_name()
    servers.new_vhost(name)
    yield name
    servers.delete_vhost(name)
