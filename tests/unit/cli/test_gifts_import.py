"""`relief donations import`: a bank's list is sent whole, and its report comes back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.donations.importing.report import FIGURES, Report
from shared.cli.client import Refused, Services
from shared.cli.console import wide_enough
from shared.cli.operate.own.donations import gifts
from shared.cli.operate.rows import show_bad_rows, show_counts
from shared.spreadsheets.cells import RowFault

Answer = Callable[[httpx.Request], httpx.Response]
WRONG = {"field": "donor", "reason": "is missing"}


def services(answer: Answer) -> Services:
    client = httpx.AsyncClient(base_url="http://donations", transport=httpx.MockTransport(answer))
    return Services({"donations": client})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "october.csv"
    path.write_bytes("照会番号\n".encode("cp932"))
    return path


async def test_a_list_is_sent_as_it_is_with_what_is_said_for_all_rows(file: Path) -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((request.url.path, dict(request.url.params), file.read_bytes() in request.content))
        return httpx.Response(200, json=Report(dry_run=True, rows=1).model_dump(mode="json"))

    said = {"currency": "JPY", "dry_run": "true"}
    report = await gifts.import_gifts(services(answer), file, said)
    assert asked == [("/api/gifts/imports", said, True)]
    assert (report["rows"], report["words"]) == (1, FIGURES)


async def test_a_file_that_is_refused_is_told_in_the_service_s_words(file: Path) -> None:
    problem = {
        "title": "Invalid",
        "detail": "This file is empty.",
        "errors": [{"field": "donor", "reason": "is missing"}],
    }
    with pytest.raises(Refused, match=r"This file is empty.\n  donor: is missing"):
        await gifts.import_gifts(services(lambda _: httpx.Response(422, json=problem)), file, {})


def test_a_report_is_shown_with_its_bad_rows(capsys: pytest.CaptureFixture[str]) -> None:
    report = Report(dry_run=True, rows=2, gifts=1)
    report.blame([RowFault(3, "amount", "JPY has no decimals")])
    report.warn([RowFault(2, "name", "is known")])
    show_bad_rows(wide_enough(100), report.model_dump())
    show_counts(wide_enough(100), report.model_dump())
    told = capsys.readouterr().out
    assert "row 3, amount: JPY has no decimals" in told
    assert "row 2, name: is known" in told
    assert "What would happen (nothing was" in told
    assert all(words in told for words in FIGURES.values())
