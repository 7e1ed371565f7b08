"""A key is one principal's, wherever it stands: in a header, in a form, or in a notice. What is refused keeps none."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any, cast
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI, Form, Request
from pydantic import BaseModel
from starlette.datastructures import UploadFile

from shared.messaging.unit import Unit
from shared.outcomes import Kind, Refused
from shared.principals import LOCAL_OPERATOR, Principal, PrincipalKind, Role
from shared.web import problems, roles
from shared.web.roles import allows
from shared.web.work import BLOCK, FormWork, Work, once_for


class Answer(BaseModel):
    """How often the work was done, and by whom."""

    done: int
    by: str


class Book:
    """Stands in for the table of answers and its units: what is raised within a unit leaves nothing."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], list[Any]] = {}
        self.done = 0

    @asynccontextmanager
    async def open(
        self, causes: tuple[()] = (), actor: Principal | None = None, *, alone: bool = False
    ) -> AsyncIterator[Unit]:
        before = {key: list(row) for key, row in self.rows.items()}
        assert actor is not None
        try:
            yield cast(Unit, _Unit(self, actor))
        except BaseException:
            self.rows = before
            raise


class _Unit:
    def __init__(self, book: Book, actor: Principal) -> None:
        self.actor = actor
        self.session = self.writes = _Session(book)


class _Session:
    """Answers the two statements of `Once` by the values they hold, and takes the answer that is written."""

    def __init__(self, book: Book) -> None:
        self._book = book

    async def scalar(self, claim: Any) -> str | None:
        values = claim.compile().params
        place = values["actor"], values["key"]
        if place in self._book.rows:
            return None
        self._book.rows[place] = [values["digest"], None]
        return str(values["key"])

    async def execute(self, statement: Any) -> Any:
        values = statement.compile().params
        return _Found(*self._book.rows[values["actor_1"], values["key_1"]])

    def change(self, _: Any, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            self._book.rows[row["actor"], row["key"]][1] = row["body"]


class _Found:
    def __init__(self, digest: bytes, body: str | None) -> None:
        self.digest, self.body = digest, body

    def one(self) -> "_Found":
        return self


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def client(book: Book) -> httpx.AsyncClient:
    app = FastAPI()
    app.state.units = book
    problems.install(app)

    async def do(unit: Unit) -> Answer | Refused:
        book.done += 1
        return Answer(done=book.done, by=unit.actor.id)

    async def refuse(_: Unit) -> Answer | Refused:
        book.done += 1
        return Refused(Kind.CONFLICT, "Not as things stand now.", (("depot", "is full"),))

    @app.post("/header", dependencies=[allows(Role.OPERATOR)])
    async def header(work: Work) -> Answer:
        return await work.once(Answer, do)

    @app.post("/form", dependencies=[allows(Role.OPERATOR)])
    async def form(work: FormWork, words: Annotated[str, Form()]) -> Answer:
        return await work.once(Answer, do)

    @app.post("/notice", dependencies=[allows(Role.OPERATOR)])
    async def notice(request: Request, body: dict[str, str]) -> Answer:
        return await (await once_for(request, body["id"])).once(Answer, do)

    @app.post("/refused", dependencies=[allows(Role.OPERATOR)])
    async def refused(work: Work) -> Answer:
        return await work.once(Answer, refuse)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test")


def requests(key: str, words: str) -> dict[str, dict[str, Any]]:
    """One request for each place where a key may stand."""
    return {
        "/header": {"headers": {"Idempotency-Key": key}, "json": {"words": words}},
        "/form": {"data": {"once": key, "words": words}},
        "/notice": {"json": {"id": key, "words": words}},
    }


@pytest.mark.parametrize("path", ["/header", "/form", "/notice"])
async def test_the_same_key_gives_the_same_answer_and_another_body_is_refused(
    path: str, client: httpx.AsyncClient
) -> None:
    key = str(uuid4())
    first = await client.post(path, **requests(key, "one")[path])
    again = await client.post(path, **requests(key, "one")[path])
    assert first.json() == again.json() == {"done": 1, "by": LOCAL_OPERATOR.id}
    assert (await client.post(path, **requests(key, "two")[path])).status_code == 409


async def test_a_file_in_a_form_is_looked_at_a_block_at_a_time(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    read = UploadFile.read

    async def noting(file: UploadFile, size: int = -1) -> bytes:
        sizes.append(size)
        return await read(file, size)

    monkeypatch.setattr(UploadFile, "read", noting)
    for content, status in ((b"a" * 300_000, 200), (b"a" * 300_000, 200), (b"a" * 299_999 + b"b", 409)):
        answer = await client.post("/form", data={"once": "k", "words": "one"}, files={"file": content})
        assert answer.status_code == status
    assert set(sizes) == {BLOCK}


async def test_a_key_belongs_to_a_principal(
    client: httpx.AsyncClient, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = requests("one key for two", "one")["/header"]
    await client.post("/header", **request)
    somebody = Principal("staff-7", PrincipalKind.STAFF, frozenset({Role.OPERATOR}))
    monkeypatch.setattr(roles, "who_asks", lambda _: somebody)
    assert (await client.post("/header", **request)).json() == {"done": 2, "by": "staff-7"}
    # Somebody may have typed the key, so only its hash is kept.
    kept = f"POST {hashlib.sha256(b'one key for two').hexdigest()}"
    assert set(book.rows) == {(who, kept) for who in (LOCAL_OPERATOR.id, "staff-7")}


async def test_what_is_refused_leaves_nothing_not_even_its_key(client: httpx.AsyncClient, book: Book) -> None:
    request = requests("a key", "one")["/header"]
    answer = await client.post("/refused", **request)
    assert answer.status_code == 409
    assert answer.json()["errors"] == [{"field": "depot", "reason": "is full"}]
    assert book.rows == {}
    await client.post("/refused", **request)
    assert book.done == 2
