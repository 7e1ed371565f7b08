"""Files sent over HTTP: what is no upload is refused with the status that says why."""

import io

import pytest
from starlette.datastructures import Headers, UploadFile
from starlette.requests import Request

from shared.web.problems import Problem
from shared.web.uploads import file_of, form_of, spreadsheet_format

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def upload(name: str, content_type: str = "") -> UploadFile:
    return UploadFile(io.BytesIO(), filename=name, headers=Headers({"content-type": content_type}))


def request(**headers: str) -> Request:
    sent = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "headers": sent})


@pytest.mark.parametrize(
    ("name", "content_type", "status"),
    [
        ("register.pdf", "", 415),
        ("register", "", 415),
        ("register.csv", "image/png", 415),
        ("r.xlsx", "text/csv", 415),
    ],
)
def test_a_file_of_another_kind_is_refused(name: str, content_type: str, status: int) -> None:
    with pytest.raises(Problem) as caught:
        spreadsheet_format(upload(name, content_type), "a register")
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("name", "content_type", "expected"),
    [("r.csv", "", "csv"), ("R.CSV", "text/csv; charset=utf-8", "csv"), ("r.xlsx", XLSX, "xlsx")],
)
def test_a_format_goes_by_the_name(name: str, content_type: str, expected: str) -> None:
    assert spreadsheet_format(upload(name, content_type), "a register") == expected


async def test_a_body_that_is_no_form_is_refused_unread() -> None:
    with pytest.raises(Problem) as caught:
        await form_of(request(content_type="application/json", content_length="9"))
    assert caught.value.status == 415
    assert "multipart/form-data" in caught.value.detail


async def test_a_form_without_a_file_is_refused() -> None:
    empty = request(content_type="multipart/form-data; boundary=x", content_length="9")
    empty._receive = nothing_more
    with pytest.raises(Problem) as caught:
        file_of(await form_of(empty))
    assert (caught.value.status, [each.field for each in caught.value.errors]) == (422, ["file"])


async def nothing_more() -> dict[str, object]:
    return {"type": "http.request", "body": b"--x--\r\n", "more_body": False}
