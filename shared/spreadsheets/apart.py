"""Reads a spreadsheet in a process of its own, where memory and time are limited: a hostile file ends that process.

A file of 16 kB may unpack to many megabytes, and the libraries that read it hold what they please. Here the kernel
holds them. The process gets the file as its standard input and writes a JSON array per line: what kind of thing it is,
then the thing.
"""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, BinaryIO

import orjson

from shared.outcomes import Refused, invalid
from shared.spreadsheets.cells import MEGABYTE, Line, RowFault
from shared.spreadsheets.columns import Columns
from shared.spreadsheets.opening import Format, Sheet, open_sheet

MOST_MEMORY = 56 * MEGABYTE
"""Of address space. Python and its libraries take 35 MB; a workbook with 60,000 people and their names takes 20 MB."""
MOST_CPU_SECONDS = 120
"""A row of a workbook takes 0.1 to 0.4 ms."""
TOO_MUCH = "needs more memory or time to be read than a file may take"


def open_apart(file: BinaryIO, form: Format, columns: Columns) -> Sheet | Refused:
    """As `open_sheet` does, in a process of its own. Whoever opened the sheet closes it; that ends the process.

    `file` lies on disk, or goes there. Like `open_sheet` it waits for the file, so an event loop calls it in a thread.
    """
    given = orjson.dumps(
        [form, asdict(columns) | {name: sorted(getattr(columns, name)) for name in ("numbers", "ignored")}]
    ).decode()
    # A file that is still in memory goes to the disk when it is asked for its number.
    file.fileno()
    file.flush()
    process = subprocess.Popen(
        [sys.executable, "-S", "-m", __name__, given],
        # What this process may read, and no password.
        env={"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8"},
        stdin=file,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    told = _told(process)
    kind, *said = next(told)
    if kind == "opened":
        return Sheet(_lines(told), said[0], lambda: _end(process))
    _end(process)
    if kind == "refused":
        return invalid(said[0], *map(tuple, said[1]))
    return invalid(f"This file {TOO_MUCH}; nothing was changed. Split it.")


def _told(process: subprocess.Popen[bytes]) -> Iterator[list[Any]]:
    """What the process says, and `["ended"]` if it ends without having said that it is done."""
    assert process.stdout is not None
    for line in process.stdout:
        yield orjson.loads(line)
    yield ["ended"]


def _lines(told: Iterator[list[Any]]) -> Iterator[Line]:
    row = 1
    for kind, *said in told:
        if kind == "done":
            return
        if kind == "ended":
            yield Line(row + 1, {}, (RowFault(row + 1, None, f"{TOO_MUCH}: split the file here"),))
            return
        row, cells, faults = said
        yield Line(row, cells, tuple(RowFault(*each) for each in faults))


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


def _limit() -> None:
    """Others go first, whoever runs out of memory ends this process before any other, and the kernel holds the rest."""
    os.nice(10)
    with open("/proc/self/oom_score_adj", "w") as score:  # noqa: PTH123, starts faster
        score.write("1000")
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_CPU_SECONDS, MOST_CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _tell(out: BinaryIO, *said: Any) -> None:
    out.write(orjson.dumps(said) + b"\n")


def _read(file: BinaryIO, out: BinaryIO, form: Format, columns: Columns) -> None:
    sheet = open_sheet(file, form, columns)
    if isinstance(sheet, Refused):
        _tell(out, "refused", sheet.words, sheet.fields)
        return
    _tell(out, "opened", sheet.rows)
    out.flush()
    for line in sheet.lines:
        _tell(
            out, "line", line.row, line.cells, [(each.row, each.column, each.reason) for each in line.faults]
        )
    _tell(out, "done")


def main() -> None:
    """The process itself: it reads its standard input and says what is in it."""
    _limit()
    form, given = orjson.loads(sys.argv[1])
    columns = Columns(
        given["what"],
        tuple(given["names"]),
        tuple(given["required"]),
        tuple(map(tuple, given["either"])),
        frozenset(given["numbers"]),
        given["also"],
        frozenset(given["ignored"]),
        tuple(given["encodings"]),
    )
    with open(0, "rb") as file, open(1, "wb") as out:
        _read(file, out, form, columns)


if __name__ == "__main__":
    main()
