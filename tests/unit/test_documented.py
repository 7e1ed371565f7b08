"""Each route's documentation tells what it may refuse, in one way for all of them."""

from typing import Any

import pytest

from shared.cli.wiring import application
from shared.contracts import SERVICES
from shared.settings import ClockMode
from shared.web.problems import MEDIA_TYPE
from shared.web.walls import HEADER

PROBLEM = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [(path, method, each) for path, item in document["paths"].items() for method, each in item.items()]


@pytest.mark.parametrize("service", SERVICES)
def test_each_route_tells_what_it_refuses_and_that_it_is_a_problem(service: str) -> None:
    document = application(service, clock=ClockMode.MANUAL).openapi()
    assert "HTTPValidationError" not in str(document)
    assert {"ProblemDocument", "FieldProblem"} <= set(document["components"]["schemas"])
    for path, method, each in operations(document):
        answers = each["responses"]
        content = each.get("requestBody", {}).get("content", {})
        wanted = {"default"}
        wanted |= {"404", "422"} if "{" in path or content else set()
        wanted |= {"408", "413"} if content else set()
        wanted |= {"411", "415"} if "multipart/form-data" in content else set()
        wanted |= {"409"} if method != "get" else set()
        assert wanted <= set(answers), (method, path)
        for status in answers.keys() - {"200", "201"}:
            assert answers[status]["content"] == PROBLEM, (method, path, status)
        header = [one for one in each.get("parameters", ()) if one["name"] == HEADER]
        assert [one["required"] for one in header] == ([] if method == "get" else [True]), (method, path)


def test_a_document_that_is_asked_for_again_is_the_same() -> None:
    app = application("intake")
    assert str(app.openapi()) == str(app.openapi())


@pytest.mark.parametrize("service", SERVICES)
def test_an_example_of_a_depot_a_kit_and_a_region_is_one_and_a_rank_is_explained(service: str) -> None:
    schemas = application(service, clock=ClockMode.MANUAL).openapi()["components"]["schemas"]
    fields = [each for schema in schemas.values() for each in schema.get("properties", {}).items()]
    for name, each in fields:
        if "rice" in each.get("examples", ()):
            assert name in ("item", "code"), name
        assert name != "rank" or each.get("description"), name
