"""Runs one step of a developer's command and shows what it is."""

import os
import shlex
import subprocess
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console

from shared.cli.stack import ROOT


def run(what: str, command: Sequence[str], settings: Mapping[str, str] | None = None) -> int:
    """Run a command in the checkout under a heading; returns its exit code. `settings` are more of its environment."""
    Console(stderr=True).rule(what, align="left")
    print(shlex.join(command), file=sys.stderr, flush=True)
    environment = {**os.environ, **(settings or {})}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
