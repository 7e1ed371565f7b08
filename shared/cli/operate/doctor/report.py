"""What the doctor found, for people and for programs."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

from shared.cli import typed
from shared.cli.console import shown


@dataclass
class Finding:
    """One invariant: how many were counted and how many break it.

    `unsettled` are the ids of those that break it now, but may only be on their way. `feeding` is how many a consumer
    does not have yet that is still being fed: they are under way, however long it takes. `details` names breaches, a
    line each.
    """

    name: str
    counted: int = 0
    breaches: int = 0
    unsettled: set[bytes] = field(default_factory=set)
    feeding: int = 0
    details: list[str] = field(default_factory=list)


@dataclass
class Report:
    """All findings of one look. `under_way`: what is not yet where it belongs while messages are moving.

    `retrying`: messages that failed and wait for another try; they are under way, and hide nothing that is lost.
    """

    findings: list[Finding] = field(default_factory=list)
    under_way: int = 0
    retrying: int = 0

    @property
    def ok(self) -> bool:
        return not any(each.breaches for each in self.findings)

    @property
    def unsettled(self) -> int:
        return sum(len(each.unsettled) for each in self.findings)

    @property
    def feeding(self) -> int:
        return sum(each.feeding for each in self.findings)

    def after(self, earlier: "Report") -> "Report":
        """This look when nothing moved since the earlier one: what both miss is lost, the rest is under way."""
        missed = {each.name: each.unsettled for each in earlier.findings}
        settled = Report(under_way=self.feeding + self.retrying, retrying=self.retrying)
        for each in self.findings:
            lost = each.unsettled & missed.get(each.name, set())
            breaches = each.breaches + len(lost)
            settled.findings.append(Finding(each.name, each.counted, breaches, details=each.details))
            settled.under_way += len(each.unsettled - lost)
        return settled

    def write(self, path: Path) -> None:
        """`{"ok": bool, "checks": [{"name", "counted", "breaches", "details"}], "under_way": n}`"""
        names = ("name", "counted", "breaches", "details")
        checks = [{name: getattr(each, name) for name in names} for each in self.findings]
        path.write_text(
            json.dumps({"ok": self.ok, "checks": checks, "under_way": self.under_way}, indent=2) + "\n"
        )

    def show(self, console: Console) -> None:
        table = Table("invariant", "counted", "breaches")
        for each in self.findings:
            breaches = f"[bold red]{each.breaches:,}[/]" if each.breaches else "0"
            table.add_row(shown(each.name), f"{each.counted:,}", breaches)
        console.print(table)
        for finding in self.findings:
            for line in finding.details:
                console.print(f"{finding.name}: {line}", markup=False, highlight=False)
        if self.under_way:
            waiting = f", {self.retrying:,} of them waiting for another try" if self.retrying else ""
            console.print(
                f"Under way: {self.under_way:,}{waiting}. Look again, or wait: {typed('doctor --wait 60')}"
            )
        console.print(
            "All is well." if self.ok else "[bold red]Something is wrong: see the breaches above.[/]"
        )
