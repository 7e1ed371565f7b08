"""Reads of what nobody knows: each GET of a service with something in its path, asked for an id that never was."""

from collections.abc import Iterator, Mapping
from typing import Any

from uuid_utils.compat import uuid7

from tests.support.driver import Driver

_BY_NAME = {"currency": "JPY", "from": "2006-11-01", "to": "2006-11-02"}
"""What stands in the queries that a route cannot do without."""


def reads(service: Driver) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every GET of the service with something in its path, and what it is asked with."""
    for path, item in service.app.openapi()["paths"].items():
        if "{" in path and "get" in item:
            yield path, item["get"]


async def known_all_the_same(service: Driver, exceptions: Mapping[str, str]) -> dict[str, str]:
    """What the service answers to reads of unknown things, by path, where it does not say that there are none.

    `exceptions` are the paths that answer something else, each with the reason why that is right.
    """
    found, seen = dict[str, str](), set[str]()
    for path, read in reads(service):
        seen.add(path)
        asked, query = path, dict[str, str]()
        for each in read["parameters"]:
            if each["in"] == "path":
                asked = asked.replace(f"{{{each['name']}}}", _unknown(each["schema"]))
            elif each["in"] == "query" and each.get("required"):
                query[each["name"]] = _BY_NAME[each["name"]]
        answer = await service.client.get(service.client.base_url.join(asked), params=query)
        words = answer.json().get("detail", "") if answer.status_code == 404 else ""
        if not words.startswith("There is no ") and path not in exceptions:
            found[path] = f"{answer.status_code} {answer.text[:200]}"
    # A reason for a path that is gone is no reason any more; and a service without reads was not looked at.
    assert seen >= exceptions.keys()
    assert seen
    return found


def _unknown(schema: Mapping[str, Any]) -> str:
    """What nobody has as an id, or as a code."""
    return str(uuid7()) if schema.get("format") == "uuid" else "nobody" * (4 if "minLength" in schema else 1)
