"""Errors in words that say what to do: RFC 9457 problem documents (`application/problem+json`), or a plain page."""

from collections.abc import Mapping, Sequence
from html import escape
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.database.errors import is_conflict, is_outage
from shared.observability import log
from shared.outcomes import Kind, Refused
from shared.plainly import reason_of

MEDIA_TYPE = "application/problem+json"


NO_TEXT = "A text holds characters that cannot be kept, like a zero byte. Nothing was changed."
NO_ROUTE = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be done at this address.",
}
BUSY = "The service is busy or its database cannot be used. Send it again with the same key: nothing is done twice."
LONGEST_FIELD = 100
LONGEST_REASON = 300
MOST_ERRORS = 100
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body><h1>{title}</h1><p>{detail}</p>{errors}</body></html>
"""


class FieldProblem(BaseModel):
    """One field that cannot be taken, and why."""

    field: str = Field(examples=["members.0.birth_date"])
    reason: str = Field(examples=["lies in the future"])


class ProblemDocument(BaseModel):
    """The body of every error."""

    type: str = "about:blank"
    title: str = Field(examples=["Conflict"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["This Idempotency-Key was used with another body. Send a new key."])
    errors: list[FieldProblem] = []


class Problem(Exception):
    """Raised anywhere below a route to answer with a problem document."""

    def __init__(self, status: HTTPStatus, detail: str, errors: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = [FieldProblem(field=field, reason=reason) for field, reason in errors]


def not_found(what: str) -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, f"There is no {what}.")


def conflict(detail: str) -> Problem:
    return Problem(HTTPStatus.CONFLICT, detail)


def invalid(detail: str, errors: Sequence[tuple[str, str]] = ()) -> Problem:
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors)


_STATUS = {
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
}


def problem_of(refused: Refused) -> Problem:
    """What a command refused, as an answer over HTTP."""
    return Problem(_STATUS[refused.kind], refused.words, refused.fields)


def install(app: FastAPI) -> None:
    """Answer every error of this application: with a problem document, or with a page where a browser looks at one."""

    @app.exception_handler(Problem)
    async def _(request: Request, problem: Problem) -> Response:
        return answered(request, problem)

    @app.exception_handler(RequestValidationError)
    async def _(request: Request, error: RequestValidationError) -> Response:
        problem = invalid("Some fields cannot be taken; nothing was changed.")
        problem.errors = [_field_problem(each) for each in error.errors()]
        return answered(request, problem)

    @app.exception_handler(HTTPException)
    async def _(request: Request, error: HTTPException) -> Response:
        status, said = HTTPStatus(error.status_code), str(error.detail)
        problem = Problem(status, NO_ROUTE.get(status, said) if said == status.phrase else said)
        return answered(request, problem, error.headers)

    @app.exception_handler(ClientDisconnect)
    async def _(request: Request, __: ClientDisconnect) -> Response:
        # Whoever sent it is gone, and knows: nobody has to be woken, and the answer reaches nobody.
        log().info("a request was cut off by its sender", path=request.url.path)
        return answered(
            request, Problem(HTTPStatus.BAD_REQUEST, "The request was cut off; nothing was changed.")
        )

    @app.exception_handler(UnicodeEncodeError)
    async def _(request: Request, __: UnicodeEncodeError) -> Response:
        return answered(request, invalid(NO_TEXT))

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    async def _(request: Request, error: Exception) -> Response:
        if _no_text(error):
            return answered(request, invalid(NO_TEXT))
        if not is_outage(error) and not is_conflict(error):
            return answered(request, _unexpected(error))
        return answered(request, Problem(HTTPStatus.SERVICE_UNAVAILABLE, BUSY), {"Retry-After": "1"})

    @app.exception_handler(Exception)
    async def _(request: Request, error: Exception) -> Response:
        return answered(request, _unexpected(error))


def _no_text(error: Exception) -> bool:
    """The database could not take a text: a zero byte, or half of a character."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (UnicodeEncodeError, asyncpg.CharacterNotInRepertoireError)):
            return True
        seen = seen.__cause__
    return False


def _unexpected(error: Exception) -> Problem:
    log().error("a request failed", exc_info=error)
    return Problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here; tell the operator. With the same key, nothing is done twice.",
    )


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    """Where and why, without the value: it may be personal, or a megabyte long."""
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    return FieldProblem(
        field=".".join(where)[:LONGEST_FIELD] or "body",
        reason=reason_of(error)[:LONGEST_REASON],
    )


def answered(request: Request, problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """A problem as the answer to a request: the first hundred errors of it, however many there are."""
    title, detail, errors = problem.status.phrase, problem.detail, problem.errors[:MOST_ERRORS]
    if more := len(problem.errors) - len(errors):
        detail += f" {more:,} more are not listed."
    if is_page(request):
        lines = "".join(f"<li>{escape(each.field)}: {escape(each.reason)}</li>" for each in errors)
        page = PAGE.format(title=escape(title), detail=escape(detail), errors=lines and f"<ul>{lines}</ul>")
        return HTMLResponse(page, problem.status, headers)
    document = ProblemDocument(title=title, status=problem.status, detail=detail, errors=errors)
    return JSONResponse(document.model_dump(), problem.status, headers, media_type=MEDIA_TYPE)


def is_page(request: Request) -> bool:
    """Whether a browser looks at a page: it asks for HTML, and not for something under the JSON routes."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    return "text/html" in request.headers.get("accept", "") and not path.startswith("/api/")
