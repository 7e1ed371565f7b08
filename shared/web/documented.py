"""What every service tells of its routes: OpenAPI with all its problems, and a page of it that needs no other site."""

from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from re import Pattern
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader
from starlette.routing import compile_path

from shared.web.bodies import FORM
from shared.web.problems import MEDIA_TYPE, ProblemDocument
from shared.web.walls import HEADER, NOT_MEANT

DOCS = "/docs"
POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"}
"""The page loads nothing and runs nothing."""

_PAGES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)
_REFERENCE = "#/components/schemas/{model}"
_PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": _REFERENCE.format(model=ProblemDocument.__name__)}}}
_MEANT = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["1"]},
    "description": NOT_MEANT,
}


EXAMPLES = {
    "depot": "main-store",
    "from_depot": "main-store",
    "to_depot": "north-store",
    "kit": "first-aid-kit",
    "part": "bandage",
    "region": "river",
}
"""What a code of this name looks like, in whatever body it stands: the codes share one form, and its example."""
WORDS = {"rank": "how urgent the household is: 0 is the most urgent, and a higher rank waits longer"}
"""What a field of this name means, where the body itself does not say it."""


class Documented(FastAPI):
    """An application whose routes are all documented in one way. Addresses are as they are written: no redirects."""

    def __init__(self, **more: Any) -> None:
        super().__init__(docs_url=None, redoc_url=None, redirect_slashes=False, **more)
        self.add_route(DOCS, _docs, include_in_schema=False)

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, with what each route may refuse."""
        document = super().openapi()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        if ProblemDocument.__name__ not in schemas:
            _add_problem(schemas)
            _exemplify(schemas)
            for _, method, operation in _operations(document):
                _complete(method, operation)
        return document

    @cached_property
    def upload_paths(self) -> list[Pattern[str]]:
        """The paths of routes that take a form with a file."""
        found = {path for path, _, each in _operations(self.openapi()) if FORM in _body_types(each)}
        return [compile_path(path)[0] for path in sorted(found)]


def _operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    paths = document.get("paths", {})
    return [(path, method, each) for path, item in paths.items() for method, each in item.items()]


def _add_problem(schemas: dict[str, Any]) -> None:
    """The schema of a problem, in the place of FastAPI's own, which no route answers with."""
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    problem = ProblemDocument.model_json_schema(ref_template=_REFERENCE)
    schemas.update(problem.pop("$defs"))
    schemas[ProblemDocument.__name__] = problem


def _exemplify(schemas: dict[str, Any]) -> None:
    for schema in schemas.values():
        for name, each in schema.get("properties", {}).items():
            if name in EXAMPLES and each.get("type") == "string":
                each["examples"] = [EXAMPLES[name]]
            if name in WORDS:
                each.setdefault("description", WORDS[name])


def _complete(method: str, operation: dict[str, Any]) -> None:
    for status in _statuses(method, operation):
        operation["responses"][str(status.value)] = {"description": status.phrase, "content": _PROBLEM}
    operation["responses"]["default"] = {"description": "Any other problem", "content": _PROBLEM}
    if method not in ("get", "head"):
        operation.setdefault("parameters", []).append(_MEANT)


def _statuses(method: str, operation: dict[str, Any]) -> list[HTTPStatus]:
    """What a route of this kind may refuse: what is not there, what cannot be done now, what makes no sense."""
    found = []
    if operation.get("parameters") or "requestBody" in operation:
        found += [HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY]
    if method not in ("get", "head"):
        found += [HTTPStatus.CONFLICT]
    if "requestBody" in operation:
        found += [HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    if FORM in _body_types(operation):
        found += [HTTPStatus.LENGTH_REQUIRED, HTTPStatus.UNSUPPORTED_MEDIA_TYPE]
    return found


def _body_types(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return content


async def _docs(request: Request) -> HTMLResponse:
    page = _PAGES.get_template("docs.html").render(document=request.app.openapi())
    return HTMLResponse(page, headers=POLICY)
