"""The alerts speak of series that the services really tell, and a series that is not told is missed."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from shared.cli.stack import ROOT
from shared.cli.wiring import application
from shared.contracts import SERVICES

FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = yaml.safe_load((FOLDER / "rules.yml").read_text())["groups"][0]["rules"]
SERIES = re.compile(r"\b(?:relief_\w+|up)\b(?=[\[{)\s])")
ABSENT = re.compile(r"absent\((relief_\w+|up)\b")
OVER_TIME = re.compile(r"\b(?:relief_\w+|up)(?:\{[^}]*\})?\[\d+m\]")


def expressions() -> dict[str, str]:
    """By alert, what it looks at; what `absent` speaks of is not looked at."""
    found = {each["alert"]: re.sub(r"absent\([^)]*\)", "", each["expr"]) for each in RULES}
    return {alert: re.sub(r'"[^"]*"', "", expression) for alert, expression in found.items()}


def looked_at() -> set[str]:
    """The series that alerts look at."""
    return {name for expression in expressions().values() for name in SERIES.findall(expression)}


def told() -> set[str]:
    """The series of our own that the services tell, whatever their labels."""
    registries = [application(name).state.service.metrics.registry for name in SERVICES]
    families = [family for registry in registries for family in registry.collect()]
    return {f"{each.name}_total" if each.type == "counter" else each.name for each in families}


def test_every_series_of_an_alert_is_told_by_a_service() -> None:
    assert len(looked_at()) > 10
    assert looked_at() - {"up"} <= told()


def test_every_series_of_an_alert_is_missed_when_nobody_tells_it() -> None:
    missed = {name for each in RULES for name in ABSENT.findall(each["expr"])}
    assert looked_at() == missed


def test_every_alert_looks_at_a_window_and_not_at_one_scrape() -> None:
    """A target that answers now and then, and somebody who looks at parked messages, must not reset an alert."""
    for alert, expression in expressions().items():
        assert len(OVER_TIME.findall(expression)) == len(SERIES.findall(expression)), alert


def test_every_alert_says_what_is_wrong_and_what_to_do() -> None:
    for each in RULES:
        assert each["annotations"].keys() == {"summary", "action"}
        assert each["labels"]["severity"] in ("page", "ticket")


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="promtool comes with Prometheus; compose runs it"
)
def test_the_alerts_do_what_they_should() -> None:
    command = ["promtool", "test", "rules", "rules_test.yml"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
