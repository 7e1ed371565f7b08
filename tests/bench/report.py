"""What a person sees at the end: the ratios first, then every figure, then what failed."""

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from tests.bench.peers.roster import OURS
from tests.bench.profile import Profile
from tests.bench.results import Ratio, Results

WANTED_MS = {"p50": 6.0, "p99": 25.0}
BAR = 24


def show(results: Results, console: Console) -> None:
    """Print a whole benchmark."""
    console.print(_ratios(results))
    figures = {each.figure: each.unit for each, _ in results.runs}
    table = Table("figure", "who", "median", "of", "", title="Figures")
    medians = results.medians()
    for figure, unit in figures.items():
        values = {peer: some[figure] for peer, some in medians.items() if figure in some}
        for peer, value in values.items():
            runs = sum(each.figure == figure and each.peer == peer for each, _ in results.runs)
            bar = (
                ProgressBar(total=max(values.values()) or 1, completed=value, width=BAR)
                if len(values) > 1
                else ""
            )
            table.add_row(figure, _styled(peer), f"{_number(value)} {unit}", str(runs), bar)
        table.add_section()
    console.print(table)
    for failure in results.failures:
        console.print(
            f"[red]FAILS[/red] {failure['peer']} at {failure['figure']}, repeat {failure['repeat']}: {failure['why']}"
        )
    console.print(
        f"seed {results.seed}; {'; '.join(f'{k} {v}' for k, v in results.machine.items())}", style="dim"
    )


def _ratios(results: Results) -> Table:
    table = Table("ratio", "measured", "wanted", "", title="Ratios of the medians")
    for name, ratio in results.ratios().items():
        table.add_row(name, _number(ratio.value), _wanted(ratio), _said(ratio))
    for name, value in results.latency().items():
        ratio = Ratio(value, WANTED_MS[name], at_least=False)
        table.add_row(f"latency {name}, ms", _number(value), _wanted(ratio), _said(ratio))
    return table


def _wanted(ratio: Ratio) -> str:
    return f"{'≥' if ratio.at_least else '≤'} {ratio.wanted:g}"


def _said(ratio: Ratio) -> str:
    if ratio.value is None:
        return "not measured"
    return "[green]reached[/green]" if ratio.reached else "[yellow]not reached[/yellow]"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def _styled(peer: str) -> str:
    return f"[bold]{peer}[/bold]" if peer == OURS else peer


def show_profile(profile: Profile, console: Console, rows: int = 25) -> None:
    """Where the time went: by stage, by package and by function."""
    for title, counter, most in (
        ("By stage", profile.stages, 40),
        ("By package, its own code", profile.packages, 12),
        ("By function, its own code", profile.own, rows),
        ("By function, with what it calls", profile.whole, 2 * rows),
    ):
        table = Table("share", "where", title=title)
        for name, count in counter.most_common(most):
            table.add_row(f"{100 * count / profile.samples:.1f} %", name)
        console.print(table)
