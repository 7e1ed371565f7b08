"""Bars as small SVG files, for reports; drawn by hand, for a drawing library would be larger than the program."""

from collections.abc import Mapping
from html import escape
from pathlib import Path

WIDTH, ROW, LEFT, RIGHT = 720, 30, 150, 110
COLOUR, OTHER = "#1f6f8b", "#b8c4cc"


def bars(title: str, values: Mapping[str, float], unit: str, mine: str) -> str:
    """One bar a value, the longest as wide as there is room; `mine` stands out."""
    height = 50 + ROW * len(values)
    longest = max(values.values(), default=1) or 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="14" role="img" aria-label="{escape(title)}">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="12" y="26" font-weight="bold">{escape(title)}</text>',
    ]
    for place, (name, value) in enumerate(values.items()):
        top, width = 42 + ROW * place, (WIDTH - LEFT - RIGHT) * value / longest
        parts += [
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{LEFT}" y="{top}" width="{width:.1f}" height="20" fill="{COLOUR if name == mine else OTHER}"/>',
            f'<text x="{LEFT + width + 6:.1f}" y="{top + 15}">{_number(value)} {escape(unit)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.1f}"


def save(folder: Path, stem: str, medians: Mapping[str, Mapping[str, float]], mine: str) -> list[Path]:
    """A picture of each figure that more than one peer has; returns the files."""
    wanted = {
        "drain": ("Reservations a second from a full queue", "a second"),
        "chain": ("From said to reserved, the whole way", "a second"),
        "latency p50": ("Half are reserved within, at 50 a second", "ms"),
        "latency p99": ("99 of 100 are reserved within, at 50 a second", "ms"),
        "drain cpu": ("Processor time of a thousand reservations", "s"),
        "drain memory": ("Memory held while working", "MB"),
        "register": ("Households registered over HTTP", "a second"),
    }
    files = []
    for figure, (title, unit) in wanted.items():
        values = {peer: figures[figure] for peer, figures in medians.items() if figure in figures}
        if len(values) > 1:
            path = folder / f"{stem}-{figure.replace(' ', '-')}.svg"
            path.write_text(bars(title, values, unit, mine))
            files.append(path)
    return files
