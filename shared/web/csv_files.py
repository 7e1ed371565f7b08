"""Lists as CSV, which spreadsheets open."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from fastapi import Response

CSV: dict[int | str, Any] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
"""`responses` of a route that answers with CSV."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """A file of this name in UTF-8, with a mark at the beginning by which spreadsheets know that; nobody keeps it."""
    file = io.StringIO()
    lines = csv.writer(file)
    lines.writerow(headings)
    lines.writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"', "Cache-Control": "no-store"}
    return Response(f"\ufeff{file.getvalue()}", media_type="text/csv; charset=utf-8", headers=headers)


def plain(text: str) -> str:
    """What begins like a formula is no formula: a spreadsheet shows it as it stands."""
    return f"'{text}" if text.startswith(_FORMULA) else text
