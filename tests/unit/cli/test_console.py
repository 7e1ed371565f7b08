"""Rows on a terminal: whatever its width, nothing of an id is cut."""

from uuid import UUID

import pytest
from rich.console import Console

from shared.cli import console

ID = str(UUID(int=2**100))
HEADINGS = ("at (UTC)", "who", "import", "rows")
ROWS = [
    ["2006-11-01T12:00:00+00:00", "local-operator", ID, 10_000],
    ["2006-11-02", "[bold]mei\x1b[2J", ID, 7],
]


def printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, terminal: bool
) -> str:
    def at_width(**more: int) -> Console:
        return Console(**{"width": width, **more}, force_terminal=terminal, no_color=True, highlight=False)  # type: ignore[arg-type]

    monkeypatch.setattr(console, "Console", at_width)
    console.show_rows(HEADINGS, ROWS)
    return capsys.readouterr().out


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("width", [20, 40, 80, 120, 200])
def test_no_width_cuts_an_id(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, terminal: bool
) -> None:
    shown = printed(capsys, monkeypatch, width, terminal)
    assert shown.count(ID) == 2
    assert "\x1b[2J" not in shown
    assert "[bold]mei" in shown
    assert all(heading in shown for heading in HEADINGS)


def test_a_narrow_terminal_gets_a_line_for_each_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert f"import: {ID}\n" in printed(capsys, monkeypatch, 60, terminal=True)
    assert f"import: {ID}" not in printed(capsys, monkeypatch, 200, terminal=True)
