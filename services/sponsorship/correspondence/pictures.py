"""A picture as somebody sent it becomes one that can be shown. What was sent is kept nowhere."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from shared.outcomes import Refused, invalid

_APART = Path(__file__).with_name("apart.py")
MOST_SECONDS = 60
MOST_BYTES = 10 * 1024 * 1024
_WORDS = {
    "too_large": "This picture has more pixels than may be: 40 million. Send a smaller one.",
    "no_picture": "This is no picture in JPEG, PNG or WebP.",
    "heic": "This picture is in HEIC, as phones take them, and cannot be read here. Save it as JPEG and send that.",
    "broken": "This picture is broken. Save it anew and send it again.",
}


@dataclass(frozen=True)
class Picture:
    """A JPEG that was made of pixels alone. `position` says whether the file that was sent told where it was taken."""

    body: bytes = field(repr=False)
    width: int
    height: int
    position: bool


def made_anew(raw: bytes) -> Picture | Refused:
    """The picture without anything that the file had besides. It waits for another process: call it in a thread."""
    if len(raw) > MOST_BYTES:
        return _refused("This file is larger than a picture may be: 10 MB.")
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-P", str(_APART)],
            # What the process may read, and no password.
            env={"PYTHONPATH": os.pathsep.join(sys.path), "LANG": "C.UTF-8"},
            input=raw,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=MOST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _refused(_WORDS["broken"])
    line, _, body = done.stdout.partition(b"\n")
    if done.returncode or not line:
        return _refused(_WORDS["broken"])
    said = json.loads(line)
    if "refused" in said:
        return _refused(_WORDS[said["refused"]])
    return Picture(body, said["width"], said["height"], said["position"])


def _refused(words: str) -> Refused:
    return invalid(words, ("file", "cannot be taken"))
