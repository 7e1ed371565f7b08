"""Errors as RFC 9457 problem documents (`application/problem+json`), in words that say what to do."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.database.errors import is_conflict, is_outage
from shared.observability import log
from shared.outcomes import Kind, Refused

MEDIA_TYPE = "application/problem+json"


NO_TEXT = "A text holds characters that cannot be kept, like a zero byte. Nothing was changed."
NO_ROUTE = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This cannot be done at this address.",
}
LONGEST_FIELD = 100


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
}


def problem_of(refused: Refused) -> Problem:
    """What a command refused, as an answer over HTTP."""
    return Problem(_STATUS[refused.kind], refused.words, refused.fields)


def install(app: FastAPI) -> None:
    """Answer every error of this application with a problem document."""

    @app.exception_handler(Problem)
    async def _(_: Request, problem: Problem) -> JSONResponse:
        return _answer(problem.status, problem.detail, problem.errors)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> JSONResponse:
        errors = [_field_problem(each) for each in error.errors()]
        return _answer(
            HTTPStatus.UNPROCESSABLE_ENTITY, "Some fields cannot be taken; nothing was changed.", errors
        )

    @app.exception_handler(HTTPException)
    async def _(_: Request, error: HTTPException) -> JSONResponse:
        status = HTTPStatus(error.status_code)
        detail = (
            NO_ROUTE.get(status, str(error.detail)) if error.detail == status.phrase else str(error.detail)
        )
        return _answer(status, detail, headers=error.headers)

    @app.exception_handler(UnicodeEncodeError)
    async def _(_: Request, __: UnicodeEncodeError) -> JSONResponse:
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, NO_TEXT)

    @app.exception_handler(DBAPIError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    async def _(_: Request, error: Exception) -> JSONResponse:
        if _no_text(error):
            return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, NO_TEXT)
        if not is_outage(error) and not is_conflict(error):
            return _unexpected(error)
        detail = "The service is busy or its database is away. Send it again with the same key: nothing is done twice."
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "1"})

    @app.exception_handler(Exception)
    async def _(_: Request, error: Exception) -> JSONResponse:
        return _unexpected(error)


def _no_text(error: Exception) -> bool:
    """The database could not take a text: a zero byte, or half of a character."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, (UnicodeEncodeError, asyncpg.CharacterNotInRepertoireError)):
            return True
        seen = seen.__cause__
    return False


def _unexpected(error: Exception) -> JSONResponse:
    log().error("a request failed", exc_info=error)
    return _answer(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "Something went wrong here; tell the operator. With the same key, nothing is done twice.",
    )


def _field_problem(error: Mapping[str, Any]) -> FieldProblem:
    """Where and why, without the value: it may be personal, or a megabyte long."""
    where = [str(part) for part in error["loc"] if part not in ("body", "query", "path")]
    return FieldProblem(
        field=".".join(where)[:LONGEST_FIELD] or "body",
        reason=str(error["msg"]).removeprefix("Value error, "),
    )


def _answer(
    status: HTTPStatus,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    document = ProblemDocument(title=status.phrase, status=status, detail=detail, errors=list(errors))
    return JSONResponse(document.model_dump(), status, headers, media_type=MEDIA_TYPE)
