"""PayPal's own SDK as a judge of signatures, in a virtual environment of its own, made when it is first needed."""

import fcntl
import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
LOCK = ROOT / "requirements-judge.lock"
HOME = ROOT / ".relief" / "judge"
SCRIPT = Path(__file__).with_name("script.py")


@dataclass(frozen=True)
class Case:
    """A transmission of a body, the certificate at its address, and the certificates that are trusted (PEM)."""

    transmission_id: str
    time: str
    webhook_id: str
    signature: str
    body: str
    certificate: str
    trusted: tuple[str, ...]


def judge(cases: Iterable[Case]) -> list[bool]:
    """What the SDK says of each: True if it takes it for PayPal's."""
    told = "".join(json.dumps(asdict(case)) + "\n" for case in cases)
    command = [str(_python()), "-I", str(SCRIPT)]
    done = subprocess.run(command, input=told, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        raise RuntimeError(f"The judge ended with {done.returncode}: {done.stderr}")
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return [each["accepted"] for each in said]


def _python() -> Path:
    """The environment's Python, in step with the lock file. Whoever comes while it is made waits."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    python, step = HOME / "bin" / "python", HOME / "in-step-with"
    HOME.parent.mkdir(exist_ok=True)
    with HOME.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not step.exists() or step.read_text() != wanted:
            shutil.rmtree(HOME, ignore_errors=True)
            options = ("-qq", "--disable-pip-version-check", "--require-hashes")
            subprocess.run([sys.executable, "-m", "venv", str(HOME)], check=True, timeout=120)
            pip = [str(python), "-m", "pip", "install", *options, "-r", str(LOCK)]
            subprocess.run(pip, check=True, timeout=600)
            step.write_text(wanted)
    return python
